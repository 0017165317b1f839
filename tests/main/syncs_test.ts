/**
 * Tests of what engines sync: under a setting that claims to, as many system calls as acknowledged puts; else hardly
 * any.
 *
 * @module
 */
import { assertEquals, assertGreaterOrEqual, assertLess } from "@std/assert";
import { ENGINES } from "../../lib/engine/engines.ts";
import { NO_REDIS } from "../engine/redis/redis_server.ts";
import { temporaryDirectory } from "../run/files.ts";
import { assertCode, kvlab, succeeds, testWhere } from "./kvlab.ts";

const PUTS = 150;
const LOAD = ["--threads=1", `--ops=${PUTS}`, "--read-ratio=0", "--no-preload", "--keys=50", "--pattern=unthrottled"];

const NO_STRACE = await succeeds("strace", ["--version"]) ? undefined : "strace is missing";

/** Counts the system calls that sync, of kvlab and of the server that it has started, over a run of puts alone. */
async function syncsOf(backend: string): Promise<number> {
  using directory = temporaryDirectory();
  const log = `${directory.path}/log`;
  const trace = ["--trace=fsync,fdatasync,msync,sync_file_range", `--output=${log}`];
  const ended = await kvlab([...LOAD, "--format=json", "--quiet", ...backend.split(" ")], {
    wrapper: ["strace", "--follow-forks", "--seccomp-bpf", "--quiet=all", ...trace],
  });
  assertCode(ended, 0);
  assertEquals(JSON.parse(ended.stdout).writes, PUTS);
  // A call that another thread's interrupts has two lines, of which only the second says how it ended.
  return Deno.readTextFileSync(log).split("\n").filter((line) => line.endsWith(" = 0")).length;
}

for (
  const [engine, synced, unsynced] of [
    ["sqlite", "--synchronous=full", "--synchronous=off"],
    ["leveldb", "--sync=data", "--sync=none"],
    ["lmdb", "--sync-mode=sync", "--sync-mode=no-sync"],
    ["lmdb", "--sync-mode=no-meta-sync", undefined],
    ["rocksdb", "--sync=data", "--sync=none"],
    ["rocksdb", "--sync=data --manual-wal-flush=true", "--disable-wal=true"],
    ["denokv", "", undefined],
    ["redis --spawn", "--appendfsync=always", undefined],
  ] as const
) {
  testWhere(
    NO_STRACE ?? (engine.startsWith("redis") && NO_REDIS !== "" ? NO_REDIS : undefined) ??
      (engine === "rocksdb" ? ENGINES.rocksdb.missing?.() : undefined),
    `${`${engine} ${synced}`.trim()} syncs each put before it is acknowledged${
      unsynced === undefined ? "" : `, ${unsynced} none`
    }`,
    async () => {
      const [many, few] = await Promise.all([
        syncsOf(`${engine} ${synced}`.trim()),
        unsynced === undefined ? 0 : syncsOf(`${engine} ${unsynced}`),
      ]);
      assertGreaterOrEqual(many, PUTS);
      assertLess(few, PUTS / 5);
    },
  );
}
