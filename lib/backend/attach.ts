/**
 * Gives a load worker its view of the backend.
 *
 * @module
 */
import type { AsynchronousConnection, Batch, EngineDescription } from "../engine/connection.ts";
import type { EngineTarget } from "../engine/engine.ts";
import { type EngineName, loadEngine } from "../engine/engines.ts";
import { AsynchronousPut } from "../persist/policy/asynchronous.ts";
import { CommitPut } from "../persist/policy/commit.ts";
import { PeriodicPut } from "../persist/policy/periodic.ts";
import type { PutPolicy } from "../persist/policy/put_policy.ts";
import { SynchronousPut } from "../persist/policy/synchronous.ts";
import { type AttachedPersistence, attachPersistence } from "../persist/persistence.ts";
import type { PersistenceHandle } from "../persist/persistence_handle.ts";
import { SnapshotQueue } from "../persist/snapshot_queue.ts";
import { FILE_WRITER } from "../persist/write_meter.ts";
import { hashKey } from "../store/hash.ts";
import type { PaddedBytes } from "../store/padded_bytes.ts";
import { SharedStore, type StoreHandle } from "../store/shared_store.ts";
import type { NamedWait } from "../sync/blocked.ts";
import type { Backend } from "./backend.ts";
import { FileBackend } from "./file_backend.ts";
import { MemoryBackend } from "./memory.ts";
import { storeBatch } from "./store_batch.ts";

/** What a load worker needs to attach to one of kvlab's own backends; structured-cloneable. */
export type SharedHandle =
  | { readonly kind: "memory"; readonly store: StoreHandle }
  | { readonly kind: "file"; readonly persistence: PersistenceHandle };

/** What a load worker needs to attach to any backend; structured-cloneable. */
export type BackendHandle = SharedHandle | EngineHandle;

/** What a load worker needs to attach to an engine. */
export interface EngineHandle {
  readonly kind: "engine";
  readonly engine: EngineName;
  readonly target: EngineTarget;
  /** The most operations that each load worker has in flight. */
  readonly inFlight: number;
}

/** Maps a put to its shard and version, which is how our own backends' gauges count. */
export interface ShardProgress {
  shardOf(key: PaddedBytes): number;
  /** The version up to which a shard's puts have been acknowledged, as the gauges see it. */
  acknowledgedVersion(shard: number): number;
}

/** What a load worker gets from every backend. */
interface CommonBackend {
  /** Takes the records that are put before the load. */
  readonly preload: Batch;
  /** The kinds of wait that the backend reports, each with the time waited since the worker attached. */
  readonly waits: readonly NamedWait[];
  /** Present for our own backends. */
  readonly progress?: ShardProgress;
  /** An engine's description of itself. */
  readonly description?: EngineDescription;
  /** Detaches from the backend. */
  close(): void | Promise<void>;
}

/** A load worker's own view of a backend whose operations are complete when they return. */
export interface SynchronousBackend extends CommonBackend {
  readonly kind: "synchronous";
  readonly backend: Backend;
}

/** A load worker's own view of a backend that may have several operations in flight. */
export interface AsynchronousBackend extends CommonBackend {
  readonly kind: "asynchronous";
  readonly backend: Pick<AsynchronousConnection, "put" | "get">;
  /** The most operations in flight. */
  readonly inFlight: number;
}

/** A load worker's own view of the backend. */
export type AttachedBackend = SynchronousBackend | AsynchronousBackend;

/**
 * Attaches a load worker to a backend.
 *
 * @throws {EngineError} when an engine refuses the connection
 */
export async function attachBackend(handle: BackendHandle, thread: number): Promise<AttachedBackend> {
  return handle.kind === "engine" ? await connect(handle) : attachShared(handle, thread);
}

async function connect({ engine, target, inFlight }: EngineHandle): Promise<AttachedBackend> {
  const connection = await (await loadEngine(engine)).connect(target);
  const { preload, waits } = connection;
  const common = { preload, waits, description: await connection.describe(), close: () => connection.close() };
  return connection.kind === "synchronous"
    ? { ...common, kind: connection.kind, backend: connection }
    : { ...common, kind: connection.kind, backend: connection, inFlight };
}

/** Attaches a load worker to one of our own backends. */
export function attachShared(handle: SharedHandle, thread: number): SynchronousBackend & { progress: ShardProgress } {
  if (handle.kind === "memory") {
    const store = SharedStore.attach(handle.store);
    return {
      ...ofStore(store),
      backend: new MemoryBackend(store),
      progress: progressOf(store, (shard) => store.version(shard)),
      waits: [{ name: "lock", time: store.blocked }],
    };
  }
  const { persistence } = handle;
  const attached = attachPersistence(persistence, FILE_WRITER + 1 + thread);
  const { store, ledger, writer } = attached;
  const queue = persistence.queue === undefined ? undefined : SnapshotQueue.attach(persistence.queue);
  const policy = createPutPolicy(persistence, attached, queue);
  const writes = policy instanceof SynchronousPut || policy instanceof CommitPut;
  const acknowledgedVersion = persistence.policy.kind === "commit"
    ? (shard: number) => ledger.acknowledgedVersion(shard)
    : (shard: number) => store.version(shard);
  return {
    ...ofStore(store),
    backend: new FileBackend({ store, layout: writer.layout, policy }),
    progress: progressOf(store, acknowledgedVersion),
    waits: [
      { name: "lock", time: store.blocked },
      ...(queue === undefined ? [] : [{ name: "queue", time: queue.blocked }]),
      ...(writes ? [{ name: "write", time: writer.blocked }] : []),
    ],
  };
}

/** What our own two backends have in common. */
function ofStore(store: SharedStore) {
  return { kind: "synchronous", preload: storeBatch(store), close: () => {} } as const;
}

function progressOf(store: SharedStore, acknowledgedVersion: ShardProgress["acknowledgedVersion"]): ShardProgress {
  return { shardOf: (key) => store.shardOf(hashKey(key.words, key.length)), acknowledgedVersion };
}

function createPutPolicy(
  { policy, shardsPerFile, sync }: PersistenceHandle,
  { store, ledger, locks, clock, doorbell, writer }: AttachedPersistence,
  queue: SnapshotQueue | undefined,
): PutPolicy {
  switch (policy.kind) {
    case "synchronous":
      return new SynchronousPut({ ledger, clock, locks, writer, shardsPerFile, periodMs: policy.periodMs });
    case "asynchronous":
      if (queue === undefined) throw new Error("Cannot attach to the asynchronous policy without its queue");
      return new AsynchronousPut({ store, layout: writer.layout, queue, clock });
    case "periodic":
      return new PeriodicPut({ ledger, clock, doorbell });
    case "commit":
      return new CommitPut({ store, ledger, clock, locks, writer, shardsPerFile, sync, delayMs: policy.delayMs });
  }
}
