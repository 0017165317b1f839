/**
 * The blocks layout: a write writes the blocks that have changed, each to one of its two places.
 *
 * @module
 */
import { BLOCK_CODECS } from "../../../codec/codecs.ts";
import { pageWordsOf } from "../../../codec/block/block_codec.ts";
import { type LayoutModule, manyShardsPerFile, type ReadDirectory } from "../layout_module.ts";
import { blockFileName, blockFilesIn, type FoundBlockFile, parseBlockFileName } from "./block_file_name.ts";
import { BlockFiles } from "./block_files.ts";
import { BlockLayout } from "./block_layout.ts";
import { BlockTable } from "./block_table.ts";
import { type BlocksHandle, type BlocksOptions, openBlocks } from "./open_blocks.ts";
import { PageReader } from "./page_reader.ts";
import { readBlocks, type StoredBlocks, type StoredBlocksOptions } from "./stored_blocks.ts";
import { PersistError } from "../../../system/persist_error.ts";
import { EntryTable } from "../../../store/entry_table.ts";
import { hashKey } from "../../../store/hash.ts";
import { contentOf, type InspectedFile, type Part, type PartContent, sizeOf } from "../part.ts";

export const BLOCKS: LayoutModule<BlocksOptions, BlocksHandle> = {
  part: "block_file",
  about: "the changed blocks of one of --file-count files, each alternating between two places",
  counts: "blocks",
  hasSpares: false,
  insteadOf: { damaged: "older images are exported", torn: "older images are exported" },
  flag: "blockBytes",
  optionsOf: ({ blockBytes }) => ({ kind: "blocks", blockBytes }),
  shardsPerFile: manyShardsPerFile,

  parseName(name) {
    const parsed = parseBlockFileName(name);
    if (parsed === undefined) return undefined;
    const { file, files, blockBytes, serializer, temporary } = parsed;
    return { index: file, files, blockBytes, serializer, temporary };
  },

  names: (
    { files, serializer, blockBytes = 0 },
    index,
  ) => [blockFileName({ file: index, files, blockBytes, serializer })],
  blockBytes: ({ blockBytes }) => blockBytes,
  pages: ({ blockBytes }, serializer) => ({ words: pageWordsOf(blockBytes), jsonRoom: serializer === "json" }),
  // Any part of what was not yet synced may be on the device: of each block, that is one image, or its only one.
  tears: () => "nothing",
  open: openBlocks,

  attach({ directory, serializer, sync, openFilesMax }, { blockBytes, table: handle }, context) {
    const { meter } = context;
    const table = BlockTable.attach(handle);
    const files = new BlockFiles({ directory, serializer, sync, openFilesMax, blockBytes, table, meter });
    const codec = BLOCK_CODECS[serializer];
    return new BlockLayout({ ...context, codec, table, files, blockBytes, sync });
  },

  parts: blockParts,
};

/** What a file looks like, and what it holds. */
interface ReadBlocks {
  readonly stored: StoredBlocks;
  readonly content: PartContent;
}

/** Reads the files one by one, so that only one is in memory at a time. */
function* blockParts({ path, names, kind, shards }: ReadDirectory): Generator<Part> {
  const { files, serializer, blockBytes = 0 } = kind;
  const foundByFile = Map.groupBy(blockFilesIn(path, names), ({ file }) => file);
  for (let file = 0; file < files; file++) {
    const found = foundByFile.get(file) ?? [];
    yield readPart(file, found, (path) => ({ path, file, files, shards, blockBytes, serializer }));
  }
}

function readPart(
  index: number,
  found: readonly FoundBlockFile[],
  optionsOf: (path: string) => StoredBlocksOptions,
): Part {
  const lasting = found.find(({ temporary }) => !temporary);
  const temporary = found.filter(({ temporary }) => temporary)
    .map(({ name, path }): InspectedFile => ({ name, path, bytes: sizeOf(path), health: "temporary" }));
  if (lasting === undefined) return { index, files: temporary, version: 0, entries: 0, isUnreadable: false };
  const read = readFile(optionsOf(lasting.path));
  const file = inspectedFile(lasting, read);
  return {
    index,
    files: [file, ...temporary],
    version: read.content.version,
    entries: read.content.count,
    isUnreadable: file.health === "damaged",
    read: () => readContent(optionsOf(lasting.path)),
  };
}

function readFile(options: StoredBlocksOptions): ReadBlocks {
  const { file, files, shards } = options;
  const stored = readBlocks(options);
  const count = shards / files;
  const tables = Array.from({ length: count }, (_, i) => new EntryTable(file * count + i, shards));
  using pages = new PageReader(options);
  // Of several entries of a key, the last one counts.
  for (const page of stored.pages) {
    const table = tables[page.shard - file * count]!;
    const reader = pages.open(page);
    while (reader.next()) table.put(hashKey(reader.key.words, reader.key.length), reader.key, reader.value);
    table.version = Math.max(table.version, page.version);
  }
  return { stored, content: contentOf(tables) };
}

function inspectedFile({ name, path }: FoundBlockFile, { stored, content }: ReadBlocks): InspectedFile {
  const { bytes, badPlaces, cutOff, pages } = stored;
  const damaged = badPlaces.filter(({ isDamaged }) => isDamaged);
  const isDamaged = damaged.length > 0 || cutOff !== undefined;
  const [bad] = damaged.length > 0 ? damaged : badPlaces;
  const reason = cutOff ?? bad?.reason;
  return {
    name,
    path,
    bytes,
    health: isDamaged ? "damaged" : reason === undefined ? "sound" : "torn",
    version: content.version,
    entries: content.count,
    blocks: pages.length,
    ...(reason === undefined ? {} : { reason }),
  };
}

function readContent(options: StoredBlocksOptions): PartContent {
  const { stored: { badPlaces, cutOff }, content } = readFile(options);
  const reason = cutOff ?? badPlaces.find(({ isDamaged }) => isDamaged)?.reason;
  if (reason !== undefined) throw new PersistError("export", options.path, reason);
  return content;
}
