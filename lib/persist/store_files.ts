/**
 * Recognizes the files of a store by their names, which give its layout, number of files and serializer.
 *
 * @module
 */
import type { SerializerName } from "../codec/codec.ts";
import { type BlockFileName, blockFileName, parseBlockFileName } from "./layout/blocks/block_file_name.ts";
import type { LayoutOptions } from "./layout/layout_options.ts";
import { type LogFileName, logFileName, parseLogFileName } from "./layout/log/log_file_name.ts";
import { parseShardFileName, SET_ASIDE_INFIX, shardFileName } from "./shard_file.ts";

/** The name of a layout. */
export type LayoutName = LayoutOptions["kind"];

/** The kind of store that a file belongs to. */
export interface StoreKind {
  readonly layout: LayoutName;
  /** Number of files, or of logs. */
  readonly files: number;
  readonly serializer: SerializerName;
  /** Bytes of a block; only for block files. */
  readonly blockBytes?: number;
}

/** The parts of a store file's name. */
export interface StoreFileName extends StoreKind {
  /** Which of the files, or of the logs, it belongs to. */
  readonly index: number;
  /** Whether it is an incomplete file. */
  readonly temporary: boolean;
}

/** A segment or a checkpoint of a log in the directory. */
export interface FoundLogFile extends LogFileName {
  readonly path: string;
  readonly name: string;
}

/** A block file in the directory. */
export interface FoundBlockFile extends BlockFileName {
  readonly path: string;
  readonly name: string;
}

/** Those of the names that any store's files have, with their parsed forms. */
export function storeFileNames(names: readonly string[]): Map<string, StoreFileName> {
  const found = new Map<string, StoreFileName>();
  for (const name of names) {
    const parsed = parseStoreFileName(name);
    if (parsed !== undefined) found.set(name, parsed);
  }
  return found;
}

/** The parts of a damaged file's name before it was set aside; `undefined` if the name is not one of those. */
export function parseSetAsideName(name: string): StoreFileName | undefined {
  const end = name.indexOf(SET_ASIDE_INFIX);
  return end < 0 ? undefined : parseStoreFileName(name.slice(0, end));
}

/** What the names of all files of a shard, of a log or of a block file begin with. */
export function stemOf({ layout, files, serializer, blockBytes = 0 }: StoreKind, index: number): string {
  const name = layout === "snapshot"
    ? shardFileName(index, files, serializer)
    : layout === "blocks"
    ? blockFileName({ file: index, files, blockBytes, serializer })
    : logFileName({ log: index, logs: files, segment: 1, isCheckpoint: false, serializer });
  return name.slice(0, name.indexOf("."));
}

/** Those of the names that log files have, in order. */
export function logFilesIn(directory: string, names: readonly string[]): FoundLogFile[] {
  return names.toSorted().flatMap((name) => {
    const parsed = parseLogFileName(name);
    return parsed === undefined ? [] : [{ ...parsed, name, path: `${directory}/${name}` }];
  });
}

/** Those of the names that block files have, in order. */
export function blockFilesIn(directory: string, names: readonly string[]): FoundBlockFile[] {
  return names.toSorted().flatMap((name) => {
    const parsed = parseBlockFileName(name);
    return parsed === undefined ? [] : [{ ...parsed, name, path: `${directory}/${name}` }];
  });
}

/** The kind of store that a file belongs to, without the rest of what its name says. */
export function kindOfFile({ layout, files, serializer, blockBytes }: StoreKind): StoreKind {
  return { layout, files, serializer, ...(blockBytes === undefined ? {} : { blockBytes }) };
}

/** Whether two files belong to the same kind of store. */
export function isSameStore(a: StoreKind, b: StoreKind): boolean {
  return a.layout === b.layout && a.files === b.files && a.serializer === b.serializer && a.blockBytes === b.blockBytes;
}

/** The flags of a run that would use such files. */
export function flagsOf({ layout, files, serializer, blockBytes }: StoreKind, withLayout: boolean): string {
  const size = blockBytes === undefined ? "" : `--block-size=${sizeOf(blockBytes)} `;
  return `${withLayout ? `--layout=${layout} ` : ""}${size}--file-count=${files} --serializer=${serializer}`;
}

/** A block's size in the form that its flag takes. */
function sizeOf(blockBytes: number): string {
  if (blockBytes % 2 ** 20 === 0) return `${blockBytes / 2 ** 20}MiB`;
  return blockBytes % 1024 === 0 ? `${blockBytes / 1024}KiB` : `${blockBytes}B`;
}

function parseStoreFileName(name: string): StoreFileName | undefined {
  const shard = parseShardFileName(name);
  if (shard !== undefined) {
    const { shards, serializer, temporary } = shard;
    return { layout: "snapshot", files: shards, index: shard.shard, serializer, temporary };
  }
  const block = parseBlockFileName(name);
  if (block !== undefined) {
    const { file, files, blockBytes, serializer, temporary } = block;
    return { layout: "blocks", files, index: file, blockBytes, serializer, temporary };
  }
  const log = parseLogFileName(name);
  if (log === undefined) return undefined;
  const { logs, serializer, temporary } = log;
  return { layout: "log", files: logs, index: log.log, serializer, temporary };
}
