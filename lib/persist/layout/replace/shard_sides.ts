/**
 * Which of its two files holds each shard's newest snapshot, if snapshots alternate between two files.
 *
 * @module
 */
import type { Side } from "../../shard_file.ts";

/** What {@linkcode ShardSides.attach} needs; structured-cloneable. */
export interface ShardSidesHandle {
  readonly buffer: SharedArrayBuffer;
}

/** The sides by their number in shared memory; 0 stands for a shard without a snapshot in either. */
const SIDES: readonly (Side | undefined)[] = [undefined, "a", "b"];

/**
 * Layout: one 32-bit word for each shard, the number of its side.
 *
 * Invariant: a shard's word is read and written only by the holder of the lock of the shard's file, and written only
 * after the snapshot is completely in place.
 */
export class ShardSides {
  readonly #words: Int32Array<SharedArrayBuffer>;

  private constructor(buffer: SharedArrayBuffer) {
    this.#words = new Int32Array(buffer);
  }

  static create(shards: number): ShardSides {
    return new ShardSides(new SharedArrayBuffer(shards * Int32Array.BYTES_PER_ELEMENT));
  }

  static attach(handle: ShardSidesHandle): ShardSides {
    return new ShardSides(handle.buffer);
  }

  handle(): ShardSidesHandle {
    return { buffer: this.#words.buffer };
  }

  get(shard: number): Side | undefined {
    return SIDES[this.#words[shard]!];
  }

  set(shard: number, side: Side | undefined): void {
    this.#words[shard] = SIDES.indexOf(side);
  }
}
