/**
 * What a layout is made of. Each has a folder, with one object of this type in it; `layouts.ts` lists them.
 *
 * @module
 */
import type { SerializerName } from "../../codec/codec.ts";
import type { SharedStore } from "../../store/shared_store.ts";
import type { PageSize } from "../../store/store_size.ts";
import type { Abort } from "../../sync/abort.ts";
import type { FileLocks } from "../file_locks.ts";
import type { PersistenceHandle } from "../persistence_handle.ts";
import type { PersistencePolicy } from "../policy/policies.ts";
import type { PolicyKind } from "../policy/policy_module.ts";
import type { SyncName } from "../durability.ts";
import type { WriterMeter } from "../write_meter.ts";
import type { Layout, LayoutHandle } from "./layout.ts";
import type { Part } from "./part.ts";
import type { ReplaceName } from "./snapshot/replacement.ts";
import type { Ledger } from "../ledger.ts";

/** The kind of store that a file belongs to. */
export interface StoreKind {
  /** The layout's name. */
  readonly layout: string;
  /** Number of files, or of logs. */
  readonly files: number;
  readonly serializer: SerializerName;
  /** Bytes of a block; only for block files. */
  readonly blockBytes?: number;
}

/** What the name of a file says, whatever its layout. */
export interface ParsedName extends Omit<StoreKind, "layout"> {
  /** Which of the files, or of the logs, it belongs to. */
  readonly index: number;
  /** Whether it is an incomplete file. */
  readonly temporary: boolean;
}

/** A layout's options, as a run gives them. */
export interface LayoutKind {
  /** The layout's name. */
  readonly kind: string;
}

/** A directory that this process alone holds, and the store in it. */
export interface HeldDirectory {
  readonly path: string;
  /** The names of the store's files, sorted, without incomplete ones. */
  fileNames(): string[];
  /** Renames a damaged file; throws {@linkcode PersistError} when that fails. */
  setAside(path: string, reason: string): SetAsideFile;
  /** Copies a partly damaged file to the name that it would have been given; throws likewise. */
  setAsideCopy(path: string, reason: string): SetAsideFile;
}

/** A directory that is only read, and the store in it. */
export interface ReadDirectory {
  readonly path: string;
  /** The names of the store's files, including incomplete ones, sorted. */
  readonly names: readonly string[];
  readonly kind: StoreKind;
  /** Number of shards of the store. */
  readonly shards: number;
}

/** How a directory is opened. */
export interface OpenOptions<Options extends LayoutKind = LayoutKind> {
  readonly layout: Options;
  readonly files: number;
  readonly shards: number;
  readonly serializer: SerializerName;
  readonly sync: SyncName;
  readonly policy: PersistencePolicy;
  /** Lengths of the longest key and value of future puts, in bytes. */
  readonly keyLengthMax: number;
  readonly valueLengthMax: number;
  readonly abort: Abort;
}

/** What a thread's view of a layout works with, besides its handle. */
export interface LayoutContext {
  readonly store: SharedStore;
  readonly locks: FileLocks;
  readonly meter: WriterMeter;
}

/** What a crash may tear so that it counts as damaged: nothing, or what it finds being written. */
export type Tearing = "nothing" | "any-crash";

/** A file of which is known that it was there. */
export interface GoneFile {
  readonly name: string;
  /** Which other file tells, as a clause; absent if the directory's record does. */
  readonly because?: string;
}

/** What the flags that belong to single layouts say, whichever layout is chosen. */
export interface LayoutFlags {
  readonly replace: ReplaceName;
  readonly blockBytes: number;
  readonly logBytes: number;
  readonly queueMemoryBytes: number;
}

/** A layout: a write writes what it says, to files of its own, which it opens, reads and judges. */
export interface LayoutModule<Options extends LayoutKind = LayoutKind, Handle extends LayoutHandle = LayoutHandle> {
  /** What a file, or several files together, are called in JSON: `shard`, `block_file`, `log`. */
  readonly part: string;
  /** What a write writes, and where, as the help says behind the layout's name. */
  readonly about: string;
  /** The flag that goes with this layout alone, if there is one. */
  readonly flag?: "replace" | "blockBytes" | "logBytes";
  /** What a part's file is counted in, besides entries. */
  readonly counts?: "blocks" | "records";
  /** Whether each of a part's files holds the whole part, so that one can make up for another. */
  readonly hasSpares: boolean;
  /** What is exported in place of a damaged file that does not keep its part from being read, and of a torn one. */
  readonly insteadOf: { readonly damaged: string; readonly torn: string };

  /** Its options, as the flags say. */
  optionsOf(flags: LayoutFlags): Options;

  /** Number of shards of each file. Depends on the number of files alone, so that a directory can be reopened. */
  shardsPerFile(files: number): number;

  /** Reads the name of one of its files; `undefined` for any other. */
  parseName(name: string): ParsedName | undefined;

  /** The names of the files that the part with this index may have: an example of each kind. */
  names(kind: StoreKind, index: number): readonly [string, ...string[]];

  /** Bytes of a block, if the layout has blocks. */
  blockBytes?(options: Options): number;

  /** How the store's arenas are divided into pages, if they are. */
  pages?(options: Options, serializer: SerializerName): PageSize;

  /**
   * What the record of a directory keeps of a part's files, besides that there are some: a number. Absent, with the
   * next, if a part has one file.
   */
  markOf?(names: readonly string[]): number;

  /**
   * A file that is gone from a part which has others; `undefined` if none is. No crash takes one away.
   *
   * @param mark what `markOf` said of the part's files at some time before; 0 if that is not known
   */
  goneFrom?(names: readonly string[], mark: number): GoneFile | undefined;

  /** What a crash may tear. */
  tears(options: Options): Tearing;

  /**
   * Which written data a power loss may still take at this sync level, which is above none, as a phrase; `undefined`,
   * or absent, if it takes nothing.
   */
  losesWritten?(
    options: Options,
    durability: { readonly sync: SyncName; readonly policy: PolicyKind },
  ): string | undefined;

  /**
   * Surveys a directory, mends what a crash left and sets damaged files aside.
   *
   * @throws {PersistError} when that fails, or the process lacks the resources to read a file
   */
  open(directory: HeldDirectory, options: OpenOptions<Options>): Promise<StoredState>;

  /** A thread's own view of the layout. */
  attach(handle: PersistenceHandle, layout: Handle, context: LayoutContext): Layout;

  /** Reads the parts of a store one after another, in ascending order, judging each file as opening would. */
  parts(directory: ReadDirectory): Iterable<Part>;
}

/** The fewest shards of a store in files of many shards, so that even a single file has many locks. */
const SHARDS_MIN = 256;

/** How many shards each file of many holds. */
export function manyShardsPerFile(files: number): number {
  return Math.ceil(SHARDS_MIN / files);
}

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
