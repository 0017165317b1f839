/**
 * The rename strategy: a temporary file, renamed over the old one. A snapshot is never torn.
 *
 * @module
 */
import { replaceFile, syncDirectory } from "../../../system/file_io.ts";
import { isSynced, type SyncName } from "../../durability.ts";
import type { Replacement } from "./replacement.ts";
import type { ShardFiles } from "./shard_files.ts";

/**
 * Replaces a shard's one file by renaming. Above level none, the new file is synced before it gets its name, so that a
 * power loss leaves either the old snapshot or the new one, whole. Which one depends on whether the name is on the
 * device.
 *
 * - If names are synced (at level full, and at level data where puts wait for the device), the directory is synced
 *   after the rename, before the ledger calls the snapshot synced and the put is acknowledged: the newest one survives.
 * - Otherwise, at level data, the name reaches the device with the shard's next temporary file at the latest:
 *   journaling file systems, such as ext4 and XFS, bring a directory's changes to the device in order, and btrfs logs
 *   the new name of a file whose old one is used again. So until the end of the run it is always the snapshot before
 *   the newest that the ledger calls synced; and a power loss may cost everything that has been put since, however long
 *   ago that is.
 */
export class RenameReplacement implements Replacement {
  readonly #directory: string;
  readonly #paths: readonly string[];
  readonly #shardFiles: ShardFiles;
  readonly #sync: SyncName;
  readonly #syncsNames: boolean;

  /**
   * @param options `paths` are the shards' files, in `directory`; `syncsNames` says whether a write waits until the
   * newest snapshot's name is on the device
   */
  constructor(
    options: {
      directory: string;
      paths: readonly string[];
      shardFiles: ShardFiles;
      sync: SyncName;
      syncsNames: boolean;
    },
  ) {
    const { directory, paths, shardFiles, sync, syncsNames } = options;
    this.#directory = directory;
    this.#paths = paths;
    this.#shardFiles = shardFiles;
    this.#sync = sync;
    this.#syncsNames = syncsNames;
  }

  replace(shard: number, bytes: Uint8Array): void {
    replaceFile(this.#paths[shard]!, bytes, isSynced(this.#sync));
    this.#shardFiles.setLength(shard, undefined, bytes.length);
  }

  makeDurable(): boolean {
    if (!this.#syncsNames) return false;
    syncDirectory(this.#directory);
    return true;
  }

  makeAllDurable(): void {
    if (isSynced(this.#sync) && !this.#syncsNames) syncDirectory(this.#directory);
  }

  checkLengths(): void {
    this.#shardFiles.checkLengths(this.#paths);
  }
}
