/**
 * What a directory holds when a run opens it, whatever the layout.
 *
 * @module
 */
import type { SharedStore } from "../../store/shared_store.ts";
import type { SetAsideFile } from "../directory.ts";
import type { Ledger } from "../ledger.ts";
import type { LayoutHandle } from "./layouts.ts";

/** A file whose end a crash had left incomplete. */
export interface TornFile {
  readonly path: string;
  /** Bytes cut off at its end. */
  readonly cutBytes: number;
  readonly reason: string;
}

/** A directory's content, looked at and not yet in a store. */
export interface StoredState {
  /** Files to load. */
  readonly filesLoaded: number;
  /** Entries in all these files. */
  readonly entries: number;
  /** Entries, and words of the arena that they take, in the shard that has most of them. */
  readonly entriesPerShardMax: number;
  readonly arenaWordsPerShardMax: number;
  readonly setAside: readonly SetAsideFile[];
  readonly torn: readonly TornFile[];

  /**
   * Puts the entries into the store, with their shards' versions, and records them as written; at sync levels above none
   * makes them durable, too, and records that.
   *
   * @returns what the threads share of the layout
   * @throws {PersistError} when that fails; the files are as before
   */
  load(target: { store: SharedStore; ledger: Ledger }): Promise<LayoutHandle>;
}
