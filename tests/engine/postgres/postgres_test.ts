/**
 * Tests of the postgres engine: what is put is got, its settings are read back, a kill of all of its processes loses
 * what it may, and nothing of it is left.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import type { AsynchronousConnection } from "../../../lib/engine/connection.ts";
import { EngineError, HarnessError } from "../../../lib/engine/engine_error.ts";
import { PostgresClient } from "../../../lib/engine/postgres/client.ts";
import { ENGINE } from "../../../lib/engine/postgres/postgres.ts";
import type { PostgresTarget } from "../../../lib/engine/postgres/settings.ts";
import { programsOf } from "../../../lib/engine/postgres/programs.ts";
import { becoming, unprivilegedUser } from "../../../lib/engine/server/user.ts";
import { readPid } from "../../../lib/engine/server/server_process.ts";
import { PaddedBytes } from "../../../lib/store/padded_bytes.ts";
import { until } from "../../../lib/sync/delay.ts";
import { namesIn, temporaryDirectory } from "../../run/files.ts";
import { assertLikeSortedList } from "../ordered.ts";
import { postgresTest, prepare, SPAWNED } from "./postgres_server.ts";

async function connect(target: object): Promise<AsynchronousConnection> {
  // As a worker gets it.
  const connection = await ENGINE.connect(structuredClone(target) as PostgresTarget);
  assert(connection.kind === "asynchronous");
  return connection;
}

async function valueOf(connection: AsynchronousConnection, key: string): Promise<string | undefined> {
  const out = new PaddedBytes(0);
  return await connection.get(PaddedBytes.of(key), out) ? out.toString() : undefined;
}

/** The segment of shared memory of the server in a directory, of which the system is to keep nothing. */
function segmentIn(directory: string): string {
  return Deno.readTextFileSync(`${directory}/data/postmaster.pid`).split("\n")[6]?.trim().split(/ +/)[1] ?? "";
}

/** Whether the system has such a segment. */
async function isThere(segment: string): Promise<boolean> {
  const { stdout } = await new Deno.Command("ipcs", { args: ["-m"] }).output();
  return new TextDecoder().decode(stdout).split("\n").some((line) => line.split(/ +/)[1] === segment);
}

/** What is left in a directory of the sockets of its servers. */
function socketsIn(directory: string): string[] {
  return namesIn(directory).filter((name) => name.startsWith("socket-"));
}

/** The processes that run in a directory. */
function processesIn(directory: string): number[] {
  return Array.from(Deno.readDirSync("/proc"), ({ name }) => Number(name)).filter((pid) => {
    try {
      return Deno.readLinkSync(`/proc/${pid}/cwd`).startsWith(directory);
    } catch {
      return false;
    }
  });
}

postgresTest(
  "one server does all operations, for every connection, and another run finds what it has",
  async (context) => {
    using directory = temporaryDirectory();
    const output = `${directory.path}/store`;
    const prepared = await prepare(SPAWNED, { output });
    const [one, other] = [await connect(prepared.target), await connect(prepared.target)];

    await context.step("it is like a sorted list", () => assertLikeSortedList(one, 20));

    await context.step("puts, of any bytes, are seen by every connection", async () => {
      assertEquals(await valueOf(one, "absent"), undefined);
      await one.put(PaddedBytes.of("a"), PaddedBytes.of("first"));
      assertEquals(await valueOf(other, "a"), "first");
      await other.put(PaddedBytes.of("a"), PaddedBytes.of("second, and longer"));
      await one.put(PaddedBytes.of("é\0\\'"), PaddedBytes.of('\0ü\\"{},'));
      assertEquals([await valueOf(one, "a"), await valueOf(other, "é\0\\'")], ["second, and longer", '\0ü\\"{},']);
      const long = "ab\0c".repeat(50_000);
      await one.put(PaddedBytes.of("long"), PaddedBytes.of(long));
      assertEquals(await valueOf(other, "long"), long);
    });

    await context.step(
      "a batch puts all of its records, over what is there, though its buffers are used again",
      async () => {
        const key = new PaddedBytes(16), value = new PaddedBytes(16);
        for (let times = 0; times < 2; times++) {
          one.preload.begin();
          for (let record = 0; record < 1250; record++) {
            key.setString(`key ${record}`);
            value.setString(`value ${record} \\"{} ${times}`);
            one.preload.put(key, value);
          }
          await one.preload.commit();
        }
        for (const record of [0, 1, 1249]) {
          assertEquals(await valueOf(other, `key ${record}`), `value ${record} \\"{} 1`);
        }
        await prepared.settle?.();
      },
    );

    await context.step("more operations than there are connections end all the same", async () => {
      const keys = Array.from({ length: 20 }, (_, record) => PaddedBytes.of(`many ${record}`));
      await Promise.all(keys.map((key) => one.put(key, key)));
      for (const key of keys) assertEquals(await valueOf(other, key.toString()), key.toString());
    });

    await context.step("what the server refuses is told in its words, and the next operation is done", async () => {
      const client = await PostgresClient.connect({ socket: String(prepared.target.sockets) });
      const refused = await assertRejects(() => client.tell("SELECT no_such_column"), EngineError);
      assertMatch(refused.message, /^Cannot tell SELECT no_such_column to .*: column "no_such_column" does not exist$/);
      assertEquals(await client.ask("SELECT $1::int + 1", [41]), [["42"]]);
      await client.close();
      await assertRejects(() => client.tell("SELECT 1"), EngineError, "the connection has been closed");
    });

    await context.step("it tells its version and its settings, by its own names", async () => {
      const { version = "", settings } = await one.describe?.() ?? {};
      assertMatch(version, /^\d+\.\d+/);
      const { synchronous_commit, fsync, full_page_writes, max_connections } = settings ?? {};
      assertEquals([synchronous_commit, fsync, full_page_writes, max_connections], ["on", "on", "on", "20"]);
    });

    await context.step("it runs as a user that may, and nobody else may connect", () => {
      const [name] = socketsIn(output);
      const { uid, mode } = Deno.statSync(`${output}/${name}`);
      assertEquals((mode ?? 0) & 0o777, 0o700);
      assertEquals(uid === 0, false);
    });

    await one.close();
    await other.close();
    const segment = segmentIn(output);
    assert(await isThere(segment));
    await prepared.close();
    assertEquals([processesIn(output), socketsIn(output), await isThere(segment)], [[], [], false]);

    // As after a kill, if another process of the server's user has its id by then.
    const user = unprivilegedUser(["postgres", "nobody"], `${programsOf("")}/postgres`);
    const words = `${user === undefined ? "" : becoming(user)} sleep 60`.trim().split(" ");
    const sleeping = new Deno.Command(words[0] ?? "", { args: words.slice(1) }).spawn();
    Deno.writeTextFileSync(`${output}/data/postmaster.pid`, `${sleeping.pid}\n${output}/data\n`);
    const again = await prepare({ ...SPAWNED, synchronousCommit: "off" }, { output });
    sleeping.kill();
    await sleeping.status;
    const reopened = await connect(again.target);
    assertEquals([await valueOf(reopened, "a"), await valueOf(reopened, "key 7")], [
      "second, and longer",
      'value 7 \\"{} 1',
    ]);

    const segments: string[] = [];
    await context.step(
      "the kill of another kvlab's server reaches every process, and leaves no shared memory",
      async () => {
        const pids = processesIn(output);
        segments.push(segmentIn(output));
        assert(pids.length > 4, String(pids));
        await ENGINE.killServer?.(output);
        await until(() => processesIn(output).length === 0, { what: "the end of all", timeoutMs: 30_000 });
        await assertRejects(
          () => reopened.put(PaddedBytes.of("a"), PaddedBytes.of("b")),
          EngineError,
          `put into ${output}`,
        );
        assertEquals(await again.explain?.(), `the server in ${output} has ended`);
      },
    );
    await reopened.close();
    await again.close();
    assertEquals([socketsIn(output), await isThere(segments[0] ?? ""), readPid(output)], [[], false, undefined]);

    await context.step("a control file that is gone or damaged is refused in one line", async () => {
      const control = `${output}/data/global/pg_control`;
      const bytes = Deno.readFileSync(control);
      Deno.writeFileSync(control, bytes.map((byte) => byte ^ 255));
      await assertRejects(() => prepare(SPAWNED, { output }), EngineError, `Cannot start `);
      Deno.removeSync(control);
      const gone = await assertRejects(() => prepare(SPAWNED, { output }), EngineError);
      assertStringIncludes(
        gone.message,
        `Cannot use ${control}: it is missing, though ${output}/ENGINE says that it was`,
      );
    });
  },
);

Deno.test("programs that are not there are one line, which says who has them", async () => {
  using directory = temporaryDirectory();
  const { path } = directory;
  const error = await assertRejects(() => prepare({ ...SPAWNED, spawn: path }, {}), HarnessError);
  assertEquals(error.message, `Cannot start postgres: there is no program ${path}/postgres, must be in --spawn=DIR`);
});

postgresTest("a running server is given a table of one's own, which is gone at the end", async () => {
  using directory = temporaryDirectory();
  const own = await prepare(SPAWNED, { output: directory.path });
  const { sockets: socket = "" } = own.target as PostgresTarget;
  const client = await PostgresClient.connect({ socket });
  await client.tell("CREATE TABLE kvlab_0123abcd ()");
  // As a user would name a socket.
  const url = `postgres://kvlab@${encodeURIComponent(socket.slice(0, socket.lastIndexOf("/")))}/postgres`;
  const warnings: string[] = [];
  const running = await prepare({ url }, { onWarning: (message) => void warnings.push(message) });
  const connection = await connect(running.target);
  await connection.put(PaddedBytes.of("a"), PaddedBytes.of("value"));
  assertEquals(await valueOf(connection, "a"), "value");
  await connection.close();
  const tables = async () =>
    (await client.ask("SELECT tablename FROM pg_tables WHERE tablename LIKE $1", ["kvlab%"])).length;
  assertEquals(await tables(), 3);
  assertMatch(warnings.join(), / holds 1 table kvlab_\* of other runs, left alone/);
  await running.close();
  assertEquals(await tables(), 2);
  const few = await assertRejects(() => prepare({ url }, { inFlight: 20 }), EngineError);
  assertMatch(
    few.message,
    /it takes 17 connections \(max_connections\), has \d, and would need 40 more: one for each /,
  );
  await client.close();
  await own.close();
  const gone = await assertRejects(() => prepare({ url }), EngineError);
  assertMatch(gone.message, /^Cannot connect to postgres:.*: No such file or directory/);
});

postgresTest("a standby that lags lacks what was acknowledged, unless a commit waits for it", async (context) => {
  for (const [fault, names] of [["kill", {}], ["partition", { synchronousStandbyNames: "*" }]] as const) {
    await context.step(`${fault}: ${JSON.stringify(names)}`, async () => {
      const prepared = await prepare({ ...SPAWNED, replicas: 1, ...names });
      const connection = await connect(prepared.target);
      const acknowledged = ["key 0"];
      await connection.put(PaddedBytes.of("key 0"), PaddedBytes.of("value"));
      const putting = async () => {
        for (let record = 1;; record++) {
          await connection.put(PaddedBytes.of(`key ${record}`), PaddedBytes.of("value"));
          acknowledged.push(`key ${record}`);
        }
      };
      const put = assertRejects(putting, EngineError);
      const failed = await prepared.failover?.fail({ choice: 0, fault, lagMs: 300 });
      if (fault === "kill") {
        await put;
        // The standby has it, but as of some moment in the past: it is not asked before it is the primary.
        for (let times = 0; times < 4; times++) await assertRejects(() => valueOf(connection, "key 0"), EngineError);
      }
      await failed?.restore();
      // A primary that was cut off has gone on until it was ended.
      await put;
      // What failed has turned the connection to the promoted standby, which has a standby again.
      await connection.put(PaddedBytes.of("after"), PaddedBytes.of("value"));
      // Those that it lacks are the last ones.
      const asked = [...acknowledged.slice(0, 1), ...acknowledged.slice(-50)];
      const found = await Promise.all(asked.map((key) => valueOf(connection, key)));
      assertEquals(found[0], "value");
      assertEquals(found.includes(undefined), fault === "kill");
      await connection.close();
      await prepared.close();
    });
  }
});
