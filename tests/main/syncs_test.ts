/**
 * Tests of what engines sync: under a setting that claims to, as many system calls as acknowledged puts; else hardly
 * any.
 *
 * @module
 */
import { assertEquals, assertGreaterOrEqual, assertLess } from "@std/assert";
import { ENGINE_NAMES, ENGINES } from "../../lib/engine/engines.ts";
import { temporaryDirectory } from "../run/files.ts";
import { assertCode, kvlab, succeeds, testWhere } from "./kvlab.ts";

const PUTS = 150;
const LOAD = ["--threads=1", `--ops=${PUTS}`, "--read-ratio=0", "--no-preload", "--keys=50", "--pattern=unthrottled"];

/** A server of PostgreSQL syncs all of its files when it is made, and again when it is started after it was killed. */
const OF_POSTGRES = /\/pg_wal\/[0-9A-F]{24}>|resumed/;

const NO_STRACE = await succeeds("strace", ["--version"]) ? undefined : "strace is missing";

/** Counts the system calls that sync, of kvlab and of the server that it has started, over a run of puts alone. */
async function syncsOf(backend: string): Promise<number> {
  using directory = temporaryDirectory();
  const log = `${directory.path}/log`;
  const trace = ["--trace=fsync,fdatasync,msync,sync_file_range", `--output=${log}`];
  const ended = await kvlab([...LOAD, "--format=json", "--quiet", ...backend.split(" ")], {
    wrapper: ["strace", "--follow-forks", "--seccomp-bpf", "--quiet=all", "--decode-fds=path", ...trace],
  });
  assertCode(ended, 0);
  assertEquals(JSON.parse(ended.stdout).writes, PUTS);
  // A call that another thread's interrupts has two lines, of which only the second says how it ended.
  return Deno.readTextFileSync(log).split("\n").filter((line) =>
    line.endsWith(" = 0") && (!backend.startsWith("postgres") || OF_POSTGRES.test(line))
  ).length;
}

/** What an engine lacks here, if it lacks anything. */
function missingFor(backend: string): string | undefined {
  const engine = ENGINE_NAMES.find((name) => name === backend.split(" ")[0]);
  return engine === undefined ? undefined : ENGINES[engine].missing?.();
}

for (
  const [engine, synced, ...unsynced] of [
    ["sqlite", "--synchronous=full", "--synchronous=off"],
    ["leveldb", "--sync=data", "--sync=none"],
    ["lmdb", "--sync-mode=sync", "--sync-mode=no-sync"],
    ["lmdb", "--sync-mode=no-meta-sync"],
    ["rocksdb", "--sync=data", "--sync=none"],
    ["rocksdb", "--sync=data --manual-wal-flush=true", "--disable-wal=true"],
    ["denokv", ""],
    ["redis --spawn", "--appendfsync=always"],
    ["postgres --spawn", "--synchronous-commit=on", "--synchronous-commit=off", "--fsync=off"],
  ] as const
) {
  testWhere(
    NO_STRACE ?? missingFor(engine),
    `${`${engine} ${synced}`.trim()} syncs each put before it is acknowledged${
      unsynced.map((setting) => `, ${setting} hardly any`).join("")
    }`,
    async () => {
      const [many = 0, ...few] = await Promise.all(
        [synced, ...unsynced].map((setting) => syncsOf(`${engine} ${setting}`.trim())),
      );
      assertGreaterOrEqual(many, PUTS);
      for (const count of few) assertLess(count, PUTS / 5);
    },
  );
}
