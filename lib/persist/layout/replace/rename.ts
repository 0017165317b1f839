/**
 * The rename strategy: a temporary file, renamed over the old one. A snapshot is never torn.
 *
 * @module
 */
import {
  openFile,
  removeQuietly,
  renameOver,
  syncData,
  syncDirectory,
  TEMPORARY_SUFFIX,
  writeAll,
} from "../../../system/file_io.ts";
import type { SyncName } from "../../durability.ts";
import type { Replacement } from "./replacement.ts";
import type { ShardFiles } from "./shard_files.ts";

/**
 * Replaces a shard's one file by renaming. At level data, the new file's data is synced before the rename, so a power
 * loss leaves either the old snapshot or the new one, whole; which one depends on whether the rename has reached the
 * device. It has by the time the shard's next temporary file is synced, because journaling file systems, such as ext4
 * and XFS, write directory changes to the device in order. So at this level, until the end of the run, it is always the
 * snapshot before the newest that is durable. At level full, the directory is synced after the rename, and the newest
 * snapshot is durable; and so it is at level data, too, if puts wait for the device.
 */
export class RenameReplacement implements Replacement {
  readonly #directory: string;
  readonly #paths: readonly string[];
  readonly #shardFiles: ShardFiles;
  readonly #sync: SyncName;
  readonly #syncsDirectory: boolean;

  /**
   * @param options `paths` are the shards' files, in `directory`; `durableAtOnce` makes a write wait until the newest
   * snapshot is on the device at level data, too
   */
  constructor(
    options: {
      directory: string;
      paths: readonly string[];
      shardFiles: ShardFiles;
      sync: SyncName;
      durableAtOnce?: boolean;
    },
  ) {
    const { directory, paths, shardFiles, sync, durableAtOnce = false } = options;
    this.#directory = directory;
    this.#paths = paths;
    this.#shardFiles = shardFiles;
    this.#sync = sync;
    this.#syncsDirectory = sync === "full" || (sync === "data" && durableAtOnce);
  }

  replace(shard: number, bytes: Uint8Array): void {
    replaceFile(this.#paths[shard]!, bytes, this.#sync !== "none");
    this.#shardFiles.setLength(shard, undefined, bytes.length);
  }

  makeDurable(): boolean {
    if (!this.#syncsDirectory) return false;
    syncDirectory(this.#directory);
    return true;
  }

  makeAllDurable(): void {
    if (this.#sync === "data") syncDirectory(this.#directory);
  }

  checkLengths(): void {
    this.#shardFiles.checkLengths(this.#paths);
  }
}

/**
 * Replaces a file's content as a whole: at any moment, a reader or a crash of the process finds either the old content
 * or the new. Writes a temporary file next to it, then renames that.
 *
 * @param synced whether the new content must be on the device before the rename
 * @throws {PersistError} when a step fails; the old file is then untouched, and the temporary one removed
 */
export function replaceFile(path: string, bytes: Uint8Array, synced = false): void {
  const temporary = path + TEMPORARY_SUFFIX;
  const file = openFile(temporary, { write: true, createNew: true });
  try {
    try {
      writeAll(file, temporary, bytes);
      if (synced) syncData(file, temporary);
    } finally {
      file.close();
    }
    renameOver(temporary, path);
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  }
}
