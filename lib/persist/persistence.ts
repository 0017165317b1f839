/**
 * Room of the persistence handle: everything that a thread needs in order to persist shards, as one thing to hand over.
 *
 * @module
 */
import { CODECS } from "../codec/codecs.ts";
import type { SerializerName } from "../codec/codec.ts";
import { SharedStore, type StoreHandle } from "../store/shared_store.ts";
import { Clock, type ClockHandle } from "../sync/clock.ts";
import { Ledger, type LedgerHandle } from "./ledger.ts";
import type { ReplaceName, SyncName } from "./policy.ts";
import { AlternateReplacement } from "./replace/alternate.ts";
import { InPlaceReplacement } from "./replace/in_place.ts";
import { RenameReplacement } from "./replace/rename.ts";
import type { Replacement } from "./replace/replacement.ts";
import { shardFileName, type Side } from "./shard_file.ts";
import { ShardWriter } from "./shard_writer.ts";
import { Witness } from "./witness.ts";
import { WriteMeter, type WriteMeterHandle } from "./write_meter.ts";

/** What {@linkcode attachShardWriter} needs; structured-cloneable. */
export interface PersistenceHandle {
  readonly store: StoreHandle;
  readonly ledger: LedgerHandle;
  readonly clock: ClockHandle;
  readonly serializer: SerializerName;
  /** Path of the directory that holds the shard files. */
  readonly directory: string;
  readonly replace: ReplaceName;
  readonly sync: SyncName;
  /** How many files each writing thread may keep open. */
  readonly openFilesMax: number;
  readonly writeMeter: WriteMeterHandle;
  /** Directory where threads leave what they have written, out of SIGKILL's reach. */
  readonly witness?: string;
}

/**
 * A thread's own writer on the shared store and ledger.
 *
 * @param writer its number in the write meter
 */
export function attachShardWriter(handle: PersistenceHandle, writer: number): ShardWriter {
  return new ShardWriter({
    store: SharedStore.attach(handle.store),
    ledger: Ledger.attach(handle.ledger),
    clock: Clock.attach(handle.clock),
    codec: CODECS[handle.serializer],
    replacement: createReplacement(handle),
    sync: handle.sync,
    meter: WriteMeter.attach(handle.writeMeter).writer(writer),
    ...(handle.witness === undefined ? {} : {
      witnesses: { written: Witness.ofWritten(handle.witness), synced: Witness.ofSynced(handle.witness) },
    }),
  });
}

function createReplacement(handle: PersistenceHandle): Replacement {
  const { directory, sync, openFilesMax } = handle;
  switch (handle.replace) {
    case "rename":
      return new RenameReplacement({ directory, sync, paths: shardPaths(handle) });
    case "in-place":
      return new InPlaceReplacement({ directory, sync, openFilesMax, paths: shardPaths(handle) });
    case "alternate": {
      const paths = { a: shardPaths(handle, "a"), b: shardPaths(handle, "b") };
      return new AlternateReplacement({ directory, sync, openFilesMax, paths });
    }
  }
}

function shardPaths({ directory, serializer, store }: PersistenceHandle, side?: Side): string[] {
  const { shards } = store.size;
  return Array.from({ length: shards }, (_, shard) => `${directory}/${shardFileName(shard, shards, serializer, side)}`);
}
