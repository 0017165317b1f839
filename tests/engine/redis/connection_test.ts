/**
 * Tests of the connection to one server: its operations, what it reads back, and each refusal in one line.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { AsynchronousConnection } from "../../../lib/engine/connection.ts";
import { EngineError } from "../../../lib/engine/engine_error.ts";
import { loadEngine } from "../../../lib/engine/engines.ts";
import { RedisClient } from "../../../lib/engine/redis/client.ts";
import { RedisConnection } from "../../../lib/engine/redis/connection.ts";
import { until } from "../../../lib/sync/delay.ts";
import { ENGINE } from "../../../lib/engine/redis/redis.ts";
import type { RedisSettings } from "../../../lib/engine/redis/settings.ts";
import { PersistError } from "../../../lib/system/persist_error.ts";
import { PaddedBytes } from "../../../lib/store/padded_bytes.ts";
import { redisTest, Running } from "./redis_server.ts";

redisTest("a spawned server takes puts, gives them back byte by byte, and reads its settings back", async () => {
  const prepared = await prepare({ spawn: "redis-server", appendfsync: "always", rdbSeconds: 60, rdbChanges: 5 });
  const connection = await ENGINE.connect(prepared.target) as AsynchronousConnection;
  const out = new PaddedBytes(0);
  assertEquals(await connection.get(PaddedBytes.of("absent"), out), false);
  const values = ["", "v", "Grüße\r\n", "x".repeat(100_000)];
  const keys = values.map((_, i) => PaddedBytes.of(`key${i}`));
  await Promise.all(values.map((value, i) => connection.put(keys[i]!, PaddedBytes.of(value))));
  for (const [i, value] of values.entries()) {
    assert(await connection.get(keys[i]!, out));
    assertEquals(out.toString(), value);
  }
  await connection.delete(keys[0]!);
  await connection.delete(keys[0]!);
  assertEquals(await connection.get(keys[0]!, out), false);
  assertEquals(await connection.get(keys[1]!, out), true);
  connection.preload.begin();
  for (const key of keys) connection.preload.put(key, PaddedBytes.of("preloaded"));
  await connection.preload.commit();
  assert(await connection.get(keys[0]!, out));
  assertEquals(out.toString(), "preloaded");
  const description = await connection.describe?.();
  assert(description !== undefined);
  const { version, settings } = description;
  assert(/^(Valkey )?\d+\.\d+\.\d+$/.test(version), version);
  assertEquals(settings.appendonly, "yes");
  assertEquals(settings.appendfsync, "always");
  assertEquals(settings.save, "60 5");
  assert(typeof prepared.target.url === "string");
  const client = await RedisClient.connect(prepared.target.url);
  assertMatch(
    await client.askText("INFO", "server"),
    new RegExp(`^process_id:${prepared.servers?.toString()}\r$`, "m"),
  );
  client.close();
  await connection.close();
  await prepared.close();
  assert(prepared.directory !== undefined);
  assertEquals(isThere(prepared.directory.path), false);
});

redisTest("a server given by its URL keeps its own keys, and none of ours", async () => {
  await using running = await Running.start([]);
  const own = await RedisClient.connect(running.url);
  await own.send(["SET", "kvlab:", "mine"]);
  const prepared = await prepare({ url: running.url });
  const connection = await ENGINE.connect(prepared.target) as AsynchronousConnection;
  const puts = Array.from({ length: 2000 }, (_, i) => connection.put(PaddedBytes.of(`Key${i}`), PaddedBytes.of("foo")));
  await Promise.all(puts);
  assertEquals(await own.send(["DBSIZE"]), 2001);
  await connection.close();
  await prepared.close();
  assertEquals(await own.send(["KEYS", "*"]), ["kvlab:"]);
  own.close();
});

redisTest("a server that repeats what it does not know does not repeat the password", async () => {
  await using running = await Running.start(["--rename-command", "AUTH", ""]);
  const error = await assertRejects(() => RedisClient.connect(running.url.replace("//", "//:secret@")), EngineError);
  assertMatch(error.message, /unknown command/i);
  assert(!error.message.includes("secret"), error.message);
});

redisTest("what a server refuses is one line with its address and its reason, and without a password", async () => {
  await using running = await Running.start(["--maxmemory", "1mb"]);
  const own = await RedisClient.connect(running.url);
  await own.ask("CONFIG", "SET", "requirepass", "secret");
  own.close();
  const withPassword = running.url.replace("//", "//:secret@");
  const wrong = running.url.replace("//", "//:guess@");
  assertEquals(
    (await refusal(() => prepare({ url: wrong }))).replace(/WRONGPASS.*/, "WRONGPASS"),
    `Cannot connect to ${running.url}: WRONGPASS`,
  );
  assert((await refusal(() => prepare({ url: running.url }))).includes("NOAUTH"));
  assertEquals(
    await refusal(() => prepare({ url: withPassword, cluster: true })),
    `Cannot use ${running.url}: it is not a cluster, but --cluster is given`,
  );
  assertEquals(
    await refusal(() => prepare({ url: withPassword, wait: 1 })),
    `Cannot use ${running.url}: it has 0 replicas, fewer than --wait=1`,
  );
  const full = await RedisConnection.open({ url: withPassword, cluster: false, keyPrefix: "", wait: 0 });
  assertEquals(
    await refusal(async () => {
      for (let i = 0; i < 20; i++) await full.put(PaddedBytes.of(`key${i}`), PaddedBytes.of("x".repeat(200_000)));
    }),
    `Cannot put into ${running.url}: OOM command not allowed when used memory > 'maxmemory'.`,
  );
  full.close();
});

redisTest("a directory of another engine is refused and left alone", async () => {
  const output = Deno.makeTempDirSync();
  const sqlite = await loadEngine("sqlite");
  const settings = { journal: "wal", synchronous: "full", busyTimeoutMs: 1000 };
  await (await sqlite.prepare({ settings, output, threads: 1, inFlight: 1, valueBytesMax: 100 })).close();
  await assertRejects(
    () => prepare({ spawn: "redis-server" }, output),
    PersistError,
    `Cannot use ${output}: it holds a store of sqlite, not of redis`,
  );
  Deno.removeSync(output, { recursive: true });
});

redisTest("a server serves that has no manifest of its append-only file, like those before version 7", async () => {
  const directory = Deno.makeTempDirSync();
  const program = `${directory}/server.sh`;
  Deno.writeTextFileSync(program, `#!/bin/sh\nexec redis-server "$@" --appenddirname other\n`, { mode: 0o700 });
  for (let times = 0; times < 2; times++) {
    await (await prepare({ spawn: program, appendfsync: "always" }, `${directory}/store`)).close();
  }
  Deno.removeSync(directory, { recursive: true });
});

redisTest("nothing at the address is one line", async () => {
  assertEquals(
    await refusal(() => prepare({ url: "redis://127.0.0.1:9" })),
    "Cannot connect to redis://127.0.0.1:9: connect ECONNREFUSED 127.0.0.1:9",
  );
});

redisTest(
  "puts under way fail in one line when the server dies, and those after them",
  async () => {
    await using running = await Running.start([]);
    const connection = await RedisConnection.open({ url: running.url, cluster: false, keyPrefix: "", wait: 0 });
    await running.server.process.signal("STOP");
    const put = connection.put(PaddedBytes.of("key"), PaddedBytes.of("value"));
    const refused = refusal(() => put);
    await running.server.process.kill();
    assertMatch(
      await refused,
      /^Cannot put into redis:\/\/127.0.0.1:\d+: (Socket closed unexpectedly|read ECONNRESET)$/,
    );
    assertEquals(
      await refusal(() => connection.put(PaddedBytes.of("key"), PaddedBytes.of("value"))),
      `Cannot put into ${running.url}: The client is closed`,
    );
    connection.close();
  },
);

redisTest("with --wait a put is acknowledged only once the replica has it", async () => {
  await using primary = await Running.start(["--repl-diskless-sync-delay", "0"]);
  await using replica = await Running.start(["--replicaof", "127.0.0.1", String(primary.server.port)]);
  const atReplica = await RedisClient.connect(replica.url);
  await until(
    async () => (await atReplica.askText("INFO", "replication")).includes("master_link_status:up"),
    { what: "the link", timeoutMs: 30_000 },
  );
  assertEquals(
    await refusal(() => prepare({ url: replica.url })),
    `Cannot use ${replica.url}: it is a replica, must be a primary`,
  );
  const connection = await RedisConnection.open({ url: primary.url, cluster: false, keyPrefix: "", wait: 1 });
  for (let round = 0; round < 20; round++) {
    const puts = Array.from({ length: 16 }, async (_, i) => {
      await connection.put(PaddedBytes.of(`key${i}`), PaddedBytes.of(`value${round}`));
      assertEquals(await atReplica.send(["GET", `key${i}`]), `value${round}`);
    });
    await Promise.all(puts);
  }
  await replica.server.process.signal("STOP");
  let isAcknowledged = false;
  const put = connection.put(PaddedBytes.of("late"), PaddedBytes.of("value")).then(() => isAcknowledged = true);
  const atPrimary = await RedisClient.connect(primary.url);
  await until(async () => await atPrimary.send(["GET", "late"]) === "value", { what: "the put", timeoutMs: 30_000 });
  assertEquals(isAcknowledged, false);
  await replica.server.process.signal("CONT");
  await put;
  assertEquals(await atReplica.send(["GET", "late"]), "value");
  for (const client of [atReplica, atPrimary, connection]) client.close();
});

async function prepare(settings: Partial<RedisSettings>, output?: string) {
  return await ENGINE.prepare({
    ...(output === undefined ? {} : { output }),
    settings: { cluster: false, wait: 0, ...settings },
    threads: 1,
    inFlight: 1,
    valueBytesMax: 100,
  });
}

async function refusal(action: () => Promise<unknown>): Promise<string> {
  const { message } = await assertRejects(action, EngineError);
  assert(!message.includes("secret"), message);
  return message;
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
