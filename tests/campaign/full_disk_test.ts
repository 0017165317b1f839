/**
 * The full-disk campaign: disks of all sizes across one snapshot, or a few segments and checkpoints, on which a run
 * goes on from an earlier one until there is no space left. `deno task test:full-disk`; `--full` for 256 sizes.
 *
 * @module
 */
import { decode } from "../codec/decode.ts";
import { assert, assertEquals } from "@std/assert";
import type { FileBackendOptions } from "../../lib/backend/backend.ts";
import { prepareFiles } from "../../lib/backend/prepare.ts";
import { CorruptSnapshotError } from "../../lib/codec/snapshot_reader.ts";
import { SERIALIZER_NAMES, type SerializerName } from "../../lib/codec/codec.ts";
import { CODECS } from "../../lib/codec/codecs.ts";
import { readTestimony, recoverFiles } from "../crash/fixtures.ts";
import { NUMBERED_SEED_MIX } from "../../lib/load/numbered_workload.ts";
import { SEED_KEY_SPACE } from "../../lib/load/seed_workload.ts";
import { REPLACE_NAMES, type ReplaceName } from "../../lib/persist/layout/snapshot/replacement.ts";
import { attachPersistence } from "../../lib/persist/persistence.ts";
import type { PersistencePolicy } from "../../lib/persist/policy/policies.ts";
import { SYNC_NAMES } from "../../lib/persist/durability.ts";
import { parseShardFileName } from "../../lib/persist/layout/snapshot/shard_file_name.ts";
import type { RunOptions } from "../../lib/run/run_options.ts";
import { type RunResult, totals } from "../../lib/run/run_result.ts";
import { run } from "../../lib/run/runner.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { Clock } from "../../lib/sync/clock.ts";
import { testWhere } from "../main/kvlab.ts";
import { contentOf, namesIn, temporaryDirectory } from "../run/files.ts";
import { isFull, report, rounds } from "./campaign.ts";
import { missingMounts, mountMemory } from "./mounts.ts";

const SIZES_SMALL = 16;
const SIZES_FULL = 256;
const STEP_BYTES = 4096;

/** So many that the sizes, a step apart, span a snapshot with all of its shard's keys: 55 KiB, or in full 1.1 MiB. */
const FILE_COUNT = isFull() ? 1 : 20;

const POLICIES: readonly PersistencePolicy[] = [
  { kind: "periodic", flushPeriodUs: 10_000 },
  { kind: "synchronous", writePeriodUs: 1000 },
  { kind: "asynchronous", queueDepth: 16, queueMemoryBytes: 16 << 20 },
  { kind: "commit", commitDelayUs: 0 },
];
const SWEPT: PersistencePolicy = { kind: "periodic", flushPeriodUs: 1_000_000 };

/** How many of the keys are there before. */
const KEYS_BEFORE = { part: SEED_KEY_SPACE.keyCount >> 3, all: SEED_KEY_SPACE.keyCount } as const;
/** How long the run on the small disk lasts. */
const LOAD_MS = 50;

type Files = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
/** A shard's versions in those of its files that are whole. */
type Versions = ReadonlyMap<number, number>;

testWhere(missingMounts(), "a full disk leaves the old snapshot or the new, and is told", async () => {
  const sizes = rounds({ small: SIZES_SMALL, full: SIZES_FULL });
  const templates = new Templates();
  const counts = { sizes, full: 0, "ended well": 0, "torn, with a whole one beside": 0, "torn in place": 0 };
  for (let step = 0; step < sizes; step++) {
    const replace = REPLACE_NAMES[step % 3]!;
    const serializer = SERIALIZER_NAMES[step % 2]!;
    const policy = POLICIES[Math.floor(step / 3) % 4]!;
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

/** Two logs, of which the template has more records than the runs put up with: so each begins with checkpoints. */
const LOG_COUNT = 2;
const LOG_BYTES = 64 << 10;
const TEMPLATE_OPS = 3000;
/** Puts of a run on a small disk. */
const LOG_OPS = 600;
/** So that the largest disk has room for all checkpoints and records beside what they take the place of. */
const LOG_STEP_BYTES = isFull() ? STEP_BYTES : 2 * STEP_BYTES;
const MIX = NUMBERED_SEED_MIX;

testWhere(
  missingMounts(),
  "a full disk takes nothing from a log that was called written, and is told",
  async () => {
    const sizes = rounds({ small: SIZES_SMALL, full: SIZES_FULL });
    const templates = new Map<SerializerName, { files: Files; versions: Float64Array }>();
    const counts = { sizes, full: 0, "ended well": 0, acknowledged: 0 };
    for (let step = 0; step < sizes; step++) {
      const serializer = SERIALIZER_NAMES[step % 3]!;
      const policy = POLICIES[step % 4]!;
      const sync = SYNC_NAMES[Math.floor(step / 4) % 3]!;
      const before = templates.get(serializer) ?? await logTemplate(serializer);
      templates.set(serializer, before);
      using disk = mountMemory(pagesOf(before.files) + (step + 1) * LOG_STEP_BYTES);
      for (const [name, bytes] of before.files) Deno.writeFileSync(`${disk.path}/${name}`, bytes);

      using witness = temporaryDirectory();
      const options = logOptions(disk.path, { policy, serializer, sync, logBytes: LOG_BYTES, ops: LOG_OPS });
      const what = `${(step + 1) * LOG_STEP_BYTES} bytes free, ${JSON.stringify(options.backend)}`;
      const outcome = await outcomeOf({ ...options, witness: { directory: witness.path, round: 1 } });
      if (outcome instanceof Error) {
        counts.full++;
        const told = /^Cannot (?:write|create|open) (\S+): No space left on device \(os error 28\)$/.exec(
          outcome.message,
        );
        assert(told?.[1]?.startsWith(`${disk.path}/log-`), `${what}: ${outcome.message}`);
      } else {
        counts["ended well"]++;
      }
      assertEquals(namesIn(disk.path).filter((name) => name.endsWith(".tmp")), [], what);
      const { versions, setAside } = await readElsewhere(contentOf(disk.path), serializer);
      assertEquals(setAside, [], what);
      const { acknowledgedAtMs, acknowledgedVersions, writtenVersions } = readTestimony(witness.path, 2);
      counts.acknowledged += sum(acknowledgedAtMs.map(({ length }) => length));
      const isAllKept = policy.kind === "commit" || !(outcome instanceof Error);
      for (const [shard, version] of versions.entries()) {
        const kept = Math.max(
          before.versions[shard]!,
          writtenVersions.get(shard) ?? 0,
          isAllKept ? acknowledgedVersions.get(shard) ?? 0 : 0,
        );
        assert(version >= kept, `${what}: shard ${shard} is at version ${version}, and was at ${kept}`);
      }
    }
    report("full disk, logs", counts);
    assert(counts.full > 0 && counts["ended well"] > 0);
  },
);

/** Logs that have outgrown their checkpoint by far. */
async function logTemplate(serializer: SerializerName): Promise<{ files: Files; versions: Float64Array }> {
  using directory = temporaryDirectory();
  const { path } = directory;
  await run(logOptions(path, { policy: SWEPT, serializer, sync: "none", logBytes: 2 ** 30, ops: TEMPLATE_OPS }));
  const files = contentOf(path);
  return { files, versions: (await readElsewhere(files, serializer)).versions };
}

function logOptions(
  output: string,
  options: Pick<FileBackendOptions, "policy" | "serializer" | "sync"> & { logBytes: number; ops: number },
): RunOptions & { backend: FileBackendOptions } {
  const { logBytes, ops, ...rest } = options;
  const layout = { kind: "log", logBytes, pendingBytes: 16 << 20 } as const;
  const load = { threads: 2, loadTimeMs: 1000, ops, pattern: "unthrottled", seed: 1 } as const;
  return { ...load, workload: MIX, backend: { kind: "file", output, fileCount: LOG_COUNT, layout, ...rest } };
}

/** What a new process finds in files such as these, on another disk. */
async function readElsewhere(files: Files, serializer: SerializerName) {
  using directory = temporaryDirectory();
  const { path } = directory;
  for (const [name, bytes] of files) Deno.writeFileSync(`${path}/${name}`, bytes);
  const { backend } = logOptions(path, { policy: SWEPT, serializer, sync: "none", logBytes: LOG_BYTES, ops: 1 });
  const recovered = await recoverFiles(backend, MIX);
  await recovered.close();
  return recovered.files;
}

/** What directories hold that have been preloaded. */
class Templates {
  readonly #known = new Map<string, Files>();

  async get(replace: ReplaceName, serializer: SerializerName, amount: "part" | "all"): Promise<Files> {
    const key = `${replace} ${serializer} ${amount}`;
    let files = this.#known.get(key);
    if (files === undefined) {
      using directory = temporaryDirectory();
      const layout = { kind: "snapshot", replace } as const;
      const backend = fileOptions(directory.path, { policy: SWEPT, layout, serializer, sync: "none" });
      const context = { abort: Abort.create(), clock: Clock.create(), threads: 1 };
      const prepared = await prepareFiles(backend, SEED_KEY_SPACE, context);
      for (let i = 0; i < KEYS_BEFORE[amount]; i++) prepared.store.putString(`Key${i}`, "foo");
      attachPersistence(prepared.persistence, 0).writer.rewriteStaleFiles();
      prepared.directory.close();
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

/** What a run has measured, or why it failed, before its load or in the middle of it. */
async function outcomeOf(options: RunOptions): Promise<RunResult | Error> {
  try {
    const result = await run(options);
    return result.failed === undefined ? result : new Error(result.failed);
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
