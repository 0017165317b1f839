/**
 * The alternate strategy: two files per shard, kept open and overwritten alternately.
 *
 * @module
 */
import { overwrite, syncData, syncDirectory } from "../../file_io.ts";
import type { SyncName } from "../../policy.ts";
import type { Side } from "../../shard_file.ts";
import { OpenFiles } from "./open_files.ts";
import { replaceFile } from "./rename.ts";
import type { Replacement } from "./replacement.ts";
import type { ShardSides } from "./shard_sides.ts";

/**
 * Overwrites the older of a shard's two files, so that a crash in the middle leaves the newer one whole. Loading takes
 * the sound one with the higher version. A shard's first file, which has no other to fall back on, is created by
 * renaming.
 */
export class AlternateReplacement implements Replacement {
  readonly #directory: string;
  readonly #paths: Readonly<Record<Side, readonly string[]>>;
  readonly #sides: ShardSides;
  readonly #sync: SyncName;
  readonly #files: OpenFiles;
  /** Whether the last snapshot is in a new file, so that its name must be synced too. */
  #isNew = false;

  /** @param options `paths` are the shards' files on each side, in `directory` */
  constructor(
    options: {
      directory: string;
      paths: Readonly<Record<Side, readonly string[]>>;
      sides: ShardSides;
      sync: SyncName;
      openFilesMax: number;
    },
  ) {
    this.#directory = options.directory;
    this.#paths = options.paths;
    this.#sides = options.sides;
    this.#sync = options.sync;
    this.#files = new OpenFiles(options.openFilesMax);
  }

  replace(shard: number, bytes: Uint8Array): void {
    const side = this.#sides.get(shard);
    if (side === undefined) {
      replaceFile(this.#paths.a[shard]!, bytes);
      this.#isNew = true;
      this.#sides.set(shard, "a");
      return;
    }
    const next = side === "a" ? "b" : "a";
    const open = this.#files.get(this.#paths[next][shard]!);
    this.#isNew = open.lengthBytes === 0;
    overwrite(open.file, open.path, bytes, open.lengthBytes);
    open.lengthBytes = bytes.length;
    this.#sides.set(shard, next);
  }

  makeDurable(shard: number): boolean {
    const side = this.#sides.get(shard);
    if (this.#sync === "none" || side === undefined) return false;
    const open = this.#files.get(this.#paths[side][shard]!);
    syncData(open.file, open.path);
    if (this.#sync === "full" || this.#isNew) syncDirectory(this.#directory);
    return true;
  }

  makeAllDurable(): void {
    // Every snapshot is durable already.
  }
}
