/**
 * The strategies that keep shards' files open and overwrite them: alternate, with two files per shard that are written
 * in turn, and in-place, with one. The latter is what the seed program does; it is here to be measured.
 *
 * @module
 */
import {
  lengthOf,
  openExistingFile,
  openOwnFile,
  overwrite,
  replaceFile,
  syncData,
  syncDirectory,
} from "../../../system/file_io.ts";
import { otherSide, type Side } from "./shard_file_name.ts";
import { isSynced, type SyncName } from "../../durability.ts";
import { type OpenFile, OpenFiles } from "../open_files.ts";
import type { ShardFiles } from "./shard_files.ts";
import type { Replacement } from "./replacement.ts";

/** What a {@linkcode ShardOverwriter} works with. */
export interface ShardOverwriterParts {
  readonly directory: string;
  readonly sync: SyncName;
  readonly openFilesMax: number;
  readonly shardFiles: ShardFiles;
}

/** One shard's file. */
export interface ShardPath {
  readonly shard: number;
  readonly side?: Side;
  readonly path: string;
}

/** One thread's view of the files. Each method is called under the lock of the shard's file. */
class ShardOverwriter {
  readonly #parts: ShardOverwriterParts;
  /** By path. */
  readonly #open: OpenFiles<string>;
  /** Whether the last snapshot is in a new file, so that its name must be synced too. */
  #isNew = false;

  constructor(parts: ShardOverwriterParts) {
    this.#parts = parts;
    this.#open = new OpenFiles(parts.openFilesMax);
  }

  /**
   * Replaces a shard's file as a whole, by renaming. Above level none, it is synced before it gets its name: no other
   * file could make up for it if a power loss left the name without the content.
   *
   * @throws {PersistError} when a step fails
   */
  create({ shard, side, path }: ShardPath, bytes: Uint8Array): void {
    replaceFile(path, bytes, isSynced(this.#parts.sync));
    this.#isNew = true;
    this.#parts.shardFiles.setLength(shard, side, bytes.length);
  }

  /**
   * Writes a snapshot over the one that a file holds; creates the file if there is none.
   *
   * @throws {PersistError} when a step fails
   */
  overwrite({ shard, side, path }: ShardPath, bytes: Uint8Array): void {
    const { shardFiles } = this.#parts;
    const known = shardFiles.length(shard, side);
    const { file } = this.#get(path, known === undefined);
    const before = known ?? lengthOf(file, path);
    this.#isNew = before === 0;
    overwrite(file, path, bytes, before);
    shardFiles.setLength(shard, side, bytes.length);
  }

  /**
   * Syncs the snapshot that was written last, as the sync level requires; returns whether it did.
   *
   * @throws {PersistError} when that fails
   */
  makeDurable(path: string): boolean {
    const { directory, sync } = this.#parts;
    if (!isSynced(sync)) return false;
    const { file } = this.#get(path);
    syncData(file, path);
    if (sync === "full" || this.#isNew) syncDirectory(directory);
    return true;
  }

  #get(path: string, mayCreate = false): OpenFile {
    return this.#open.find(path) ??
      this.#open.keep(path, () => ({ path, file: mayCreate ? openOwnFile(path) : openExistingFile(path) }));
  }
}

/**
 * Overwrites the older of a shard's two files, so that a crash in the middle leaves the newer one whole. Loading takes
 * the sound one with the higher version; one that is not sound beside it was being overwritten. A shard's first file,
 * which has no other to fall back on, is created by renaming.
 */
export class AlternateReplacement implements Replacement {
  readonly #paths: Readonly<Record<Side, readonly string[]>>;
  readonly #parts: ShardOverwriterParts;
  readonly #overwriter: ShardOverwriter;

  /** @param parts `paths` are the shards' files on each side, in the directory */
  constructor(
    { paths, ...parts }: ShardOverwriterParts & { readonly paths: Readonly<Record<Side, readonly string[]>> },
  ) {
    this.#paths = paths;
    this.#parts = parts;
    this.#overwriter = new ShardOverwriter(parts);
  }

  replace(shard: number, bytes: Uint8Array): void {
    const { shardFiles } = this.#parts;
    const newest = shardFiles.newest(shard);
    const side = newest === undefined ? "a" : otherSide(newest);
    const file = { shard, side, path: this.#paths[side][shard]! };
    if (newest === undefined) this.#overwriter.create(file, bytes);
    else this.#overwriter.overwrite(file, bytes);
    shardFiles.setNewest(shard, side);
  }

  makeDurable(shard: number): boolean {
    const side = this.#parts.shardFiles.newest(shard);
    return side !== undefined && this.#overwriter.makeDurable(this.#paths[side][shard]!);
  }

  makeAllDurable(): void {
    // Every snapshot is durable already.
  }

  checkLengths(): void {
    for (const side of ["a", "b"] as const) this.#parts.shardFiles.checkLengths(this.#paths[side], side);
  }
}

/** Overwrites a shard's one file. A crash in the middle may leave nothing of the shard but a torn snapshot. */
export class InPlaceReplacement implements Replacement {
  readonly #paths: readonly string[];
  readonly #parts: ShardOverwriterParts;
  readonly #overwriter: ShardOverwriter;

  /** @param parts `paths` are the shards' files, in the directory */
  constructor({ paths, ...parts }: ShardOverwriterParts & { readonly paths: readonly string[] }) {
    this.#paths = paths;
    this.#parts = parts;
    this.#overwriter = new ShardOverwriter(parts);
  }

  replace(shard: number, bytes: Uint8Array): void {
    this.#overwriter.overwrite({ shard, path: this.#paths[shard]! }, bytes);
  }

  makeDurable(shard: number): boolean {
    return this.#overwriter.makeDurable(this.#paths[shard]!);
  }

  makeAllDurable(): void {
    // Every snapshot is durable already.
  }

  checkLengths(): void {
    this.#parts.shardFiles.checkLengths(this.#paths);
  }
}
