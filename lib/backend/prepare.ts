/**
 * Prepares the file backend from its options: creates the shared memory, and loads what the directory holds.
 *
 * @module
 */
import { ShardDirectory } from "../directory/directory.ts";
import { given } from "../option/given.ts";
import { Ledger } from "../persist/ledger.ts";
import { blockBytesOf, layoutOf, pagesOf } from "../persist/layout/layouts.ts";
import type { SetAsideFile, TornFile } from "../persist/layout/layout_module.ts";
import type { PersistenceHandle } from "../persist/persistence_handle.ts";
import { FileLocks } from "../persist/file_locks.ts";
import { loadWorkersWrite, type PersistencePolicy, policyOf } from "../persist/policy/policies.ts";
import { openFilesLimit } from "../system/system.ts";
import type { WriteQueue } from "../persist/write_queue.ts";
import { WriteMeter } from "../persist/write_meter.ts";
import { SharedStore } from "../store/shared_store.ts";
import type { Abort } from "../sync/abort.ts";
import { afterFailureSync } from "../sync/clean_up.ts";
import type { Clock } from "../sync/clock.ts";
import { Doorbell } from "../sync/doorbell.ts";
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
  /** The policy's queue, if it has one. */
  readonly queue?: WriteQueue;
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
  const shardsPerFile = layoutOf(layout.kind).shardsPerFile(files);
  const shards = files * shardsPerFile;
  const directory = ShardDirectory.open({
    layout: layout.kind,
    files,
    serializer,
    sync,
    ...blockBytesOf(layout),
    ...given({ path: options.output }),
  });
  try {
    const opening = { layout, files, shards, serializer, sync, policy, ...keys, abort };
    const stored = await layoutOf(layout.kind).open(directory, opening);
    const store = SharedStore.create(planStore(shards, keys, stored, pagesOf(layout, serializer)), abort);
    const ledger = Ledger.create(shards);
    const layoutHandle = await stored.load({ store, ledger });
    directory.recordFiles();
    // One part for the file worker, and one for each load worker.
    const writeMeter = WriteMeter.create(1 + threads);
    const doorbell = Doorbell.create(abort);
    const queue = policyOf(policy).createQueue?.(policy, store.size, abort);
    const persistence: PersistenceHandle = {
      ...options,
      store: store.handle(),
      ledger: ledger.handle(),
      locks: FileLocks.create(files, abort).handle(),
      clock: context.clock.handle(),
      doorbell: doorbell.handle(),
      directory: directory.path,
      shardsPerFile,
      layout: layoutHandle,
      ...(queue === undefined ? {} : { queue: queue.handle() }),
      openFilesMax: openFilesMax(policy, threads),
      writeMeter: writeMeter.handle(),
      ...given({ witness }),
    };
    return {
      store,
      handle: { kind: "file", persistence },
      ledger,
      writeMeter,
      doorbell,
      persistence,
      ...given({ queue }),
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

/** The usual limit on open files, assumed if the system does not tell. */
const OPEN_FILES_USUAL = 1024;

function openFilesMax(policy: PersistencePolicy, threads: number): number {
  const writers = loadWorkersWrite(policy) ? threads + 1 : 1;
  return openFilesPerWriter({ limit: openFilesLimit() ?? OPEN_FILES_USUAL, threads: threads + 1, writers });
}

/** Descriptors for the runtime itself, the workers and short-lived files. */
const DESCRIPTORS_RESERVED = 128;
const DESCRIPTORS_PER_THREAD = 8;
/** More would be useless: a shard has at most two files. */
const OPEN_FILES_MAX = 2 ** 20;

/**
 * How many files each writing thread may keep open, so that all together stay below the limit.
 *
 * @param options `limit` is the process's limit on open files, `threads` the number of its worker threads, `writers` of
 * which write files
 */
export function openFilesPerWriter({ limit, threads, writers }: {
  limit: number;
  threads: number;
  writers: number;
}): number {
  const available = limit - DESCRIPTORS_RESERVED - DESCRIPTORS_PER_THREAD * threads;
  return Math.max(1, Math.min(OPEN_FILES_MAX, Math.floor(available / writers)));
}
