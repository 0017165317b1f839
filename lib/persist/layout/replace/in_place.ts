/**
 * The in-place strategy: one file, kept open and overwritten. This is what the seed program does; it is here to be
 * measured.
 *
 * @module
 */
import type { Replacement } from "./replacement.ts";
import { ShardOverwriter, type ShardOverwriterParts } from "./shard_overwriter.ts";

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
