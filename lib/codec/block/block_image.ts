/**
 * Blocks before they are encoded: the entries of one page of the store's arena, and the block's head.
 *
 * @module
 */

/** What a block says about itself. */
export interface BlockHead {
  /** The block's number in its file. */
  block: number;
  /** Which page of which shard it holds. */
  shard: number;
  page: number;
  /** The number of puts and deletes that the shard had applied when its pages were copied. */
  version: number;
  /**
   * How many of the shard's pages were written at this version, this one included: none of them counts unless all are
   * there. 0 in a block of the older format, where each counts for itself.
   */
  together: number;
}

/** One page's entries to be encoded: plain data that is reused. */
export interface BlockImage extends BlockHead {
  /** The memory that holds the entries, by word and by byte. */
  words: Int32Array<SharedArrayBuffer>;
  bytes: DataView<SharedArrayBuffer>;
  /** The first entry's first word, and the word after the last entry. */
  start: number;
  end: number;
}

/** How far an encoder may read past the last entry, so that it can copy eight bytes at a time. */
export const IMAGE_EXCESS_BYTES = 8;

/** Bytes of a block that are reserved for its head and checksum, enough for any serializer. */
const BLOCK_FRAME_BYTES = 128;

/**
 * Words of a page whose entries always fit a block of this size. No serializer needs more bytes for an entry than the
 * arena: its header there is larger than what JSON or CBOR put around key and value, and the arena reserves room for
 * JSON's escapes.
 */
export function pageWordsOf(blockBytes: number): number {
  return (blockBytes - BLOCK_FRAME_BYTES) / Int32Array.BYTES_PER_ELEMENT;
}
