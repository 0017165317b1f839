/**
 * The interface of the codecs of blocks: between pages of the store's arena and the places that blocks have in a file.
 *
 * A block is one map of always the same length:
 *
 * | name | value |
 * |---|---|
 * | `block` | the block's number in its file |
 * | `shard`, `page` | which page of which shard it holds |
 * | `version` | the puts that the shard had applied |
 * | `entries` | a map from key to value, both text |
 * | `padding` | in CBOR alone: a byte string of zeros |
 * | `crc32` | the CRC-32 of all bytes of the block before this member |
 *
 * in this order. In JSON it is one line, with spaces in front of the last member to make it as long as all others. `raw`
 * has the same in a form of its own. A place that has never been written is *blank*: spaces and a line feed in JSON, else
 * zeros, which CBOR reads as numbers of no meaning.
 *
 * @module
 */
import type { PaddedBytes } from "../../store/padded_bytes.ts";
import type { SerializerName } from "../codec.ts";
import type { OutputBuffer } from "../output_buffer.ts";
import type { BlockHead, BlockImage } from "./block_image.ts";

/** Writes and reads blocks in one format. */
export interface BlockCodec {
  readonly name: SerializerName;

  /**
   * Encodes a block of so many bytes into `out` from `position` on; `out` grows if it must. Nothing is allocated per entry.
   *
   * @throws {RangeError} when the entries do not fit, which a store with the right pages excludes
   */
  encode(image: BlockImage, out: OutputBuffer, position: number, blockBytes: number): void;

  /** A blank block. */
  blank(blockBytes: number): Uint8Array<ArrayBuffer>;

  /** A reader of blocks of so many bytes. */
  reader(blockBytes: number): BlockReader;
}

/**
 * What is in a block's place:
 *
 * - `sound`: a block, as it was written;
 * - `blank`: nothing has ever been written there;
 * - `unfinished`: the first write to the place was cut short, as its end is still blank;
 * - `unsound`: something else. A write that was cut short may have left it, or damage.
 */
export type BlockHealth = "sound" | "blank" | "unfinished" | "unsound";

/** Reads one block after the other. */
export interface BlockReader extends Readonly<BlockHead> {
  /** The entry at hand. */
  readonly key: PaddedBytes;
  readonly value: PaddedBytes;

  /** Looks at a place's bytes, which are as many as a block's. When they are sound, its entries can be read. */
  open(bytes: Uint8Array<ArrayBuffer>): BlockHealth;

  /**
   * Moves on to the next entry.
   *
   * @returns false when there are no more
   * @throws {CorruptSnapshotError} when the bytes are not what kvlab writes, although their checksum is right
   */
  next(): boolean;
}
