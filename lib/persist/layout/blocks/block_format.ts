/**
 * What a block file looks like: its head, and where each block's two places are.
 *
 * A file is a row of places, each of a block's size: first the two of the file's head, then *extents*, each of which has a
 * row of blocks' first places, `a`, and then a row of the same blocks' second places, `b`. So blocks that follow one another
 * can be written at once. What is in a place, `codec/block/block_codec.ts` says.
 *
 * The head is a description (see `codec/description.ts`), then spaces and a line feed in JSON, else zeros. With an odd
 * number of extents it is in the first of its places, with an even number in the second:
 *
 * | name | value |
 * |---|---|
 * | `format` | {@linkcode BLOCKS_FORMAT} |
 * | `file`, `files` | the file's index and how many there are |
 * | `shards` | the number of shards of the store |
 * | `block_bytes` | the size of a block |
 * | `extent_blocks` | blocks of an extent |
 * | `extents` | how many extents the file has |
 *
 * @module
 */
import { BLOCK_CODECS } from "../../../codec/block/block_codecs.ts";
import type { SerializerName } from "../../../codec/codec.ts";
import { encodeDescription, readDescription } from "../../../codec/description.ts";

/** What the `format` member of a head says. */
export const BLOCKS_FORMAT = "kvlab-blocks/1";

/** Which of a block's two places. */
export type PlaceSide = 0 | 1;

/** Which file it is, and of what store. */
export interface BlockFileIdentity {
  readonly file: number;
  readonly files: number;
  readonly shards: number;
  readonly blockBytes: number;
}

/** Places of the head, at a file's beginning. */
export const HEAD_PLACES = 2;

const EXTENT_BYTES = 32 * 1024;
const EXTENT_BLOCKS_MAX = 64;

/** Blocks of an extent. */
export function extentBlocks(blockBytes: number): number {
  return Math.max(1, Math.min(EXTENT_BLOCKS_MAX, EXTENT_BYTES / blockBytes));
}

/** A block's place in its file, counted in places from the file's beginning. */
export function placeOf(block: number, side: PlaceSide, blocksPerExtent: number): number {
  const inExtent = block % blocksPerExtent;
  return HEAD_PLACES + 2 * (block - inExtent) + side * blocksPerExtent + inExtent;
}

/** Bytes of a file with so many extents. */
export function fileBytes(extents: number, blockBytes: number): number {
  return (HEAD_PLACES + 2 * extents * extentBlocks(blockBytes)) * blockBytes;
}

/** The place of the head of a file with so many extents. */
export function headPlace(extents: number): number {
  return (extents + 1) % HEAD_PLACES;
}

/** Encodes the head of a file with so many extents, as long as a block. */
export function encodeHead(
  { file, files, shards, blockBytes }: BlockFileIdentity,
  extents: number,
  serializer: SerializerName,
): Uint8Array<ArrayBuffer> {
  const description = encodeDescription({
    format: BLOCKS_FORMAT,
    file,
    files,
    shards,
    block_bytes: blockBytes,
    extent_blocks: extentBlocks(blockBytes),
    extents,
  }, serializer);
  const bytes = BLOCK_CODECS[serializer].blank(blockBytes);
  // In JSON the line feed at the place's end is the line's.
  bytes.set(serializer === "json" ? description.subarray(0, -1) : description);
  return bytes;
}

/** Reads a head's place; returns how many extents it says there are, or `undefined` when it is not this file's head. */
export function readHead(
  bytes: Uint8Array<ArrayBuffer>,
  identity: BlockFileIdentity,
  serializer: SerializerName,
): number | undefined {
  const read = readDescription(serializer === "json" ? lineOf(bytes) : bytes, serializer);
  const extents = Number(read?.description.extents);
  if (read === undefined || !(extents >= 1)) return undefined;
  const expected = encodeHead(identity, extents, serializer);
  return expected.every((byte, i) => byte === bytes[i]) ? extents : undefined;
}

/** The line that a place holds, without the spaces before its end. */
function lineOf(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const end = bytes.subarray(0, -1).findLastIndex((byte) => byte !== SPACE) + 1;
  const line = bytes.slice(0, end + 1);
  line[end] = LINE_FEED;
  return line;
}

const SPACE = 0x20;
const LINE_FEED = 0x0a;
