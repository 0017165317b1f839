/**
 * Opens a directory of block files: reads each one, repairs what a crash or damage left, and loads the rest into a
 * store, each page where it was.
 *
 * @module
 */
import { type BlockReader, IMAGE_EXCESS_BYTES, pageWordsOf } from "../../../codec/block/block_codec.ts";
import { hashKey } from "../../../store/hash.ts";
import type { SharedStore } from "../../../store/shared_store.ts";
import {
  openFile,
  seekTo,
  syncData,
  syncDirectory,
  syncFile,
  truncateFile,
  writeAll,
} from "../../../system/file_io.ts";
import { inTurns } from "../../../sync/turn.ts";
import { isSynced, type SyncName } from "../../durability.ts";
import type { Ledger } from "../../ledger.ts";
import type { LayoutHandle } from "../layout.ts";
import type { HeldDirectory, LayoutKind, OpenOptions, SetAsideFile, StoredState, TornFile } from "../layout_module.ts";
import { blockFilesIn, type FoundBlockFile } from "./block_file_name.ts";
import {
  type BlockFileIdentity,
  encodeHead,
  extentBlocks,
  fileBytes,
  HEAD_PLACES,
  headPlace,
  NOT_SYNCED,
  placeOf,
  type SyncedBlocks,
} from "./block_format.ts";
import { BlockTable, type BlockTableHandle } from "./block_table.ts";
import { PageReader } from "./page_reader.ts";
import { readBlocks, type StoredBlocks, type StoredBlocksOptions, type StoredPage } from "./stored_blocks.ts";
import { BLOCK_CODECS } from "../../../codec/codecs.ts";
import type { SerializerName } from "../../../codec/codec.ts";
import { OutputBuffer } from "../../../codec/output_buffer.ts";

/** Options of the blocks layout. */
export interface BlocksOptions extends LayoutKind {
  readonly kind: "blocks";
  /** A power of two. */
  readonly blockBytes: number;
}

/** What the threads share of the blocks layout. */
export interface BlocksHandle extends LayoutHandle {
  readonly kind: "blocks";
  readonly blockBytes: number;
  readonly table: BlockTableHandle;
}

/** A repaired file. */
interface OpenedBlocks {
  readonly found: FoundBlockFile;
  readonly stored: StoredBlocks;
}

/**
 * Reads all block files. If one image of a block is unsound, the other is used, and the bad one's place is blanked; if
 * a block has no sound image left, a copy of its file is set aside first.
 *
 * @throws {PersistError} when the process lacks the resources to read a file, or a file cannot be repaired
 */
export async function openBlocks(directory: HeldDirectory, options: OpenOptions<BlocksOptions>): Promise<StoredState> {
  const { files, shards, serializer, sync, layout } = options;
  const { blockBytes } = layout;
  const setAside: SetAsideFile[] = [];
  const torn: TornFile[] = [];
  const opened: OpenedBlocks[] = [];
  for await (const found of inTurns(blockFilesIn(directory.path, directory.fileNames()))) {
    const reading = { path: found.path, file: found.file, files, shards, blockBytes, serializer };
    const stored = readBlocks(reading);
    const mended = mendBlocks(directory, stored, { ...reading, synced: isSynced(sync) });
    setAside.push(...mended.setAside);
    torn.push(...mended.torn);
    opened.push({ found, stored });
  }
  const entriesByShard = new Float64Array(shards);
  let pages = 0;
  for (const page of opened.flatMap(({ stored }) => stored.pages)) {
    entriesByShard[page.shard]! += page.entries;
    pages = Math.max(pages, page.page + 1);
  }
  const survey = {
    filesLoaded: opened.length,
    entries: entriesByShard.reduce((sum, entries) => sum + entries, 0),
    entriesPerShardMax: entriesByShard.reduce((max, entries) => Math.max(max, entries), 0),
    arenaWordsPerShardMax: pages * pageWordsOf(blockBytes),
    setAside,
    torn,
    async load({ store, ledger }: { store: SharedStore; ledger: Ledger }): Promise<BlocksHandle> {
      const table = BlockTable.create({ files, shards, pagesPerShard: store.pages.pagesPerShard });
      const loader = new BlockLoader(options, { store, ledger, table });
      for await (const file of inTurns(opened)) loader.load(file);
      if (isSynced(sync)) await makeDurable(directory, opened, { options, ledger, table });
      // Counted anew, because in the older format a key that has moved was in two blocks.
      survey.entries = 0;
      for (let shard = 0; shard < shards; shard++) survey.entries += store.count(shard);
      opened.length = 0;
      return { kind: "blocks", blockBytes, table: table.handle() };
    },
  };
  return survey;
}

/** The previous run may have been killed, or may have synced less. The files' heads say that they are synced now. */
async function makeDurable(
  directory: HeldDirectory,
  opened: readonly OpenedBlocks[],
  { options, ledger, table }: { options: OpenOptions<BlocksOptions>; ledger: Ledger; table: BlockTable },
): Promise<void> {
  const { files, shards, serializer, sync, layout: { blockBytes } } = options;
  for await (const { found: { path, file } } of inTurns(opened)) {
    syncFile(path);
    const extents = table.extents(file);
    const head = { extents, synced: { sync, blocks: table.used(file) } };
    using open = openFile(path, { write: true });
    seekTo(open, path, headPlace(extents) * blockBytes);
    writeAll(open, path, encodeHead({ file, files, shards, blockBytes }, head, serializer));
  }
  syncDirectory(directory.path);
  for (const { stored } of opened) {
    for (const { shard } of stored.pages) ledger.recordSynced(shard, ledger.writtenVersion(shard));
  }
}

/** Loads pages into a store. */
class BlockLoader {
  readonly #options: OpenOptions<BlocksOptions>;
  readonly #target: { readonly store: SharedStore; readonly ledger: Ledger; readonly table: BlockTable };

  constructor(options: OpenOptions<BlocksOptions>, target: { store: SharedStore; ledger: Ledger; table: BlockTable }) {
    this.#options = options;
    this.#target = target;
  }

  /** @throws {PersistError} when the file has changed since it was surveyed */
  load({ found: { path, file: index }, stored: { pages, extents, synced } }: OpenedBlocks): void {
    const { store, ledger, table } = this.#target;
    const { files, shards, serializer, sync, layout: { blockBytes } } = this.#options;
    const reading = { path, file: index, files, shards, serializer, blockBytes };
    using reader = new PageReader(reading);
    let used = 0;
    const newestOf = new Map<number, number>();
    for (const { shard, version } of pages) newestOf.set(shard, Math.max(version, newestOf.get(shard) ?? 0));
    for (const page of pages) {
      const { shard, block, side, version, entries } = page;
      this.#loadPage(page, reader.open(page));
      const isLast = version === newestOf.get(shard);
      table.setWritten(shard, page.page, { block, side, isEmpty: entries === 0, isLast });
      used = Math.max(used, block + 1);
      const newest = Math.max(version, store.version(shard));
      store.restoreVersion(shard, newest);
      ledger.recordWritten(shard, { version: newest, atMs: 0 });
    }
    table.setExtents(index, extents);
    table.setUsed(index, used);
    fillHoles({ ...reading, sync, synced }, table, [...newestOf.keys()]);
  }

  #loadPage({ shard, page }: StoredPage, reader: BlockReader): void {
    const { store } = this.#target;
    while (reader.next()) {
      const { key, value } = reader;
      const entry = store.pages.load(shard, page, hashKey(key.words, key.length), key, value);
      if (entry === 0) throw store.refusal(shard, key, value);
    }
  }
}

/** The file, whose places without an image are blank, and how it is written. */
interface HolesOptions extends BlockFileIdentity {
  readonly path: string;
  readonly serializer: SerializerName;
  readonly sync: SyncName;
  /** What the file's head says; absent if it says nothing. */
  readonly synced?: SyncedBlocks | undefined;
}

/**
 * Writes an empty page into each block that has none, below those that the table says are used, so that these blocks
 * are used again like those of other empty pages. A crash leaves such blocks behind where the first image of a page was
 * not written completely.
 *
 * The images are of version 0, before anything was written of their shards, so that none counts as part of what was
 * written last. A crash may leave one of them torn, and the other place of its block is blank. So first the head stops
 * to say that anything was ever synced there.
 *
 * @param table has all pages of the file
 * @param shards those of the file's shards of which something was ever written
 * @throws {PersistError} when that fails; nothing is then lost
 */
function fillHoles(options: HolesOptions, table: BlockTable, shards: readonly number[]): void {
  const { path, file: index, blockBytes, serializer, sync, synced } = options;
  const taken = new Set(shards.flatMap((shard) => pagesOf(table).map((page) => table.block(shard, page))));
  const holes = Array.from({ length: table.used(index) }, (_, block) => block).filter((block) => !taken.has(block));
  const [first] = holes;
  if (first === undefined) return;
  using file = openFile(path, { write: true });
  if (synced !== undefined && synced.blocks > first) {
    const extents = table.extents(index);
    const head = { extents, synced: { sync: synced.sync, blocks: first } };
    seekTo(file, path, headPlace(extents) * blockBytes);
    writeAll(file, path, encodeHead(options, head, serializer));
    if (isSynced(sync)) syncData(file, path);
  }
  const words = new Int32Array(new SharedArrayBuffer(IMAGE_EXCESS_BYTES));
  const out = new OutputBuffer(blockBytes);
  const image = { version: 0, together: 1, words, bytes: new DataView(words.buffer), start: 0, end: 0 };
  for (const page of pagesOf(table)) {
    for (const shard of shards) {
      if (table.block(shard, page) >= 0) continue;
      const block = holes.shift();
      if (block === undefined) return;
      BLOCK_CODECS[serializer].encode({ ...image, block, shard, page }, out, 0, blockBytes);
      seekTo(file, path, placeOf(block, 0, extentBlocks(blockBytes)) * blockBytes);
      writeAll(file, path, out.bytes.subarray(0, blockBytes));
      table.setWritten(shard, page, { block, side: 0, isEmpty: true, isLast: false });
    }
  }
}

/** The pages of a shard. */
function pagesOf(table: BlockTable): number[] {
  return Array.from({ length: table.size.pagesPerShard }, (_, page) => page);
}

/** What was wrong with a block file. */
interface MendedBlocks {
  readonly setAside: readonly SetAsideFile[];
  readonly torn: readonly TornFile[];
}

/**
 * Makes a file sound after a crash or damage: blanks what cannot be used, appends what is missing at the end, truncates
 * what an interrupted extension left there, and corrects the head, which is of the present format then. If something
 * that had been written is lost, a copy of the whole file is set aside first.
 *
 * @param options `synced` says whether to wait until the repairs are on the device
 * @throws {PersistError} when that fails; the sound parts of the file are still there
 */
function mendBlocks(
  directory: HeldDirectory,
  stored: StoredBlocks,
  options: StoredBlocksOptions & { readonly synced: boolean },
): MendedBlocks {
  const { path, blockBytes } = options;
  const damage = [
    ...(stored.cutOff === undefined ? [] : [stored.cutOff]),
    ...stored.badPlaces.filter(({ isDamaged }) => isDamaged).map(({ reason }) => reason),
  ];
  const unfinished = stored.badPlaces.filter(({ isDamaged }) => !isDamaged);
  const setAside = damage.length === 0 ? [] : [directory.setAsideCopy(path, summaryOf(damage))];
  const isRight = stored.isWhole && !stored.isOlder && stored.badPlaces.length === 0 && stored.leftPlaces.length === 0;
  if (!isRight) repair(stored, options);
  const torn = unfinished.length === 0 ? [] : [{
    path,
    cutBytes: unfinished.length * blockBytes,
    reason: summaryOf(unfinished.map(({ reason }) => reason)),
  }];
  return { setAside, torn };
}

function repair(
  { bytes, extents, badPlaces, leftPlaces, synced: syncedBefore }: StoredBlocks,
  options: StoredBlocksOptions & { readonly synced: boolean },
): void {
  const { path, blockBytes, serializer, synced } = options;
  const blank = BLOCK_CODECS[serializer].blank(blockBytes);
  using file = openFile(path, { write: true });
  const writeAt = (position: number, content: Uint8Array) => {
    seekTo(file, path, position);
    writeAll(file, path, content);
  };
  for (const place of [...badPlaces.map(({ place }) => place), ...leftPlaces]) writeAt(place * blockBytes, blank);
  const end = fileBytes(extents, blockBytes);
  if (bytes > end) truncateFile(path, end, false);
  for (let position = bytes; position < end;) {
    const missing = blank.subarray(position % blockBytes);
    writeAt(position, missing);
    position += missing.length;
  }
  if (synced) syncData(file, path);
  const head = { extents, synced: syncedBefore ?? NOT_SYNCED };
  const place = headPlace(extents);
  writeAt(place * blockBytes, encodeHead(options, head, serializer));
  for (let other = 0; other < HEAD_PLACES; other++) if (other !== place) writeAt(other * blockBytes, blank);
  if (synced) syncData(file, path);
}

const REASONS_MAX = 3;

/** The first few reasons, and the number of others. */
function summaryOf(reasons: readonly string[]): string {
  const others = reasons.length - REASONS_MAX;
  return reasons.slice(0, REASONS_MAX).join("; ") + (others > 0 ? `; and ${others} more` : "");
}
