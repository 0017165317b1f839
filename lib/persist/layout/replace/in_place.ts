/**
 * The in-place strategy: one file, kept open and overwritten. This is what the seed program does; it is here to be
 * measured.
 *
 * @module
 */
import { overwrite, syncData, syncDirectory } from "../../file_io.ts";
import type { SyncName } from "../../policy.ts";
import { OpenFiles } from "./open_files.ts";
import type { Replacement } from "./replacement.ts";

/** Overwrites a shard's one file. A crash in the middle may leave nothing of the shard but a torn snapshot. */
export class InPlaceReplacement implements Replacement {
  readonly #directory: string;
  readonly #paths: readonly string[];
  readonly #sync: SyncName;
  readonly #files: OpenFiles;
  /** Whether the last snapshot is in a new file, so that its name must be synced too. */
  #isNew = false;

  /** @param options `paths` are the shards' files, in `directory` */
  constructor(options: { directory: string; paths: readonly string[]; sync: SyncName; openFilesMax: number }) {
    this.#directory = options.directory;
    this.#paths = options.paths;
    this.#sync = options.sync;
    this.#files = new OpenFiles(options.openFilesMax);
  }

  replace(shard: number, bytes: Uint8Array): void {
    const open = this.#files.get(this.#paths[shard]!);
    this.#isNew = open.lengthBytes === 0;
    overwrite(open.file, open.path, bytes, open.lengthBytes);
    open.lengthBytes = bytes.length;
  }

  makeDurable(shard: number): boolean {
    if (this.#sync === "none") return false;
    const open = this.#files.get(this.#paths[shard]!);
    syncData(open.file, open.path);
    if (this.#sync === "full" || this.#isNew) syncDirectory(this.#directory);
    return true;
  }

  makeAllDurable(): void {
    // Every snapshot is durable already.
  }
}
