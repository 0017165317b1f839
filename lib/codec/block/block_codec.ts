/**
 * The interface of the block codecs, which convert between pages of the store's arena and blocks in a file.
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
import type { BlockHead, BlockImage } from "./block_image.ts";

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
