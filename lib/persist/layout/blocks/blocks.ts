/**
 * The blocks layout: a write writes the blocks that have changed, each to one of its two places.
 *
 * @module
 */
import { BLOCK_CODECS } from "../../../codec/block/block_codecs.ts";
import { pageWordsOf } from "../../../codec/block/block_image.ts";
import { type LayoutModule, manyShardsPerFile } from "../layout_module.ts";
import { blockFileName, parseBlockFileName } from "./block_file_name.ts";
import { BlockFiles } from "./block_files.ts";
import { BlockLayout } from "./block_layout.ts";
import { blockParts } from "./block_parts.ts";
import { BlockTable } from "./block_table.ts";
import { type BlocksHandle, type BlocksOptions, openBlocks } from "./open_blocks.ts";

export const BLOCKS: LayoutModule<BlocksOptions, BlocksHandle> = {
  part: "block_file",
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
