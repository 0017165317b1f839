/**
 * Tests of the etcd engine: what is put is got, its settings are read back, a kill loses nothing, and a cluster goes on
 * without its leader.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import type { AsynchronousConnection } from "../../../lib/engine/connection.ts";
import { EngineError, HarnessError } from "../../../lib/engine/engine_error.ts";
import { ENGINE } from "../../../lib/engine/etcd/etcd.ts";
import type { EtcdTarget } from "../../../lib/engine/etcd/settings.ts";
import { readPid } from "../../../lib/engine/server/server_process.ts";
import { PaddedBytes } from "../../../lib/store/padded_bytes.ts";
import { until } from "../../../lib/sync/delay.ts";
import { temporaryDirectory } from "../../run/files.ts";
import { assertLikeSortedList } from "../ordered.ts";
import { etcdTest, prepare, SPAWNED } from "./etcd_servers.ts";

async function connect(target: object): Promise<AsynchronousConnection> {
  // As a worker gets it.
  const connection = await ENGINE.connect(structuredClone(target) as EtcdTarget);
  assert(connection.kind === "asynchronous");
  return connection;
}

async function valueOf(connection: AsynchronousConnection, key: string): Promise<string | undefined> {
  const out = new PaddedBytes(0);
  return await connection.get(PaddedBytes.of(key), out) ? out.toString() : undefined;
}

function put(connection: AsynchronousConnection, key: string, value: string): Promise<void> {
  return connection.put(PaddedBytes.of(key), PaddedBytes.of(value));
}

etcdTest("one server does all operations, for every connection, and another run finds what it has", async (context) => {
  using directory = temporaryDirectory();
  const output = `${directory.path}/store`;
  const prepared = await prepare(SPAWNED, { output });
  const [one, other] = [await connect(prepared.target), await connect(prepared.target)];

  await context.step("it is like a sorted list", () => assertLikeSortedList(one, 5));

  await context.step("a batch puts all of its records, though its buffers are used again at once", async () => {
    const key = new PaddedBytes(16), value = new PaddedBytes(16);
    one.preload.begin();
    for (let record = 0; record < 300; record++) {
      key.setString(`key ${record}`);
      value.setString(`value ${record}`);
      one.preload.put(key, value);
    }
    await one.preload.commit();
    for (const record of [0, 127, 128, 299]) assertEquals(await valueOf(other, `key ${record}`), `value ${record}`);
    assertEquals(await valueOf(other, "key 300"), undefined);
  });

  await context.step("what is read in few requests is the same as by as many gets", async () => {
    const long = "long ".repeat(100_000);
    for (const name of ["long 1", "long 2", "long 3", "long 4", "empty"]) {
      await put(one, name, name === "empty" ? "" : long);
    }
    const names = [
      ...Array.from({ length: 130 }, (_, record) => `key ${200 + record}`),
      "long 1",
      "absent",
      "long 4",
      "empty",
    ];
    const expected = await Promise.all(names.map((name) => valueOf(one, name)));
    // The room says how much a request may ask for.
    for (const roomBytes of [16, 2 ** 20]) {
      const entries = names.map((name) => ({ key: PaddedBytes.of(name), value: new PaddedBytes(roomBytes) }));
      const present = await other.getAll?.(entries);
      const found = entries.map(({ value }, at) => present?.[at] ? value.toString() : undefined);
      assertEquals(found, expected);
    }
  });

  await context.step("it tells its version and its settings, by its own names", async () => {
    const { version = "", settings } = await one.describe?.() ?? {};
    assertMatch(version, /^3\.\d+\.\d+/);
    const { members, quota_backend_bytes, snapshot_count, election_timeout } = settings ?? {};
    assertEquals([members, quota_backend_bytes, snapshot_count, election_timeout], [1, 8 * 2 ** 30, "100000", "100"]);
  });

  await context.step(
    "a running server's keys of other runs are said and left alone, one's own are removed",
    async () => {
      const url = (prepared.target as EtcdTarget).urls;
      const warnings: string[] = [];
      const running = await prepare({ url }, { onWarning: (message) => void warnings.push(message) });
      const own = await connect(running.target);
      await put(own, "key 1", "another");
      assertEquals([await valueOf(own, "key 1"), await valueOf(one, "key 1")], ["another", "value 1"]);
      // Nor does it see the keys behind its own.
      assertEquals(await own.scan?.(PaddedBytes.of("a"), 1000, new PaddedBytes(0)), 1);
      own.close();
      await running.close();
      assertMatch(warnings.join(), / holds \d+ keys kvlab:\* of other runs, left alone/);
      assertEquals(await valueOf(one, "key 1"), "value 1");
      const again = await connect(running.target);
      assertEquals(await valueOf(again, "key 1"), undefined);
      again.close();
    },
  );

  await context.step("the kill of another kvlab's server costs nothing", async () => {
    await put(one, "last", "value");
    await ENGINE.killServer?.(output);
    await until(async () => await prepared.explain?.() === `the server in ${output} has ended`, {
      what: "its end",
      timeoutMs: 30_000,
    });
    const error = await assertRejects(() => put(other, "a", "b"), EngineError);
    assertMatch(error.message, /^Cannot put into http:\/\/127\.0\.0\.1:\d+: .*[Cc]onnect/);
  });
  one.close();
  other.close();
  await prepared.close();
  assertEquals(readPid(output), undefined);

  const reopened = await prepare(SPAWNED, { output });
  const connection = await connect(reopened.target);
  assertEquals([await valueOf(connection, "last"), await valueOf(connection, "key 7")], ["value", "value 7"]);
  connection.close();
  await reopened.close();

  Deno.removeSync(`${output}/data/member/snap/db`);
  const gone = await assertRejects(() => prepare(SPAWNED, { output }), EngineError);
  assertStringIncludes(gone.message, `Cannot use ${output}/data/member/snap/db: it is missing, though `);
});

etcdTest("a cluster goes on when its leader is killed, with all that it had acknowledged", async () => {
  const prepared = await prepare({ ...SPAWNED, members: 3 });
  const connection = await connect(prepared.target);
  assertEquals((await connection.describe?.())?.settings.members, 3);
  for (let record = 0; record < 20; record++) await put(connection, `key ${record}`, `value ${record}`);
  const failed = await prepared.failover?.fail({ choice: 0, fault: "kill", lagMs: 0 });
  assert(failed !== undefined && failed.had(PaddedBytes.of("any")));
  // Its first server was the leader.
  await assertRejects(() => put(connection, "refused", "value"), EngineError);
  await failed.restore();
  assertEquals(await valueOf(connection, "key 19"), "value 19");
  await put(connection, "after", "value");
  assertEquals(await valueOf(connection, "after"), "value");
  connection.close();
  await prepared.close();
});

etcdTest("what keeps a server from starting is told in its own last words", async () => {
  using directory = temporaryDirectory();
  const bad = `${directory.path}/bad.sh`;
  Deno.writeTextFileSync(bad, '#!/bin/sh\nexec etcd "$@" --snapshot-count=none\n', { mode: 0o700 });
  const error = await assertRejects(() => prepare({ ...SPAWNED, spawn: bad }), EngineError);
  assertMatch(error.message, /^Cannot start \S+bad\.sh in \S+: .*snapshot-count/);
});

Deno.test("values that etcd cannot take, or a program that is not there, are one line", async () => {
  const message = "Cannot use etcd: values of 1048577 B, must be at most 1048576 B";
  await assertRejects(() => prepare(SPAWNED, { valueBytesMax: 1_048_577 }), EngineError, message);
  const error = await assertRejects(() => prepare({ ...SPAWNED, spawn: "no-such-etcd" }), HarnessError);
  assertMatch(error.message, /there is no program no-such-etcd, name one .*\(Debian: apt-get install etcd-server\)$/);
});
