/**
 * The format of a block file: its head, and where each block's two places are.
 *
 * A file is a sequence of places, each of a block's size: first the two places of the file's head, then *extents*. An
 * extent has the first places, `a`, of a number of blocks, and then the second places, `b`, of the same blocks. So
 * consecutive blocks can be written at once. `codec/block/block_codec.ts` says what is in a place.
 *
 * The head is a description (see `codec/description.ts`), padded with spaces and a line feed in JSON, else with zeros.
 * It is in the first of its places if the number of extents is odd, in the second if it is even:
 *
 * | name | value |
 * |---|---|
 * | `format` | {@linkcode BLOCKS_FORMAT}, or one of {@linkcode OLDER_FORMATS} |
 * | `file`, `files` | the file's index and how many there are |
 * | `shards` | the number of shards of the store |
 * | `block_bytes` | the size of a block |
 * | `extent_blocks` | the number of blocks in an extent |
 * | `extents` | the number of extents in the file |
 * | `sync` | the sync level at which the head was written; not in `kvlab-blocks/1` |
 * | `synced_blocks` | of how many blocks an image was synced before the head was written; likewise |
 *
 * A file of an older format may hold images of this one in place of some of its own, once a run has opened it; its head
 * says this format from then on. What an image of the older formats lacks is said in `codec/block/block_codec.ts`.
 *
 * @module
 */
import { BLOCK_CODECS } from "../../../codec/codecs.ts";
import type { SerializerName } from "../../../codec/codec.ts";
import { SYNC_NAMES, type SyncName } from "../../durability.ts";
import { encodeDescription, readDescription } from "../../../codec/description.ts";

/** The `format` member of a head. */
export const BLOCKS_FORMAT = "kvlab-blocks/3";
/** Those of files that are still read. */
export const OLDER_FORMATS: readonly string[] = ["kvlab-blocks/2", "kvlab-blocks/1"];

/** One of a block's two places. */
export type PlaceSide = 0 | 1;

/** Which file this is, and of which store. */
export interface BlockFileIdentity {
  readonly file: number;
  readonly files: number;
  readonly shards: number;
  readonly blockBytes: number;
}

/** What a head says of its file. */
export interface BlockFileHead {
  readonly extents: number;
  /** What has been synced; absent in the oldest format. */
  readonly synced?: SyncedBlocks;
}

/** Of how many blocks an image was synced before the head was written, and at which sync level that was. */
export interface SyncedBlocks {
  readonly sync: SyncName;
  readonly blocks: number;
}

/** What a file's head says if nothing is known to be synced. */
export const NOT_SYNCED: SyncedBlocks = { sync: "none", blocks: 0 };

/** A head that was read. */
export interface StoredBlockFileHead extends BlockFileHead {
  readonly format: string;
}

/** Number of places of the head, at the beginning of the file. */
export const HEAD_PLACES = 2;

const EXTENT_BYTES = 32 * 1024;
const EXTENT_BLOCKS_MAX = 64;

/** Number of blocks in an extent. */
export function extentBlocks(blockBytes: number): number {
  return Math.max(1, Math.min(EXTENT_BLOCKS_MAX, EXTENT_BYTES / blockBytes));
}

/** A block's place in its file, counted in places from the file's beginning. */
export function placeOf(block: number, side: PlaceSide, blocksPerExtent: number): number {
  const inExtent = block % blocksPerExtent;
  return HEAD_PLACES + 2 * (block - inExtent) + side * blocksPerExtent + inExtent;
}

/** Bytes of a file with this many extents. */
export function fileBytes(extents: number, blockBytes: number): number {
  return (HEAD_PLACES + 2 * extents * extentBlocks(blockBytes)) * blockBytes;
}

/** The place of the head of a file with this many extents. */
export function headPlace(extents: number): number {
  return (extents + 1) % HEAD_PLACES;
}

/** Encodes the head of a file; it is as long as a block. */
export function encodeHead(
  { file, files, shards, blockBytes }: BlockFileIdentity,
  { extents, synced, format = BLOCKS_FORMAT }: BlockFileHead & { readonly format?: string },
  serializer: SerializerName,
): Uint8Array<ArrayBuffer> {
  const description = encodeDescription({
    format,
    file,
    files,
    shards,
    block_bytes: blockBytes,
    extent_blocks: extentBlocks(blockBytes),
    extents,
    ...(synced === undefined ? {} : { sync: synced.sync, synced_blocks: synced.blocks }),
  }, serializer);
  const bytes = BLOCK_CODECS[serializer].blank(blockBytes);
  // In JSON, the line feed at the end of the place ends the line.
  bytes.set(serializer === "json" ? description.subarray(0, -1) : description);
  return bytes;
}

/** Reads a place of the head; `undefined` if it is not this file's head. */
export function readHead(
  bytes: Uint8Array<ArrayBuffer>,
  identity: BlockFileIdentity,
  serializer: SerializerName,
): StoredBlockFileHead | undefined {
  const read = readDescription(serializer === "json" ? lineOf(bytes) : bytes, serializer);
  if (read === undefined) return undefined;
  const { format, extents, sync: name, synced_blocks: blocks } = read.description;
  if (format !== BLOCKS_FORMAT && !OLDER_FORMATS.includes(String(format))) return undefined;
  const sync = SYNC_NAMES.find((sync) => sync === name);
  const head = {
    format: String(format),
    extents: Number(extents),
    ...(sync === undefined ? {} : { synced: { sync, blocks: Number(blocks) } }),
  };
  if (!(head.extents >= 1)) return undefined;
  return encodeHead(identity, head, serializer).every((byte, i) => byte === bytes[i]) ? head : undefined;
}

/** The line that a place holds, without the padding before its end. */
function lineOf(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const end = bytes.subarray(0, -1).findLastIndex((byte) => byte !== SPACE) + 1;
  const line = bytes.slice(0, end + 1);
  line[end] = LINE_FEED;
  return line;
}

const SPACE = 0x20;
const LINE_FEED = 0x0a;
