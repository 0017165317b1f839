/**
 * The interface of the block codecs, which convert between pages of the store's arena and blocks in a file, and what
 * all of them need.
 *
 * A block is one map, and all blocks have the same length:
 *
 * | name | value |
 * |---|---|
 * | `block` | the block's number in its file |
 * | `shard`, `page` | which page of which shard it holds |
 * | `version` | how many puts and deletes the shard had applied |
 * | `together` | how many pages of the shard were written at this version; not in the older format |
 * | `entries` | a map from key to value, both text |
 * | `padding` | only in CBOR: a byte string of zeros |
 * | `crc32` | the CRC-32 of all bytes of the block before this member |
 *
 * in this order. In JSON it is one line, padded with spaces before the last member to the common length. `raw` has the
 * same content in its own form. A place that has never been written is *blank*: spaces and a line feed in JSON,
 * otherwise zeros, which CBOR reads as meaningless numbers.
 *
 * @module
 */
import type { PaddedBytes } from "../../store/padded_bytes.ts";
import type { SerializerName } from "../codec.ts";
import type { OutputBuffer } from "../output_buffer.ts";

/** Writes and reads blocks in one format. */
export interface BlockCodec {
  readonly name: SerializerName;

  /**
   * Encodes a block of `blockBytes` bytes into `out`, starting at `position`; `out` grows if it must. Nothing is
   * allocated per entry.
   *
   * @throws {RangeError} when the entries do not fit, which cannot happen if the store's pages have the right size
   */
  encode(image: BlockImage, out: OutputBuffer, position: number, blockBytes: number): void;

  /** Gives a sound block another number, which is not above the one that it has. */
  renumber(bytes: Uint8Array<ArrayBuffer>, block: number): void;

  /** A blank block. */
  blank(blockBytes: number): Uint8Array<ArrayBuffer>;

  /** A reader of blocks of `blockBytes` bytes. */
  reader(blockBytes: number): BlockReader;
}

/**
 * What is in a block's place:
 *
 * - `sound`: a block that is as it was written;
 * - `blank`: nothing has ever been written there;
 * - `unfinished`: the first write to the place was cut short, because its end is still blank;
 * - `unsound`: anything else, left by a write that was cut short or by damage.
 */
export type BlockHealth = "sound" | "blank" | "unfinished" | "unsound";

/** Reads one block after another. */
export interface BlockReader extends Readonly<BlockHead> {
  /** The current entry. */
  readonly key: PaddedBytes;
  readonly value: PaddedBytes;

  /** Opens the bytes of a place, as many as a block has. If they are sound, the entries can be read. */
  open(bytes: Uint8Array<ArrayBuffer>): BlockHealth;

  /**
   * Advances to the next entry.
   *
   * @returns false when there are no more
   * @throws {CorruptSnapshotError} when the bytes are not what kvlab writes, although their checksum is correct
   */
  next(): boolean;
}

/** What a block says about itself. */
interface BlockHead {
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

/** Whether the bytes, which are word-aligned, equal the blank ones. */
function isBlank(bytes: Uint8Array<ArrayBuffer>, blank: Uint8Array<ArrayBuffer>): boolean {
  const words = bytes.length >> 2;
  const found = new Int32Array(bytes.buffer, bytes.byteOffset, words);
  const expected = new Int32Array(blank.buffer, blank.byteOffset, words);
  for (let i = 0; i < words; i++) if (found[i] !== expected[i]) return false;
  for (let i = words << 2; i < bytes.length; i++) if (bytes[i] !== blank[i]) return false;
  return true;
}

/**
 * The health of a place that holds no sound block.
 *
 * @param tailBytes length of a block's end that a single damaged bit cannot turn blank
 */
export function healthOfUnsound(
  bytes: Uint8Array<ArrayBuffer>,
  blank: Uint8Array<ArrayBuffer>,
  tailBytes: number,
): BlockHealth {
  const tailStart = (bytes.length - tailBytes + 3) & ~3;
  const isTailBlank = isBlank(bytes.subarray(tailStart), blank.subarray(tailStart));
  if (!isTailBlank) return "unsound";
  return isBlank(bytes, blank) ? "blank" : "unfinished";
}
