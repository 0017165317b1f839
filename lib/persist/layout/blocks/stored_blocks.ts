/**
 * Reads a block file: the newer sound image of each block, and what is wrong with the places that have none. Changes
 * nothing.
 *
 * @module
 */
import type { BlockHealth, BlockReader } from "../../../codec/block/block_codec.ts";
import { BLOCK_CODECS } from "../../../codec/codecs.ts";
import { CorruptSnapshotError } from "../../../codec/snapshot_reader.ts";
import type { SerializerName } from "../../../codec/codec.ts";
import { isSynced } from "../../durability.ts";
import { checkShard } from "../snapshot/loader.ts";
import { openFile, readAt } from "../../../system/file_io.ts";
import {
  type BlockFileIdentity,
  BLOCKS_FORMAT,
  extentBlocks,
  fileBytes,
  HEAD_PLACES,
  OLDER_FORMATS,
  placeOf,
  type PlaceSide,
  readHead,
  type StoredBlockFileHead,
  type SyncedBlocks,
} from "./block_format.ts";
import { dropIncomplete, type Image, nameOf, newestOf } from "./stored_images.ts";

/** Which file to read, and its format. */
export interface StoredBlocksOptions extends BlockFileIdentity {
  readonly path: string;
  readonly serializer: SerializerName;
}

/** A page that a file holds. */
export interface StoredPage {
  readonly shard: number;
  readonly page: number;
  readonly block: number;
  readonly side: PlaceSide;
  readonly version: number;
  readonly entries: number;
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
  /** Ordered by shard, and so that of several entries of a key the last one counts. */
  readonly pages: readonly StoredPage[];
  readonly badPlaces: readonly BadPlace[];
  /** Places of images whose pages have moved to other blocks: should those be emptied, these must not come back. */
  readonly leftPlaces: readonly number[];
  /**
   * Extents that the file has or must have, according to its head, without what an interrupted extension left after
   * them.
   */
  readonly extents: number;
  /** What the newest sound head says to be synced, and whether it is of an older format. */
  readonly synced?: SyncedBlocks;
  readonly isOlder: boolean;
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

/**
 * Reads all places, then decides for each shard which images count.
 *
 * What was written of a shard at one version counts only if all of it is there: each of its images says how many there
 * are. If some are missing, a crash has cut that write short, and each page's image before it counts, which lies in
 * another place. Only the last write of a shard can be cut short, because each begins after the one before is complete;
 * and of earlier ones, images may have been written over since. So a shard is found as it was at one of its versions.
 *
 * Images of the older format count each for itself. There, a key that has moved is on two pages until its older entry
 * is written over, and the higher page is right.
 */
class BlocksReading {
  readonly #options: StoredBlocksOptions;
  /** One reader for each of a block's images. */
  readonly #readers: readonly [BlockReader, BlockReader];
  readonly #blank: Uint8Array<ArrayBuffer>;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #extentBlocks: number;
  /** By shard. */
  readonly #images = new Map<number, Image[]>();
  /** Those that are not sound, and the one beside each, if there is one. */
  readonly #unsound: [image: Image, other: Image | undefined][] = [];
  readonly #badHeads: BadPlace[] = [];
  #head: StoredBlockFileHead = { extents: 0, format: BLOCKS_FORMAT };

  constructor(options: StoredBlocksOptions) {
    const { blockBytes, serializer } = options;
    this.#options = options;
    const codec = BLOCK_CODECS[serializer];
    this.#readers = [codec.reader(blockBytes), codec.reader(blockBytes)];
    this.#blank = codec.blank(blockBytes);
    this.#bytes = new Uint8Array(blockBytes);
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
    const shards = [...this.#images.keys()].sort((a, b) => a - b);
    const pages = withoutEmptied(shards.flatMap((shard) => this.#pagesOf(file, this.#images.get(shard)!)));
    const lastBlock = pages.reduce((last, { block }) => Math.max(last, block), 0);
    const inUse = Math.floor(lastBlock / this.#extentBlocks) + 1;
    const extents = said > 0 ? Math.max(said, inUse) : Math.max(1, Math.ceil(found));
    const wholeBytes = fileBytes(extents, blockBytes);
    // A file gets its name only once it has an extent.
    const isShort = found < Math.max(1, said);
    return {
      bytes,
      pages,
      badPlaces: this.#badPlaces().filter(({ place }) => place * blockBytes < wholeBytes),
      leftPlaces: this.#leftPlaces(pages).filter((place) => place * blockBytes < wholeBytes),
      extents,
      ...(synced === undefined ? {} : { synced }),
      isOlder: OLDER_FORMATS.includes(this.#head.format),
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
        this.#badHeads.push({ place, isDamaged: false, reason: "the file's head is not sound there" });
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
      const health = [this.#healthOf(block, 0, places[0]), this.#healthOf(block, 1, places[1])] as const;
      const a = this.#imageOf(block, 0, health, places[0]);
      const b = this.#imageOf(block, 1, health, places[1]);
      for (const image of [a, b]) {
        if (image?.health === "sound") {
          const ofShard = this.#images.get(image.shard);
          if (ofShard === undefined) this.#images.set(image.shard, [image]);
          else ofShard.push(image);
        } else if (image !== undefined) {
          this.#unsound.push([image, image.side === 0 ? b : a]);
        }
      }
    }
  }

  #healthOf(block: number, side: PlaceSide, bytes: Uint8Array<ArrayBuffer>): BlockHealth {
    const reader = this.#readers[side];
    const { file, files, shards } = this.#options;
    const health = reader.open(bytes);
    const isOther = health === "sound" &&
      (reader.block !== block || Math.floor(reader.shard * files / shards) !== file);
    return isOther ? "unsound" : health;
  }

  #imageOf(
    block: number,
    side: PlaceSide,
    healths: readonly [BlockHealth, BlockHealth],
    bytes: Uint8Array<ArrayBuffer>,
  ): Image | undefined {
    const health = healths[side];
    if (health === "blank") return undefined;
    const isUnsynced = health !== "sound" && healths[1 - side] === "blank" && this.#isUnsynced(block, bytes);
    const { shard, page, version, together } = this.#readers[side];
    return { block, side, shard, page, version, together, health, isUnsynced };
  }

  /**
   * Whether an unsound image that its block has no other beside was never synced, and any of it may be there. A second
   * image is only written once the first is synced, so the other place must be blank. At level none, nothing tells but
   * sectors that were never written back.
   */
  #isUnsynced(block: number, bytes: Uint8Array<ArrayBuffer>): boolean {
    const { synced } = this.#head;
    if (synced === undefined || block < synced.blocks) return false;
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

  /** The pages of a shard, of which these are all images. */
  #pagesOf(file: Deno.FsFile, images: Image[]): StoredPage[] {
    for (;;) {
      dropIncomplete(images);
      const newest = newestOf(images);
      const pages = newest.map((image) => this.#measure(file, image));
      // If one cannot be read after all, others may take its place, and its write is not complete.
      if (!pages.includes(undefined)) return pages as StoredPage[];
      for (const image of images) if (image.health === "dropped") image.health = "sound";
    }
  }

  /** Reads all entries of an image that appears sound; it is not if one cannot be read or belongs to another shard. */
  #measure(file: Deno.FsFile, image: Image): StoredPage | undefined {
    const { block, side, shard, page, version } = image;
    const { path, shards, blockBytes } = this.#options;
    const reader = this.#readers[side];
    readAt(file, path, this.#placeOf(image) * blockBytes, this.#bytes);
    let entries = 0;
    try {
      if (reader.open(this.#bytes) !== "sound") {
        throw new CorruptSnapshotError("it has changed while it was being read");
      }
      for (; reader.next(); entries++) checkShard(reader.key, shard, shards);
    } catch (error) {
      if (!(error instanceof CorruptSnapshotError)) throw error;
      image.health = "unsound";
      return undefined;
    }
    return { shard, page, block, side, version, entries };
  }

  #badPlaces(): BadPlace[] {
    const all = [...this.#images.values()].flat();
    const beside = (image: Image) => all.find(({ block, side }) => block === image.block && side !== image.side);
    const late = all.filter(({ health }) => health === "unsound").map((image) => [image, beside(image)] as const);
    const unsound = [...this.#unsound, ...late].map(([image, other]): BadPlace => {
      const isOnly = other?.health !== "sound";
      const isDamaged = image.health === "unsound" && isOnly && !image.isUnsynced;
      const what = isDamaged
        ? "is damaged, and it has no other image"
        : isOnly
        ? "was never synced, nor written completely"
        : "was not written completely, or is damaged; the other one is used";
      return { place: this.#placeOf(image), isDamaged, reason: `${nameOf(image)} ${what}` };
    });
    const dropped = all.filter(({ health }) => health === "dropped").map((image): BadPlace => {
      const reason = `${nameOf(image)} belongs to a write that was cut short`;
      return { place: this.#placeOf(image), isDamaged: false, reason };
    });
    return [...this.#badHeads, ...unsound, ...dropped];
  }

  #leftPlaces(pages: readonly StoredPage[]): number[] {
    const blocks = new Map(pages.map(({ shard, page, block }) => [`${shard} ${page}`, block]));
    return [...this.#images.values()].flat()
      .filter(({ shard, page, block, health }) => health === "sound" && blocks.get(`${shard} ${page}`) !== block)
      .map((image) => this.#placeOf(image));
  }

  #placeOf({ block, side }: Image): number {
    return placeOf(block, side, this.#extentBlocks);
  }
}

/**
 * Without the empty pages whose blocks have been given to others since: none is of what was written last of its shard.
 */
function withoutEmptied(pages: readonly StoredPage[]): StoredPage[] {
  const newest = new Map<number, number>();
  const claims = new Map<number, number>();
  for (const { shard, version, block } of pages) {
    newest.set(shard, Math.max(version, newest.get(shard) ?? 0));
    claims.set(block, (claims.get(block) ?? 0) + 1);
  }
  return pages.filter(({ shard, version, entries, block }) =>
    entries > 0 || claims.get(block) === 1 || version === newest.get(shard)
  );
}
