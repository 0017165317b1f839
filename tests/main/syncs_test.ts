/**
 * Tests of what engines sync: under a setting that claims to, as many system calls as acknowledged puts; else hardly
 * any.
 *
 * @module
 */
import { assertEquals, assertGreaterOrEqual, assertLess } from "@std/assert";
import { missingFor } from "../engine/missing.ts";
import { temporaryDirectory } from "../run/files.ts";
import { assertCode, kvlab, succeeds, testWhere } from "./kvlab.ts";

const WRITES = 150;
const LOAD = ["--threads=1", `--ops=${WRITES}`, "--read-ratio=0", "--seed=1", "--pattern=unthrottled"];
const PUTS = ["--no-preload", "--keys=50"];
/** Of records that are there: what removes nothing has nothing to sync. */
const THERE = ["--workload=a", "--keys=5k", "--distribution=uniform"];
const DELETES = [...THERE, "--delete-ratio=1"];
/** About as many of both: one write may take several syncs, so that only what hardly syncs any can be told by these. */
const BOTH = [...THERE, "--delete-ratio=0.5"];
/** What is deleted twice of so many keys. */
const DELETED_TWICE_MAX = 3;
/**
 * Less than half of the writes, as it would be if one kind were synced. Some engines sync by time, as PostgreSQL does
 * five times a second: on a slow machine that comes to more.
 */
const UNSYNCED_MAX = WRITES / 3;

/** A server of PostgreSQL syncs all of its files when it is made, and again when it is started after it was killed. */
const OF_POSTGRES = /\/pg_wal\/[0-9A-F]{24}>|resumed/;

const NO_STRACE = await succeeds("strace", ["--version"]) ? undefined : "strace is missing";

/** Counts the system calls that sync, of kvlab and of the server that it has started, over a run. */
async function syncsOf(backend: string, load: readonly string[]): Promise<number> {
  using directory = temporaryDirectory();
  const log = `${directory.path}/log`;
  const trace = ["--trace=fsync,fdatasync,msync,sync_file_range", `--output=${log}`];
  const ended = await kvlab([...LOAD, ...load, "--format=json", "--quiet", ...backend.split(" ")], {
    wrapper: ["strace", "--follow-forks", "--seccomp-bpf", "--quiet=all", "--decode-fds=path", ...trace],
  });
  assertCode(ended, 0);
  assertEquals(JSON.parse(ended.stdout).writes, WRITES);
  // A call that another thread's interrupts has two lines, of which only the second says how it ended.
  return Deno.readTextFileSync(log).split("\n").filter((line) =>
    line.endsWith(" = 0") && (!backend.startsWith("postgres") || OF_POSTGRES.test(line))
  ).length;
}

for (
  const [engine, synced, ...unsynced] of [
    ["sqlite", "--synchronous=full", "--synchronous=off"],
    ["sqlite", "--journal=delete --synchronous=full"],
    ["leveldb", "--sync=data", "--sync=none"],
    ["lmdb", "--sync-mode=sync", "--sync-mode=no-sync"],
    ["lmdb", "--sync-mode=no-meta-sync"],
    ["rocksdb", "--sync=data", "--sync=none"],
    ["rocksdb", "--sync=data --manual-wal-flush=true", "--disable-wal=true"],
    ["denokv", ""],
    ["redis --spawn", "--appendfsync=always"],
    ["etcd --spawn", ""],
    ["postgres --spawn", "--synchronous-commit=on", "--synchronous-commit=off", "--fsync=off"],
  ] as const
) {
  testWhere(
    NO_STRACE ?? missingFor(engine),
    `${`${engine} ${synced}`.trim()} syncs each put and delete before it is acknowledged${
      unsynced.map((setting) => `, ${setting} hardly any`).join("")
    }`,
    async () => {
      const syncsWith = (setting: string, load: readonly string[]) => syncsOf(`${engine} ${setting}`.trim(), load);
      const [puts, deletes, ...few] = await Promise.all([
        syncsWith(synced, PUTS),
        syncsWith(synced, DELETES),
        ...unsynced.map((setting) => syncsWith(setting, BOTH)),
      ]);
      assertGreaterOrEqual(puts, WRITES);
      assertGreaterOrEqual(deletes, WRITES - DELETED_TWICE_MAX);
      for (const count of few) assertLess(count, UNSYNCED_MAX);
    },
  );
}
