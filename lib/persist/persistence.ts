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
import { ShardWriter } from "./shard_writer.ts";

/** What {@linkcode attachShardWriter} needs; structured-cloneable. */
export interface PersistenceHandle {
  readonly store: StoreHandle;
  readonly ledger: LedgerHandle;
  readonly clock: ClockHandle;
  readonly serializer: SerializerName;
  /** Path of the directory that holds the shard files. */
  readonly directory: string;
}

/** A thread's own writer on the shared store and ledger. */
export function attachShardWriter(handle: PersistenceHandle): ShardWriter {
  return new ShardWriter({
    store: SharedStore.attach(handle.store),
    ledger: Ledger.attach(handle.ledger),
    clock: Clock.attach(handle.clock),
    codec: CODECS[handle.serializer],
    directory: handle.directory,
  });
}
