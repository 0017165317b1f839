/**
 * Tests that nothing acknowledged is lost on any orderly end of a run: whoever opens the directory again finds the last
 * acknowledged value of every key.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { FileBackendOptions } from "../../lib/backend/backend.ts";
import { type PreparedFiles, prepareFiles } from "../../lib/backend/prepare.ts";
import { SERIALIZER_NAMES } from "../../lib/codec/codec.ts";
import { SEED_KEY_SPACE } from "../../lib/load/seed_workload.ts";
import { inspectDirectory } from "../../lib/inspect/inspect.ts";
import type { LayoutOptions } from "../../lib/persist/layout/layouts.ts";
import type { PersistencePolicy } from "../../lib/persist/policy/policies.ts";
import type { RunOptions } from "../../lib/run/run_options.ts";
import type { RunResult, StopSignal } from "../../lib/run/run_result.ts";
import { run } from "../../lib/run/runner.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { Clock } from "../../lib/sync/clock.ts";
import { fileOptions } from "../backend/fixtures.ts";
import { leftOversIn, snapshotsIn, temporaryDirectory, versionSum } from "./files.ts";
import { lastAcknowledged } from "./sequence_load.ts";

const THREADS = 2;
const FILES = 11;
const SEED = 20_260_102;
/** How long the load is left alone. */
const LOAD_MS = 50;
/** A load time that only a signal ends. */
const ENDLESS_MS = 600_000;
const QUEUE_MEMORY_BYTES = 2 ** 20;

const RENAME: LayoutOptions = { kind: "snapshot", replace: "rename" };
const IN_PLACE: LayoutOptions = { kind: "snapshot", replace: "in-place" };
const ALTERNATE: LayoutOptions = { kind: "snapshot", replace: "alternate" };
/** So small that the file worker writes checkpoints beside the load. */
const LOGS: LayoutOptions = { kind: "log", logBytes: 2 ** 16, pendingBytes: QUEUE_MEMORY_BYTES };
const BLOCKS: LayoutOptions = { kind: "blocks", blockBytes: 4096 };

const POLICIES: readonly { name: string; policy: PersistencePolicy; layout?: LayoutOptions }[] = [
  { name: "written every 500 µs", policy: { kind: "synchronous", writePeriodUs: 500 } },
  { name: "written at the end only", policy: { kind: "synchronous", writePeriodUs: ENDLESS_MS * 1000 } },
  {
    name: "queued at most 4 deep",
    policy: { kind: "asynchronous", queueDepth: 4, queueMemoryBytes: QUEUE_MEMORY_BYTES },
  },
  {
    name: "queued at most 1024 deep",
    policy: { kind: "asynchronous", queueDepth: 1024, queueMemoryBytes: QUEUE_MEMORY_BYTES },
  },
  {
    name: "queued at most 16 deep, in alternate files",
    policy: { kind: "asynchronous", queueDepth: 16, queueMemoryBytes: QUEUE_MEMORY_BYTES },
    layout: ALTERNATE,
  },
  { name: "swept every 10 ms", policy: { kind: "periodic", flushPeriodUs: 10_000 } },
  { name: "swept every 10 ms, in place", policy: { kind: "periodic", flushPeriodUs: 10_000 }, layout: IN_PLACE },
  { name: "swept at the end only", policy: { kind: "periodic", flushPeriodUs: ENDLESS_MS * 1000 }, layout: ALTERNATE },
];
const OTHER_POLICIES: readonly PersistencePolicy[] = [
  { kind: "synchronous", writePeriodUs: 500 },
  { kind: "asynchronous", queueDepth: 64, queueMemoryBytes: QUEUE_MEMORY_BYTES },
  { kind: "periodic", flushPeriodUs: 2000 },
  { kind: "commit", commitDelayUs: 0 },
];
const ENDS = ["time up", "SIGINT", "SIGTERM"] as const;

function createLoadWorker(): Worker {
  return new Worker(new URL("./sequence_load_worker.ts", import.meta.url), { type: "module" });
}

/** Runs the sequence load until the time is up, or until the signal comes when it would be. */
async function runUntil(end: "time up" | StopSignal, backend: FileBackendOptions): Promise<RunResult> {
  const common = { threads: THREADS, workload: { kind: "seed" }, pattern: "unthrottled", seed: SEED, backend } as const;
  if (end === "time up") return await run({ ...common, loadTimeMs: LOAD_MS }, { createLoadWorker });
  const stop = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const options: RunOptions = { ...common, loadTimeMs: ENDLESS_MS };
  const result = await run(options, {
    createLoadWorker,
    stop: stop.signal,
    onProgress(message) {
      if (message === "running") timer = setTimeout(() => stop.abort(end), LOAD_MS);
    },
  });
  clearTimeout(timer);
  return result;
}

async function reopen(backend: FileBackendOptions): Promise<PreparedFiles> {
  return await prepareFiles(backend, SEED_KEY_SPACE, { abort: Abort.create(), clock: Clock.create(), threads: 1 });
}

/** Each with every format; the ends take turns, so that each also meets every policy and every format. */
function casesOf<P>(policies: readonly P[]) {
  return policies.flatMap((policy, turn) =>
    SERIALIZER_NAMES.map((serializer, i) => ({ policy, serializer, end: ENDS[(turn + i) % ENDS.length]! }))
  );
}

for (const { policy: { name, policy, layout = RENAME }, serializer, end } of casesOf(POLICIES)) {
  Deno.test(`run() loses nothing acknowledged when it ends by ${end}: ${serializer}, ${name}`, async () => {
    using directory = temporaryDirectory();
    const output = directory.path;
    const backend = { kind: "file", output, fileCount: FILES, serializer, policy, layout, sync: "none" } as const;

    const { threads, file, stoppedBy } = await runUntil(end, backend);

    assertEquals(stoppedBy, end === "time up" ? undefined : end);
    const threadWrites = threads.map(({ writes }) => writes);
    const acknowledged = lastAcknowledged(SEED, threadWrites);
    assertEquals(leftOversIn(output), []);
    if (layout !== ALTERNATE) {
      assertEquals(file?.files, FILES);
      assertEquals(versionSum(snapshotsIn(output, serializer)), threadWrites.reduce((sum, writes) => sum + writes));
    }

    await assertReopened(backend, acknowledged);
  });
}

for (const layout of [LOGS, BLOCKS]) {
  for (const { policy, serializer, end } of casesOf(OTHER_POLICIES)) {
    Deno.test(`run() loses nothing acknowledged in ${layout.kind} when it ends by ${end}: ${serializer}, ${policy.kind}`, async () => {
      using directory = temporaryDirectory();
      const output = directory.path;
      const backend = { kind: "file", output, fileCount: FILES, serializer, policy, layout, sync: "none" } as const;
      const { threads } = await runUntil(end, backend);
      const threadWrites = threads.map(({ writes }) => writes);
      assertEquals(leftOversIn(output), []);
      const { totals } = inspectDirectory(output, { forceRead: false });
      const { torn, damaged } = totals.health;
      const writes = threadWrites.reduce((sum, writes) => sum + writes);
      assertEquals([totals.versionSum, torn, damaged, totals.unreadableParts], [writes, 0, 0, 0]);
      await assertReopened(backend, lastAcknowledged(SEED, threadWrites));
    });
  }
}

/** Opens a directory again, and finds these entries in it and no others. */
async function assertReopened(backend: FileBackendOptions, entries: ReadonlyMap<string, string>): Promise<void> {
  const reopened = await reopen(backend);
  try {
    assertEquals(reopened.entriesLoaded, entries.size);
    for (const [key, value] of entries) assertEquals(reopened.store.getString(key), value, key);
  } finally {
    reopened.directory.close();
  }
}

Deno.test("run() goes on from what an earlier run has left, and keeps what it does not overwrite", async () => {
  using directory = temporaryDirectory();
  const output = directory.path;
  const policy: PersistencePolicy = { kind: "asynchronous", queueDepth: 16, queueMemoryBytes: QUEUE_MEMORY_BYTES };
  const backend = fileOptions(output, { fileCount: FILES, policy });
  const common = { workload: { kind: "seed" }, pattern: "unthrottled", seed: SEED, backend, loadTimeMs: 100 } as const;

  // The second run has one thread fewer, so the keys of the first one's third thread stay as they were.
  const first = await run({ ...common, threads: 3 }, { createLoadWorker });
  const second = await run({ ...common, threads: 2 }, { createLoadWorker });

  const firstWrites = first.threads.map(({ writes }) => writes);
  const secondWrites = second.threads.map(({ writes }) => writes);
  const values = lastAcknowledged(SEED, firstWrites);
  assertEquals(second.file?.filesLoaded, FILES);
  assertEquals(second.file?.entriesLoaded, values.size);
  for (const [key, value] of lastAcknowledged(SEED, secondWrites)) values.set(key, value);
  const snapshots = snapshotsIn(output, "json");
  const entries = Object.assign({}, ...[...snapshots.values()].map(({ entries }) => entries));
  assertEquals(new Map(Object.entries(entries)), new Map<string, unknown>(values));
  const writes = [...firstWrites, ...secondWrites].reduce((sum, writes) => sum + writes);
  assertEquals(versionSum(snapshots), writes);
});
