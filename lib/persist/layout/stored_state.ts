/**
 * What a directory holds when a run opens it, whatever the layout.
 *
 * @module
 */
import type { SharedStore } from "../../store/shared_store.ts";
import type { Ledger } from "../ledger.ts";
import type { LayoutHandle } from "./layout.ts";

/** A damaged file that was renamed, or copied if a part of it is still used. */
export interface SetAsideFile {
  readonly path: string;
  readonly backupPath: string;
  /** What was wrong with it. */
  readonly reason: string;
}

/** A file that a crash left incomplete. */
export interface TornFile {
  readonly path: string;
  /** Bytes that were of no use. */
  readonly cutBytes: number;
  readonly reason: string;
}

/** A directory's content, surveyed but not yet loaded into a store. */
export interface StoredState {
  /** Number of files to load. */
  readonly filesLoaded: number;
  /** Entries in all these files. */
  readonly entries: number;
  /** The most entries that any shard has, and the most words of the arena that any shard's take. */
  readonly entriesPerShardMax: number;
  readonly arenaWordsPerShardMax: number;
  readonly setAside: readonly SetAsideFile[];
  readonly torn: readonly TornFile[];

  /**
   * Puts the entries into the store, with their shards' versions, and records them as written; at sync levels above
   * none, also makes them durable and records that.
   *
   * @returns what the threads share of the layout
   * @throws {PersistError} when that fails; the files are unchanged
   */
  load(target: { store: SharedStore; ledger: Ledger }): Promise<LayoutHandle>;
}
