/**
 * The rename strategy: a temporary file, renamed over the old one. A snapshot is never torn.
 *
 * @module
 */
import { openFile, removeQuietly, renameOver, syncData, syncDirectory, writeAll } from "../../file_io.ts";
import type { SyncName } from "../../policy.ts";
import { TEMPORARY_SUFFIX } from "../../shard_file.ts";
import type { Replacement } from "./replacement.ts";

/**
 * Replaces a shard's one file by renaming. At level data, the new file's data is synced before the rename: a power loss
 * leaves the old snapshot or the new one, whole; but which one depends on whether the rename has reached the device. It
 * has when the shard's next temporary file is synced, because file systems with a journal, such as ext4 and XFS, put
 * changes of directories on the device in their order: so at this level it is always the snapshot before the newest that
 * is durable, until the end of the run. At level full the directory is synced after the rename, and the newest is; so it is
 * at level data, too, where a put waits for the device.
 */
export class RenameReplacement implements Replacement {
  readonly #directory: string;
  readonly #paths: readonly string[];
  readonly #sync: SyncName;
  readonly #syncsDirectory: boolean;

  /**
   * @param options `paths` are the shards' files, in `directory`; `durableAtOnce` says that whoever writes waits until the
   * device has the newest snapshot, at level data too
   */
  constructor(options: { directory: string; paths: readonly string[]; sync: SyncName; durableAtOnce?: boolean }) {
    const { directory, paths, sync, durableAtOnce = false } = options;
    this.#directory = directory;
    this.#paths = paths;
    this.#sync = sync;
    this.#syncsDirectory = sync === "full" || (sync === "data" && durableAtOnce);
  }

  replace(shard: number, bytes: Uint8Array): void {
    replaceFile(this.#paths[shard]!, bytes, this.#sync !== "none");
  }

  makeDurable(): boolean {
    if (!this.#syncsDirectory) return false;
    syncDirectory(this.#directory);
    return true;
  }

  makeAllDurable(): void {
    if (this.#sync === "data") syncDirectory(this.#directory);
  }
}

/**
 * Replaces a file's content as a whole: a reader, and a crash of the process at any moment, finds either the old
 * content or the new. Writes a temporary file beside it, then renames.
 *
 * @param synced whether the new content is to be on the device before the rename
 * @throws {PersistError} when a step fails; the old file is untouched then, and the temporary one is gone
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
