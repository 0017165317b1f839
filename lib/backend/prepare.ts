/**
 * Prepares the file backend from its options: creates the shared memory, and loads what the directory holds.
 *
 * @module
 */
import { pageWordsOf } from "../codec/block/block_image.ts";
import { CODECS } from "../codec/codecs.ts";
import type { SerializerName } from "../codec/codec.ts";
import { type SetAsideFile, ShardDirectory } from "../persist/directory.ts";
import { Ledger } from "../persist/ledger.ts";
import { openBlocks } from "../persist/layout/blocks/open_blocks.ts";
import { type LayoutOptions, shardsPerFile as shardsPerFileOf } from "../persist/layout/layout_options.ts";
import { openLogs } from "../persist/layout/log/open_logs.ts";
import { openSnapshots } from "../persist/layout/stored_snapshots.ts";
import type { StoredState, TornFile } from "../persist/layout/stored_state.ts";
import type { PersistenceHandle } from "../persist/persistence_handle.ts";
import { FileLocks } from "../persist/file_locks.ts";
import { openFilesPerWriter } from "../persist/layout/replace/descriptors.ts";
import type { AsynchronousPolicy, PersistencePolicy } from "../persist/policy.ts";
import { openFilesLimit } from "../persist/system.ts";
import { SnapshotQueue } from "../persist/snapshot_queue.ts";
import { WriteMeter } from "../persist/write_meter.ts";
import { SharedStore } from "../store/shared_store.ts";
import type { PageSize, StoreSize } from "../store/store_size.ts";
import type { Abort } from "../sync/abort.ts";
import { afterFailureSync } from "../sync/clean_up.ts";
import type { Clock } from "../sync/clock.ts";
import { Doorbell } from "../sync/doorbell.ts";
import { LINE_BYTES } from "../sync/layout.ts";
import type { FileBackendOptions } from "./backend.ts";
import { type KeySpace, planStore } from "./plan.ts";

/** What a load worker needs to connect; structured-cloneable. */
export type FileTarget = { readonly kind: "file"; readonly persistence: PersistenceHandle };

/** A prepared file backend, which holds its directory until it is closed. */
export interface PreparedFiles {
  readonly store: SharedStore;
  readonly handle: FileTarget;
  readonly ledger: Ledger;
  readonly writeMeter: WriteMeter;
  readonly doorbell: Doorbell;
  readonly persistence: PersistenceHandle;
  /** The asynchronous policy's queue. */
  readonly queue?: SnapshotQueue;
  readonly directory: ShardDirectory;
  /** How long opening the directory took, in milliseconds. */
  readonly openMs: number;
  readonly filesLoaded: number;
  readonly entriesLoaded: number;
  readonly filesSetAside: readonly SetAsideFile[];
  readonly filesTorn: readonly TornFile[];
}

/**
 * Opens the directory, loads its content, and creates what the workers share.
 *
 * @throws {PersistError} when the directory cannot be used
 */
export async function prepareFiles(
  options: FileBackendOptions,
  keys: KeySpace,
  context: { abort: Abort; clock: Clock; threads: number; witness?: string | undefined },
): Promise<PreparedFiles> {
  const startedAtMs = performance.now();
  const { fileCount: files, serializer, layout, policy, sync } = options;
  const { abort, threads, witness } = context;
  const shardsPerFile = shardsPerFileOf(layout, files);
  const shards = files * shardsPerFile;
  const directory = ShardDirectory.open({
    layout: layout.kind,
    files,
    serializer,
    sync,
    ...(layout.kind === "blocks" ? { blockBytes: layout.blockBytes } : {}),
    ...(options.output === undefined ? {} : { path: options.output }),
  });
  try {
    const stored = await openStored(directory, options, { shards, keys, abort });
    const store = SharedStore.create(planStore(shards, keys, stored, pagesOf(layout, serializer)), abort);
    const ledger = Ledger.create(shards);
    const layoutHandle = await stored.load({ store, ledger });
    directory.recordFiles();
    // One part for the file worker, and one for each load worker.
    const writeMeter = WriteMeter.create(1 + threads);
    const doorbell = Doorbell.create(abort);
    const queue = policy.kind === "asynchronous" ? createQueue(policy, store.size, abort) : undefined;
    const persistence: PersistenceHandle = {
      store: store.handle(),
      ledger: ledger.handle(),
      locks: FileLocks.create(files, abort).handle(),
      clock: context.clock.handle(),
      doorbell: doorbell.handle(),
      serializer,
      directory: directory.path,
      shardsPerFile,
      layout: layoutHandle,
      policy,
      ...(queue === undefined ? {} : { queue: queue.handle() }),
      sync,
      openFilesMax: openFilesMax(policy, threads),
      writeMeter: writeMeter.handle(),
      ...(witness === undefined ? {} : { witness }),
    };
    return {
      store,
      handle: { kind: "file", persistence },
      ledger,
      writeMeter,
      doorbell,
      persistence,
      ...(queue === undefined ? {} : { queue }),
      directory,
      openMs: performance.now() - startedAtMs,
      filesLoaded: stored.filesLoaded,
      entriesLoaded: stored.entries,
      filesSetAside: stored.setAside,
      filesTorn: stored.torn,
    };
  } catch (error) {
    afterFailureSync(() => directory.close());
    throw error;
  }
}

/** How a layout needs the arenas to be divided into pages; `undefined`: not at all. */
export function pagesOf(layout: LayoutOptions, serializer: SerializerName): PageSize | undefined {
  if (layout.kind !== "blocks") return undefined;
  return { words: pageWordsOf(layout.blockBytes), jsonRoom: serializer === "json" };
}

/** The usual limit on open files, assumed if the system does not tell. */
const OPEN_FILES_USUAL = 1024;

/** Surveys the directory's content, in the layout of the options. */
function openStored(
  directory: ShardDirectory,
  { fileCount, serializer, layout, sync, policy }: FileBackendOptions,
  { shards, keys, abort }: { shards: number; keys: KeySpace; abort: Abort },
): Promise<StoredState> {
  switch (layout.kind) {
    case "snapshot":
      return openSnapshots(directory, { codec: CODECS[serializer], shards, sync, layout });
    case "blocks":
      return openBlocks(directory, { files: fileCount, shards, serializer, sync, layout, ...keys });
    case "log":
      return openLogs(directory, { logs: fileCount, shards, serializer, sync, layout, policy, ...keys, abort });
  }
}

/** Under the synchronous and commit policies, all load workers write, and so does the file worker. */
function openFilesMax(policy: PersistencePolicy, threads: number): number {
  const writers = policy.kind === "synchronous" || policy.kind === "commit" ? threads + 1 : 1;
  return openFilesPerWriter({ limit: openFilesLimit() ?? OPEN_FILES_USUAL, threads: threads + 1, writers });
}

/** Bound on a snapshot's bytes besides its entries. */
const SNAPSHOT_OVERHEAD_BYTES = 256;
/**
 * Entries grow by this factor at most, if they are all control characters, which JSON escapes; mostly, they take no
 * more room than in the arena.
 */
const ESCAPED_GROWTH_MAX = 6;

/** Limits the memory to what full shards in all of the queue's slots would take. */
function createQueue(policy: AsynchronousPolicy, size: StoreSize, abort: Abort): SnapshotQueue {
  const snapshotBytesMax = ESCAPED_GROWTH_MAX * size.arenaWordsPerShard * 4 + SNAPSHOT_OVERHEAD_BYTES + LINE_BYTES;
  // One more, for lines skipped at the ring's end.
  const bytes = Math.min(policy.queueMemoryBytes, (policy.queueDepth + 1) * snapshotBytesMax);
  return SnapshotQueue.create({ depth: policy.queueDepth, bytes, shards: size.shards }, abort);
}
