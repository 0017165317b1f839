/**
 * The alternate strategy: two files per shard, kept open and overwritten alternately.
 *
 * @module
 */
import { otherSide, type Side } from "../snapshot/shard_file_name.ts";
import type { Replacement } from "./replacement.ts";
import { ShardOverwriter, type ShardOverwriterParts } from "./shard_overwriter.ts";

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
