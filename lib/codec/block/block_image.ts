/**
 * Blocks before anyone encodes them: the entries of one page of the store's arena, and what the block says of itself.
 *
 * @module
 */

/** What a block says of itself. */
export interface BlockHead {
  /** The block's number in its file. */
  block: number;
  /** Which page of which shard it holds. */
  shard: number;
  page: number;
  /** The puts that the shard had applied when the page was copied. */
  version: number;
}

/** One page's entries, to be encoded: plain data that is filled in again and again. */
export interface BlockImage extends BlockHead {
  /** The memory that the entries are in, by word and by byte. */
  words: Int32Array<SharedArrayBuffer>;
  bytes: DataView<SharedArrayBuffer>;
  /** The first entry's first word, and the word after the last one; a word of -1 may end them before. */
  start: number;
  end: number;
}

/** How far an encoder may read past the last entry, so that it can copy by words of eight bytes. */
export const IMAGE_EXCESS_BYTES = 8;

/** The sizes that a block may have, in bytes; it must be a power of two. */
export const BLOCK_BYTES_MIN = 512;
export const BLOCK_BYTES_MAX = 2 ** 20;

/** Bytes of a block that are not for entries: what it says of itself, and its checksum, whatever the serializer. */
const BLOCK_FRAME_BYTES = 128;

/**
 * Words of a page of which a block holds the entries. No entry takes more bytes in any serializer than in the arena: its
 * header there is larger than what JSON or CBOR put around key and value, and JSON's escapes have room of their own.
 */
export function pageWordsOf(blockBytes: number): number {
  return (blockBytes - BLOCK_FRAME_BYTES) / Int32Array.BYTES_PER_ELEMENT;
}
