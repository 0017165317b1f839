/**
 * The full-disk campaign: disks of all sizes across one snapshot, on which a run goes on from an earlier one until
 * there is no space left. `deno task test:full-disk`; `--full` for 256 sizes.
 *
 * @module
 */
import { decode } from "../codec/decode.ts";
import { assert, assertEquals } from "@std/assert";
import type { FileBackendOptions } from "../../lib/backend/backend.ts";
import { SERIALIZER_NAMES, type SerializerName } from "../../lib/codec/codec.ts";
import { CODECS } from "../../lib/codec/codecs.ts";
import { CorruptSnapshotError } from "../../lib/codec/corrupt_snapshot_error.ts";
import { REPLACE_NAMES, type ReplaceName } from "../../lib/persist/layout/layout_options.ts";
import { type PersistencePolicy, SYNC_NAMES } from "../../lib/persist/policy.ts";
import { parseShardFileName } from "../../lib/persist/shard_file.ts";
import type { RunOptions } from "../../lib/run/run_options.ts";
import type { RunResult } from "../../lib/run/run_result.ts";
import { totals } from "../../lib/run/run_result.ts";
import { run } from "../../lib/run/runner.ts";
import { testWhere } from "../main/kvlab.ts";
import { contentOf, temporaryDirectory } from "../run/files.ts";
import { isFull, report, rounds } from "./campaign.ts";
import { missingMounts, mountMemory } from "./mounts.ts";

const SIZES_SMALL = 16;
const SIZES_FULL = 256;
const STEP_BYTES = 4096;

/** So many that the sizes, a step apart, span a snapshot with all of its shard's keys: 55 KiB, or in full 1.1 MiB. */
const FILE_COUNT = isFull() ? 1 : 20;

const POLICIES: readonly PersistencePolicy[] = [
  { kind: "periodic", periodMs: 10 },
  { kind: "synchronous", periodMs: 1 },
  { kind: "asynchronous", queueDepth: 16, queueMemoryBytes: 16 << 20 },
];
const SWEPT: PersistencePolicy = { kind: "periodic", periodMs: 1000 };

/** How long an earlier run lasts that puts a part of the keys, or nearly all, and how long the one on the small disk. */
const PART_LOAD_MS = 10;
const ALL_LOAD_MS = 250;
const LOAD_MS = 100;

type Files = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
/** A shard's versions in those of its files that are whole. */
type Versions = ReadonlyMap<number, number>;

testWhere(missingMounts("memory"), "a full disk leaves the old snapshot or the new, and is told", async () => {
  const sizes = rounds({ small: SIZES_SMALL, full: SIZES_FULL });
  const templates = new Templates();
  const counts = { sizes, full: 0, "ended well": 0, "torn, with a whole one beside": 0, "torn in place": 0 };
  for (let step = 0; step < sizes; step++) {
    const replace = REPLACE_NAMES[step % 3]!;
    const serializer = SERIALIZER_NAMES[step % 2]!;
    const policy = POLICIES[Math.floor(step / 3) % 3]!;
    const sync = SYNC_NAMES[Math.floor(step / 2) % 3]!;
    const amount = Math.floor(step / 4) % 2 === 0 ? "part" : "all";
    const before = await templates.get(replace, serializer, amount);
    using disk = mountMemory(pagesOf(before) + (step + 1) * STEP_BYTES);
    for (const [name, bytes] of before) Deno.writeFileSync(`${disk.path}/${name}`, bytes);

    const backend: FileBackendOptions = fileOptions(disk.path, {
      policy,
      layout: { kind: "snapshot", replace },
      serializer,
      sync,
    });
    const what = `${(step + 1) * STEP_BYTES} bytes free, ${amount} of the keys, ${JSON.stringify(backend)}`;
    const outcome = await outcomeOf(runOptions(backend, LOAD_MS));
    const after = contentOf(disk.path);
    const { versions, torn } = readWhole(after, serializer);
    const { versions: versionsBefore } = readWhole(before, serializer);

    if (outcome instanceof Error) {
      counts.full++;
      const told = /^Cannot (?:write|create) (\S+): No space left on device \(os error 28\)$/.exec(outcome.message)
        ?.[1];
      assert(told?.startsWith(`${disk.path}/shard-`), `${what}: ${outcome.message}`);
    } else {
      counts["ended well"]++;
      assertEquals(torn, [], what);
      assertEquals(sum(versions.values()) - sum(versionsBefore.values()), totals(outcome.threads).writes, what);
    }
    for (const [shard, version] of versionsBefore) {
      // Torn in place, it is found out, which is all that is promised there.
      if (replace === "in-place" && torn.includes(shard)) continue;
      assert((versions.get(shard) ?? 0) >= version, `${what}: shard ${shard} has lost version ${version}`);
    }
    if (replace === "rename") assertEquals(torn, [], what);
    counts[replace === "in-place" ? "torn in place" : "torn, with a whole one beside"] += torn.length;
    assertEquals([...after.keys()].filter((name) => name.endsWith(".tmp")), [], what);
  }
  report("full disk", counts);
});

/** What directories hold after an earlier run. */
class Templates {
  readonly #known = new Map<string, Files>();

  async get(replace: ReplaceName, serializer: SerializerName, amount: "part" | "all"): Promise<Files> {
    const key = `${replace} ${serializer} ${amount}`;
    let files = this.#known.get(key);
    if (files === undefined) {
      using directory = temporaryDirectory();
      const layout = { kind: "snapshot", replace } as const;
      const backend = fileOptions(directory.path, { policy: SWEPT, layout, serializer, sync: "none" });
      await run(runOptions(backend, amount === "part" ? PART_LOAD_MS : ALL_LOAD_MS));
      files = contentOf(directory.path);
      this.#known.set(key, files);
    }
    return files;
  }
}

function fileOptions(
  output: string,
  options: Pick<FileBackendOptions, "policy" | "layout" | "serializer" | "sync">,
): FileBackendOptions {
  return { kind: "file", output, fileCount: FILE_COUNT, ...options };
}

function runOptions(backend: FileBackendOptions, loadTimeMs: number): RunOptions {
  return { threads: 2, loadTimeMs, workload: { kind: "seed" }, pattern: "unthrottled", seed: 1, backend };
}

async function outcomeOf(options: RunOptions): Promise<RunResult | Error> {
  try {
    return await run(options);
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

/** Bytes that the files take on a disk, and a lock file. */
function pagesOf(files: Files): number {
  return sum([...files.values(), { length: 1 }].map(({ length }) => Math.ceil(length / STEP_BYTES) * STEP_BYTES));
}

/** The newest version of each shard in whole files, and the shards of files that are not whole. */
function readWhole(files: Files, serializer: SerializerName): { versions: Versions; torn: number[] } {
  const versions = new Map<number, number>();
  const torn: number[] = [];
  for (const [name, bytes] of files) {
    const parsed = parseShardFileName(name);
    if (parsed === undefined || parsed.temporary) continue;
    try {
      const { shard, version } = decode(CODECS[serializer], bytes);
      assertEquals(shard, parsed.shard, name);
      versions.set(shard, Math.max(versions.get(shard) ?? 0, version));
    } catch (error) {
      if (!(error instanceof CorruptSnapshotError)) throw error;
      torn.push(parsed.shard);
    }
  }
  return { versions, torn };
}

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((total, number) => total + number, 0);
}
