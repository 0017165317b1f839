/**
 * Opens a directory of block files: reads each one, repairs what a crash or damage left, and loads the rest into a
 * store, each page where it was.
 *
 * @module
 */
import type { BlockReader } from "../../../codec/block/block_codec.ts";
import { pageWordsOf } from "../../../codec/block/block_image.ts";
import { hashKey } from "../../../store/hash.ts";
import type { SharedStore } from "../../../store/shared_store.ts";
import { openFile, seekTo, syncDirectory, syncFile, writeAll } from "../../../system/file_io.ts";
import { inTurns } from "../../../system/in_turns.ts";
import { isSynced } from "../../durability.ts";
import type { Ledger } from "../../ledger.ts";
import type { LayoutHandle } from "../layout.ts";
import type { HeldDirectory, LayoutKind, OpenOptions } from "../layout_module.ts";
import type { SetAsideFile, StoredState, TornFile } from "../stored_state.ts";
import { blockFilesIn, type FoundBlockFile } from "./block_file_name.ts";
import { encodeHead, headPlace } from "./block_format.ts";
import { BlockTable, type BlockTableHandle } from "./block_table.ts";
import { fillHoles } from "./fill_holes.ts";
import { mendBlocks } from "./mend_blocks.ts";
import { PageReader } from "./page_reader.ts";
import { readBlocks, type StoredBlocks, type StoredPage } from "./stored_blocks.ts";

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
