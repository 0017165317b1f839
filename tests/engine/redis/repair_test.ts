/**
 * Tests of an append-only file that a power loss has left unreadable: a run refuses it and changes nothing, a crash has
 * it repaired, keeps what comes before, and says so.
 *
 * @module
 */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { EngineBackendOptions } from "../../../lib/backend/backend.ts";
import { recover } from "../../../lib/crash/recovery.ts";
import { EngineError } from "../../../lib/engine/engine_error.ts";
import { ENGINE } from "../../../lib/engine/redis/redis.ts";
import { RedisClient } from "../../../lib/engine/redis/client.ts";
import { mixKeySpace } from "../../../lib/load/workload.ts";
import { NUMBERED_SEED_MIX } from "../../../lib/load/numbered_workload.ts";
import { PaddedBytes } from "../../../lib/store/padded_bytes.ts";
import { StoppedError } from "../../../lib/sync/delay.ts";
import { namesIn, temporaryDirectory } from "../../run/files.ts";
import { redisTest } from "./redis_server.ts";

const SETTINGS = { spawn: "redis-server", appendfsync: "always", wait: 0 } as const;
/** What a device may have in place of what was never synced. */
const NEVER_WRITTEN = new Uint8Array(100);

redisTest("an append-only file that ends in zeros is refused by a run, and repaired after a crash", async () => {
  using directory = temporaryDirectory();
  const output = directory.path;
  await fill(output);
  const log = `${output}/appendonlydir/appendonly.aof.1.incr.aof`;
  Deno.writeFileSync(log, NEVER_WRITTEN, { append: true });
  const torn = Deno.readFileSync(log);

  const backend: EngineBackendOptions = { kind: "engine", engine: "redis", settings: SETTINGS, output, inFlight: 1 };
  const refused = await assertRejects(() => recover(backend, mixKeySpace(NUMBERED_SEED_MIX)), EngineError);
  assertStringIncludes(refused.message, "redis-check-aof --fix");
  assertEquals(Deno.readFileSync(log), torn);

  const recovered = await recover(backend, mixKeySpace(NUMBERED_SEED_MIX), { mayRepair: true });
  try {
    assertEquals(recovered.repaired, "redis-check-aof --fix cut off 100 bytes");
    const key = new PaddedBytes(16), value = new PaddedBytes(16);
    key.setString("key");
    assertEquals(await recovered.get(key, value), true);
    assertEquals(value.toString(), "value");
  } finally {
    await recovered.close();
  }
  const again = await recover(backend, mixKeySpace(NUMBERED_SEED_MIX), { mayRepair: true });
  assertEquals(again.repaired, undefined);
  await again.close();
});

redisTest("recover() gives up a server that never listens as soon as it is told to stop", async () => {
  using directory = temporaryDirectory();
  const spawn = `${directory.path}/never.sh`;
  Deno.writeTextFileSync(spawn, "#!/bin/sh\nsleep 1000 & wait\n", { mode: 0o700 });
  const settings = { ...SETTINGS, spawn };
  const output = `${directory.path}/store`;
  const backend: EngineBackendOptions = { kind: "engine", engine: "redis", settings, output, inFlight: 1 };
  const stop = new AbortController();
  const recovering = recover(backend, mixKeySpace(NUMBERED_SEED_MIX), { stop: stop.signal });
  stop.abort();
  await assertRejects(() => recovering, StoppedError);
});

redisTest("what a server would begin anew over is refused by its path, and not touched", async () => {
  const manifest = "appendonlydir/appendonly.aof.manifest";
  const { appendfsync: _, ...without } = SETTINGS;
  const rows = [
    [manifest, SETTINGS, `${manifest}: it is missing, though `],
    // As an earlier version has marked it: the log tells as well.
    [manifest, SETTINGS, `${manifest}: it is missing, though `, "kvlab engine redis\n"],
    [undefined, without, `${manifest}: a server without --appendfsync does not load it`],
  ] as const;
  for (const [gone, settings, reason, mark] of rows) {
    using directory = temporaryDirectory();
    const output = directory.path;
    await fill(output);
    if (gone !== undefined) Deno.removeSync(`${output}/${gone}`);
    if (mark !== undefined) Deno.writeTextFileSync(`${output}/ENGINE`, mark);
    const names = () => [output, `${output}/appendonlydir`].flatMap((path) => namesIn(path)).sort();
    const left = names();
    const log = Deno.readFileSync(`${output}/appendonlydir/appendonly.aof.1.incr.aof`);
    const preparation = { settings, output, threads: 1, inFlight: 1, valueBytesMax: 16 };
    const refused = await assertRejects(async () => await ENGINE.prepare(preparation), EngineError);
    assertStringIncludes(refused.message, `Cannot use ${output}/${reason}`);
    assertEquals(names(), left);
    assertEquals(Deno.readFileSync(`${output}/appendonlydir/appendonly.aof.1.incr.aof`), log);
  }
});

redisTest(
  "a part of the append-only file that is empty, which Redis would not miss, is refused by its path",
  async () => {
    using directory = temporaryDirectory();
    const output = directory.path;
    await fill(output);
    const base = `${output}/appendonlydir/appendonly.aof.1.base.rdb`;
    Deno.truncateSync(base);
    const preparation = { settings: SETTINGS, output, threads: 1, inFlight: 1, valueBytesMax: 16 };
    const refused = await assertRejects(async () => await ENGINE.prepare(preparation), EngineError);
    assertStringIncludes(refused.message, `Cannot use ${base}: it is empty, as it never is by itself; restore it`);
  },
);

redisTest("a snapshot that a server would begin anew over is refused by its path", async () => {
  using directory = temporaryDirectory();
  Deno.writeTextFileSync(`${directory.path}/dump.rdb`, "REDIS0010");
  const preparation = { settings: SETTINGS, output: directory.path, threads: 1, inFlight: 1, valueBytesMax: 16 };
  const refused = await assertRejects(async () => await ENGINE.prepare(preparation), EngineError);
  assertEquals(refused.message, `Cannot use ${directory.path}/dump.rdb: a server with --appendfsync does not load it`);
});

/** Starts a server, puts one key, and ends it. */
async function fill(output: string): Promise<void> {
  const prepared = await ENGINE.prepare({ settings: SETTINGS, output, threads: 1, inFlight: 1, valueBytesMax: 16 });
  const client = await RedisClient.connect(String(prepared.target.url));
  await client.send(["SET", `${prepared.target.keyPrefix}key`, "value"]);
  client.close();
  await prepared.close();
}
