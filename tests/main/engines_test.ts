/**
 * Tests of runs on engines from the command line: what the result says, and the one line for what cannot be.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertMatch, assertStringIncludes } from "@std/assert";
import { enginesThatTake } from "../../lib/engine/engines.ts";
import { missingFor } from "../engine/missing.ts";
import { temporaryDirectory } from "../run/files.ts";
import { assertCode, kvlab, linesOf, testWhere } from "./kvlab.ts";

// Not for a time: in a short one, a busy disk lets nothing through.
const LOAD = ["--threads=2", "--ops=200", "--pattern=unthrottled", "--keys=500", "--workload=a", "--quiet"];

for (
  const [args, name, powerLoss] of [
    [["sqlite", "--synchronous=normal"], "SQLite", "the commits since the last checkpoint"],
    [["leveldb", "--in-flight=4", "--sync=data"], "LevelDB", "nothing"],
    [["denokv", "--in-flight=4"], "Deno KV", "nothing"],
    [["lmdb"], "LMDB", "nothing"],
    [["lmdb", "--in-flight=4"], "LMDB", "nothing"],
    [["rocksdb", "--sync=data"], "RocksDB", "nothing"],
    [["rocksdb", "--sync=data", "--in-flight=4"], "RocksDB", "nothing"],
    [["postgres", "--spawn", "--in-flight=4"], "PostgreSQL", "nothing"],
    [["etcd", "--spawn", "--in-flight=4"], "etcd", "nothing"],
  ] as const
) {
  testWhere(
    missingFor(args[0]),
    `a run on ${name} (${args.join(" ")}) has the load's figures, the engine and what it promises`,
    async () => {
      const ended = await kvlab([...LOAD, "--format=json", ...args]);
      assertCode(ended, 0);
      const result = JSON.parse(ended.stdout);
      assertGreater(result.writes, 0);
      // All were there before.
      assertEquals([result.hits, result.preload_keys], [result.reads, 500]);
      assertEquals([result.engine.name, result.promises.process_crash], [name, "nothing"]);
      assertEquals(result.promises.power_loss, powerLoss);
      assertEquals(
        result.operations.map(({ count, latency }: { count: number; latency: { count: number } }) => (
          latency.count - count
        )),
        [0, 0],
      );
      assertEquals(result.threads.length, 2);
      // Their logs are moved into the database; the others were not asked to write anything.
      assertEquals("preload_flush_sec" in result, ["SQLite", "PostgreSQL"].includes(name));
    },
  );
}

testWhere(
  missingFor("rocksdb"),
  "crash finds what a kill costs rocksdb without its log, or with it in a buffer",
  async () => {
    for (const flag of ["--disable-wal=true", "--manual-wal-flush=true"]) {
      const load = ["--threads=1", "--load-time-sec=0.2", "--keys=500", "--workload=a", "--pattern=unthrottled"];
      const ended = await kvlab(["crash", "--kills=2", "--format=json", ...load, "rocksdb", flag]);
      assertCode(ended, 0);
      const { lost, kills } = JSON.parse(ended.stdout);
      assertGreater(lost, 0, flag);
      assertEquals(kills, 2);
    }
  },
);

Deno.test("an open loop on an engine with operations in flight keeps its rate", async () => {
  const ended = await kvlab([...LOAD.slice(3), "--threads=1", "--ops=200", "--rate=1k", "--format=json", "leveldb"]);
  assertCode(ended, 0);
  const result = JSON.parse(ended.stdout);
  assertEquals(result.total_ops, 200);
  assertEquals(result.rate_asked, 1000);
});

Deno.test("crash finds nothing lost that an engine promises, and says what it promises", async () => {
  for (const backend of [["sqlite", "--journal=delete"], ["leveldb", "--in-flight=3"], ["lmdb"], ["rocksdb"]]) {
    if (missingFor(backend[0]) !== undefined) continue;
    const load = ["--threads=2", "--load-time-sec=0.2", "--workload=a", "--keys=500", "--delete-ratio=0.2"];
    const ended = await kvlab(["crash", "--kills=2", ...load, ...backend]);
    assertCode(ended, 0);
    assertStringIncludes(ended.stdout, "process crash: nothing");
    assertMatch(ended.stdout, /verdict {5}2 of 2 kills lost no more than promised/);
  }
});

Deno.test("an engine that cannot be used is one line, and nothing is destroyed", async () => {
  using directory = temporaryDirectory();
  const { path } = directory;
  Deno.writeTextFileSync(`${path}/store.sqlite`, "no database. ".repeat(1000));
  const damaged = await kvlab([...LOAD, "sqlite", `--output=${path}`]);
  const taken = await kvlab([...LOAD, "leveldb", `--output=${path}`]);
  const files = await kvlab([...LOAD, "file", "--file-count=1", "--queue-depth=4", `--output=${path}`]);
  const large = await kvlab([...LOAD, "--value-size=100kB", "denokv"]);
  const wrong = await kvlab([...LOAD, "sqlite", "--in-flight=4", "--file-count=3"]);
  assertEquals([damaged, taken, files, large, wrong].map(({ code }) => code), [1, 1, 1, 1, 2]);
  const lines = [damaged, taken, files, large, wrong].map(({ stderr }) =>
    linesOf(stderr).filter((line) => (
      line.startsWith("kvlab: ") && !line.includes("warning")
    ))
  );
  assert(lines.every(({ length }) => length === 1), JSON.stringify(lines));
  assertEquals(lines.flat(), [
    `kvlab: Cannot open ${path}/store.sqlite: file is not a database`,
    `kvlab: Cannot use ${path}: it holds a store of sqlite, not of leveldb`,
    `kvlab: Cannot use ${path}: it holds a store of sqlite`,
    "kvlab: Cannot use denokv: values of 100000 B, must be at most 65536 B",
    "kvlab: the sqlite backend takes no flags of other backends, got --file-count (file), " +
    `--in-flight (${enginesThatTake("in-flight").join(", ")}) (see kvlab --help)`,
  ]);
  assertMatch(Deno.readTextFileSync(`${path}/store.sqlite`), /^(no database\. ){1000}$/);
});
