/**
 * What the tests of persistence share: directories that go away again, and what is in them.
 *
 * @module
 */
import type { Codec, SerializerName } from "../../lib/codec/codec.ts";
import { OutputBuffer } from "../../lib/codec/output_buffer.ts";
import { Ledger } from "../../lib/persist/ledger.ts";
import { FileLocks } from "../../lib/persist/file_locks.ts";
import type { ReplaceName } from "../../lib/persist/layout/snapshot/replacement.ts";
import type { SnapshotHandle } from "../../lib/persist/layout/snapshot/snapshot.ts";
import { ShardFiles } from "../../lib/persist/layout/snapshot/shard_files.ts";
import { attachPersistence } from "../../lib/persist/persistence.ts";
import type { PersistenceHandle } from "../../lib/persist/persistence_handle.ts";
import type { AttachedPersistence } from "../../lib/persist/policy/policy_module.ts";
import type { PersistencePolicy } from "../../lib/persist/policy/policies.ts";
import { WriteMeter, type WriterMeter } from "../../lib/persist/write_meter.ts";
import { summarize, type Summary } from "../../lib/metrics/summaries.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { Clock } from "../../lib/sync/clock.ts";
import { Doorbell } from "../../lib/sync/doorbell.ts";

/** A new directory, removed with all that is in it at the end of the block that uses it. */
export class TemporaryDirectory implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "kvlab-test-" });

  /** The path of a file in it. */
  join(name: string): string {
    return `${this.path}/${name}`;
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** The names in a directory, sorted. */
export function namesIn(path: string): string[] {
  return Array.from(Deno.readDirSync(path), ({ name }) => name).sort();
}

/** What a change of a file would change. */
export interface FileState {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly mtime: Date | null;
  readonly inode: number | null;
}

/** The state of every file in a directory whose name passes, sorted by name. */
export function filesIn(path: string, passes: (name: string) => boolean = () => true): FileState[] {
  return namesIn(path).filter(passes).map((name) => {
    const { mtime, ino } = Deno.statSync(`${path}/${name}`);
    return { name, bytes: Deno.readFileSync(`${path}/${name}`), mtime, inode: ino };
  });
}

/** A store with room for a few hundred short entries in each shard. */
export function roomyStore(shards: number): SharedStore {
  return SharedStore.create({ shards, entriesPerShard: 500, arenaWordsPerShard: 10_000 }, Abort.create());
}

/** A store, its ledger, which of their two files its shards are in, and a writer of its files. */
export interface Persisted extends AttachedPersistence {
  readonly shardFiles: ShardFiles;
  readonly handle: PersistenceHandle;
}

/** How shards go to files; by default each is renamed over the one before, and nothing is synced. */
export interface FilesOptions extends Partial<Pick<PersistenceHandle, "sync" | "openFilesMax" | "policy">> {
  readonly directory: string;
  readonly serializer: SerializerName;
  readonly replace?: ReplaceName;
}

const SWEPT: PersistencePolicy = { kind: "periodic", flushPeriodUs: 60_000_000 };

/** A thread's view of a store's persistence. */
export function persistenceOf(
  parts: {
    store: SharedStore;
    ledger: Ledger;
    shardFiles?: ShardFiles;
    clock?: Clock;
    locks?: FileLocks;
    abort?: Abort;
  },
  { replace = "rename", ...files }: FilesOptions,
): Persisted {
  const { store, ledger, shardFiles = ShardFiles.create(store.size.shards), clock = Clock.create() } = parts;
  const { abort = Abort.create({ tickMs: 10 }), locks = FileLocks.create(store.size.shards, abort) } = parts;
  const layout: SnapshotHandle = { kind: "snapshot", replace, shardFiles: shardFiles.handle() };
  const handle: PersistenceHandle = {
    store: store.handle(),
    ledger: ledger.handle(),
    locks: locks.handle(),
    clock: clock.handle(),
    doorbell: Doorbell.create(abort).handle(),
    shardsPerFile: 1,
    layout,
    policy: SWEPT,
    sync: "none",
    openFilesMax: 16,
    writeMeter: WriteMeter.create(1).handle(),
    ...files,
  };
  return { ...attachPersistence(handle, 0), shardFiles, handle };
}

/** An empty store whose shards go to files in a directory. */
export function persistedStore({ shards, ...files }: FilesOptions & { shards: number }): Persisted {
  return persistenceOf({ store: roomyStore(shards), ledger: Ledger.create(shards) }, files);
}

/** Writes a shard as it is now, whether or not anyone has noted that it changed. */
export function writeShard({ ledger, writer }: Pick<Persisted, "ledger" | "writer">, shard: number): void {
  if (ledger.dirtySinceMs(shard) === 0) ledger.markDirty(shard, 1);
  writer.writeFile(shard);
}

/** Whether a shard's file is older than its memory. */
export function isDirty({ store, ledger }: { store: SharedStore; ledger: Ledger }, shard: number): boolean {
  return store.version(shard) > ledger.writtenVersion(shard);
}

/** Checks that the shard's lock is free, so that others can go on. */
export function assertUnlocked(store: SharedStore, shard: number): void {
  // With the run aborted, waiting for a lock that is held throws; a free one is taken.
  const abort = Abort.create({ tickMs: 1 });
  const view = SharedStore.attach({ ...store.handle(), abort: abort.handle() });
  abort.raise();
  view.lockShard(shard);
  view.unlockShard(shard);
}

/** The times from a put to its persistence that a writer has counted, in nanoseconds; `undefined` if none. */
export function timesOf({ timeToPersist }: WriterMeter): Summary | undefined {
  return summarize([timeToPersist]);
}

/** A writer's counts, of the times only how many there are. */
export function countsOf(meter: WriterMeter): { snapshotsWritten: number; bytesWritten: number; times: number } {
  const { snapshotsWritten, bytesWritten } = meter;
  return { snapshotsWritten, bytesWritten, times: timesOf(meter)?.count ?? 0 };
}

/**
 * The bytes of a sound snapshot of these entries, whatever shard they belong to.
 *
 * @param as what the snapshot says it is of
 */
export function snapshotOf(
  codec: Codec,
  entries: Readonly<Record<string, string>>,
  as: { shard: number; shards: number; version?: number },
): Uint8Array<ArrayBuffer> {
  const store = roomyStore(1);
  for (const [key, value] of Object.entries(entries)) store.putString(key, value);
  const out = new OutputBuffer();
  const length = codec.encode({ ...store.viewShard(0), ...as }, out);
  return out.bytes.slice(0, length);
}
