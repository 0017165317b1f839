/**
 * Reads a block file: the newer sound image of each block, and what is wrong with the places that have none. Changes
 * nothing.
 *
 * @module
 */
import type { BlockHealth, BlockReader } from "../../../codec/block/block_codec.ts";
import { BLOCK_CODECS } from "../../../codec/block/block_codecs.ts";
import { pageWordsOf } from "../../../codec/block/block_image.ts";
import { CorruptSnapshotError } from "../../../codec/snapshot_reader.ts";
import type { SerializerName } from "../../../codec/codec.ts";
import { jsonRoomOf } from "../../../store/pages.ts";
import { entryWords } from "../../../store/shard.ts";
import { isSynced } from "../../durability.ts";
import { checkShard } from "../snapshot/loader.ts";
import { openFile, readAt } from "../../../system/file_io.ts";
import {
  type BlockFileHead,
  type BlockFileIdentity,
  extentBlocks,
  fileBytes,
  HEAD_PLACES,
  placeOf,
  type PlaceSide,
  readHead,
} from "./block_format.ts";

/** Which file to read, and its format. */
export interface StoredBlocksOptions extends BlockFileIdentity {
  readonly path: string;
  readonly serializer: SerializerName;
  /** Least room that each value is to have, in bytes; 0 when absent. */
  readonly valueRoomMin?: number;
}

/** A page that a file holds. */
export interface StoredPage {
  readonly shard: number;
  readonly page: number;
  readonly block: number;
  readonly side: PlaceSide;
  readonly version: number;
  readonly entries: number;
  /** Whether the page is large enough to give each value the requested room. */
  readonly isRoomy: boolean;
}

/** A place whose content cannot be used. */
export interface BadPlace {
  readonly place: number;
  /**
   * Whether damage destroyed something that had been written: the block has no other image, and this is not a first
   * write that was cut short, or never synced.
   */
  readonly isDamaged: boolean;
  readonly reason: string;
}

/** What a block file holds. */
export interface StoredBlocks {
  readonly bytes: number;
  /** Ordered by shard, then by page. */
  readonly pages: readonly StoredPage[];
  /** Blocks that have an older image besides the newest. */
  readonly superseded: number;
  readonly badPlaces: readonly BadPlace[];
  /**
   * Extents that the file has or must have, according to its head, without what an interrupted extension left after
   * them.
   */
  readonly extents: number;
  /** What the newest sound head says to be synced. */
  readonly synced?: BlockFileHead["synced"];
  /** Whether the file's length and its head agree. */
  readonly isWhole: boolean;
  /** How it is known that the end of the file is missing; `undefined` if it is not. */
  readonly cutOff?: string;
}

/**
 * Reads a block file.
 *
 * @throws {PersistError} when the process lacks the permission or the resources to read it, which says nothing about
 * the file
 */
export function readBlocks(options: StoredBlocksOptions): StoredBlocks {
  return new BlocksReading(options).read();
}

/** The unit in which a device writes: none is written in part. */
const SECTOR_BYTES = 512;

/** One of a block's two images. */
interface Image {
  readonly side: PlaceSide;
  health: BlockHealth;
  /** The version; -1 when the image is not sound. */
  readonly version: number;
}

class BlocksReading {
  readonly #options: StoredBlocksOptions;
  /** One reader for each of a block's images. */
  readonly #readers: readonly [BlockReader, BlockReader];
  readonly #blank: Uint8Array<ArrayBuffer>;
  readonly #extentBlocks: number;
  readonly #pages = new Map<number, StoredPage>();
  readonly #badPlaces: BadPlace[] = [];
  #superseded = 0;
  #head: BlockFileHead = { extents: 0 };

  constructor(options: StoredBlocksOptions) {
    const { blockBytes, serializer } = options;
    this.#options = options;
    const codec = BLOCK_CODECS[serializer];
    this.#readers = [codec.reader(blockBytes), codec.reader(blockBytes)];
    this.#blank = codec.blank(blockBytes);
    this.#extentBlocks = extentBlocks(blockBytes);
  }

  read(): StoredBlocks {
    const { path, blockBytes } = this.#options;
    using file = openFile(path, { read: true });
    const bytes = file.seekSync(0, Deno.SeekMode.End);
    const extentBytes = 2 * this.#extentBlocks * blockBytes;
    const found = Math.max(0, (bytes - HEAD_PLACES * blockBytes) / extentBytes);
    this.#readHeads(file);
    const { extents: said, synced } = this.#head;
    const chunk = new Uint8Array(extentBytes);
    for (let extent = 0; extent < found; extent++) {
      const read = readAt(file, path, HEAD_PLACES * blockBytes + extent * extentBytes, chunk);
      for (let at = read; at < extentBytes; at++) chunk[at] = this.#blank[at % blockBytes]!;
      this.#readExtent(extent, chunk);
    }
    const pages = [...this.#pages.values()].sort((a, b) => a.shard - b.shard || a.page - b.page);
    const lastBlock = pages.reduce((last, { block }) => Math.max(last, block), 0);
    const inUse = Math.floor(lastBlock / this.#extentBlocks) + 1;
    const extents = said > 0 ? Math.max(said, inUse) : Math.max(1, Math.ceil(found));
    const wholeBytes = fileBytes(extents, blockBytes);
    // A file gets its name only once it has an extent.
    const isShort = found < Math.max(1, said);
    return {
      bytes,
      pages,
      superseded: this.#superseded,
      badPlaces: this.#badPlaces.filter(({ place }) => place * blockBytes < wholeBytes),
      extents,
      ...(synced === undefined ? {} : { synced }),
      isWhole: said === extents && bytes === wholeBytes,
      ...(isShort ? { cutOff: `it has ${bytes} bytes, must have ${wholeBytes}` } : {}),
    };
  }

  /** Reads the newest sound head, if there is one. */
  #readHeads(file: Deno.FsFile): void {
    const { path, blockBytes, serializer } = this.#options;
    const bytes = new Uint8Array(blockBytes);
    for (let place = 0; place < HEAD_PLACES; place++) {
      const length = readAt(file, path, place * blockBytes, bytes);
      bytes.set(this.#blank.subarray(length), length);
      const head = readHead(bytes, this.#options, serializer);
      if (head !== undefined) this.#head = head.extents > this.#head.extents ? head : this.#head;
      else if (!this.#isBlank(bytes)) {
        this.#badPlaces.push({ place, isDamaged: false, reason: "the file's head is not sound there" });
      }
    }
  }

  #isBlank(bytes: Uint8Array<ArrayBuffer>): boolean {
    return bytes.every((byte, i) => byte === this.#blank[i]);
  }

  #readExtent(extent: number, chunk: Uint8Array<ArrayBuffer>): void {
    const { blockBytes } = this.#options;
    const bytesOf = (place: number) => chunk.subarray(place * blockBytes, (place + 1) * blockBytes);
    for (let i = 0; i < this.#extentBlocks; i++) {
      const block = extent * this.#extentBlocks + i;
      const places = [bytesOf(i), bytesOf(this.#extentBlocks + i)] as const;
      const a = this.#openImage(block, 0, places[0]);
      const b = this.#openImage(block, 1, places[1]);
      this.#judge(block, a, b, places);
    }
  }

  #openImage(block: number, side: PlaceSide, bytes: Uint8Array<ArrayBuffer>): Image {
    const reader = this.#readers[side];
    const { file, files, shards } = this.#options;
    const opened = reader.open(bytes);
    const isOther = opened === "sound" &&
      (reader.block !== block || Math.floor(reader.shard * files / shards) !== file);
    const health = isOther ? "unsound" : opened;
    return { side, health, version: health === "sound" ? reader.version : -1 };
  }

  /**
   * Whether an unsound image that its block has no other beside was never synced, and any of it may be there. A second
   * image is only written once the first is synced, so the other place must be blank. At level none, nothing tells but
   * sectors that were never written back.
   */
  #isUnsynced(block: number, other: Image, bytes: Uint8Array<ArrayBuffer>): boolean {
    const { synced } = this.#head;
    if (synced === undefined || other.health !== "blank" || block < synced.blocks) return false;
    return isSynced(synced.sync) || this.#hasEmptySector(bytes);
  }

  #hasEmptySector(bytes: Uint8Array<ArrayBuffer>): boolean {
    for (let at = 0; at < bytes.length; at += SECTOR_BYTES) {
      const sector = bytes.subarray(at, at + SECTOR_BYTES);
      if (sector.every((byte) => byte === 0)) return true;
      if (sector.every((byte, i) => byte === this.#blank[at + i])) return true;
    }
    return false;
  }

  /** Takes the newer of a block's images, and records what is wrong with unsound ones. */
  #judge(block: number, a: Image, b: Image, places: readonly [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>]): void {
    const [newer, older] = a.version >= b.version ? [a, b] : [b, a];
    // The older image's entries are read only if the newer one's cannot be.
    const page = this.#measure(newer) ?? this.#measure(older);
    if (page !== undefined) this.#take(page);
    if (a.health === "sound" && b.health === "sound") this.#superseded++;
    for (const [image, other] of [[a, b], [b, a]] as const) {
      if (image.health !== "unfinished" && image.health !== "unsound") continue;
      const isOnly = other.health !== "sound";
      const isDamaged = image.health === "unsound" && isOnly && !this.#isUnsynced(block, other, places[image.side]);
      const what = isDamaged
        ? "is damaged, and it has no other image"
        : isOnly
        ? "was never synced, nor written completely"
        : "was not written completely, or is damaged; the other one is used";
      const reason = `the ${image.side === 0 ? "first" : "second"} image of block ${block} ${what}`;
      this.#badPlaces.push({ place: placeOf(block, image.side, this.#extentBlocks), isDamaged, reason });
    }
  }

  /** Reads all entries of an image that appears sound; it is not if one cannot be read or belongs to another shard. */
  #measure(image: Image): StoredPage | undefined {
    if (image.health !== "sound") return undefined;
    const { side, version } = image;
    const reader = this.#readers[side];
    const { block, shard, page } = reader;
    const { shards, serializer, blockBytes, valueRoomMin = 0 } = this.#options;
    let entries = 0, words = 0;
    try {
      for (; reader.next(); entries++) {
        const { key, value } = reader;
        checkShard(key, shard, shards);
        const room = serializer === "json" ? jsonRoomOf(key, value) : value.length;
        words += entryWords(key.length, Math.max(room, valueRoomMin));
      }
    } catch (error) {
      if (!(error instanceof CorruptSnapshotError)) throw error;
      image.health = "unsound";
      return undefined;
    }
    return { shard, page, block, side, version, entries, isRoomy: words <= pageWordsOf(blockBytes) };
  }

  #take(found: StoredPage): void {
    const { shards, files } = this.#options;
    const id = found.page * (shards / files) + found.shard % (shards / files);
    const known = this.#pages.get(id);
    if (known === undefined) {
      this.#pages.set(id, found);
      return;
    }
    const [newer, older] = found.version > known.version ? [found, known] : [known, found];
    this.#pages.set(id, newer);
    const place = placeOf(older.block, older.side, this.#extentBlocks);
    const reason =
      `blocks ${known.block} and ${found.block} both say that they are page ${found.page} of shard ${found.shard}`;
    this.#badPlaces.push({ place, isDamaged: true, reason });
  }
}
