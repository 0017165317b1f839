/**
 * A thread's own copy of a shard, so that an encoder need not hold the shard's lock.
 *
 * @module
 */
import { type ShardView, VIEW_EXCESS_BYTES } from "./shard.ts";

const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT;

/** A copy of one shard's entries, including dead ones. It grows as needed and is reused for one shard after another. */
export class ShardCopy {
  /**
   * The copy, for an encoder. Its memory is a SharedArrayBuffer like the store's, although nobody shares it, so that
   * encoders see only one kind of array.
   */
  readonly view: ShardView;

  constructor() {
    this.view = { shard: 0, shards: 0, version: 0, count: 0, ...allocate(1024), start: 0, end: 0 };
  }

  /** Copies a shard. The caller holds the shard's lock. */
  copy(source: ShardView): void {
    const { view } = this;
    const length = source.end - source.start;
    if (view.bytes.byteLength < length * WORD_BYTES + VIEW_EXCESS_BYTES) Object.assign(view, allocate(2 * length));
    view.words.set(source.words.subarray(source.start, source.end));
    view.shard = source.shard;
    view.shards = source.shards;
    view.version = source.version;
    view.count = source.count;
    view.end = length;
  }
}

function allocate(words: number): Pick<ShardView, "words" | "bytes"> {
  const buffer = new SharedArrayBuffer(words * WORD_BYTES + VIEW_EXCESS_BYTES);
  return { words: new Int32Array(buffer, 0, words), bytes: new DataView(buffer) };
}
