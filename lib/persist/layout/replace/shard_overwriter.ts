/**
 * Overwrites shards' files in place, for the strategies that do.
 *
 * @module
 */
import {
  lengthOf,
  openExistingFile,
  openOwnFile,
  overwrite,
  syncData,
  syncDirectory,
} from "../../../system/file_io.ts";
import type { Side } from "../snapshot/shard_file_name.ts";
import type { SyncName } from "../../durability.ts";
import { type OpenFile, OpenFiles } from "../open_files.ts";
import { replaceFile } from "./rename.ts";
import type { ShardFiles } from "./shard_files.ts";

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
export class ShardOverwriter {
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
    replaceFile(path, bytes, this.#parts.sync !== "none");
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
    if (sync === "none") return false;
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
