/**
 * Which files of a directory belong to a store, and to which one: its layout, number of files and serializer.
 *
 * @module
 */
import type { SerializerName } from "../codec/codec.ts";
import { type BlockFileName, parseBlockFileName } from "./layout/blocks/block_file_name.ts";
import type { LayoutOptions } from "./layout/layout_options.ts";
import { type LogFileName, parseLogFileName } from "./layout/log/log_file_name.ts";
import { parseShardFileName } from "./shard_file.ts";

/** The name of a layout. */
export type LayoutName = LayoutOptions["kind"];

/** Which store a file is of. */
export interface StoreKind {
  readonly layout: LayoutName;
  /** Number of files, or of logs. */
  readonly files: number;
  readonly serializer: SerializerName;
  /** Bytes of a block; of block files alone. */
  readonly blockBytes?: number;
}

/** What the name of a store's file says. */
export interface StoreFileName extends StoreKind {
  /** Whether it is a file that was being made. */
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

/** Those names that are of any store's files, with what they say. */
export function storeFileNames(names: readonly string[]): Map<string, StoreFileName> {
  const found = new Map<string, StoreFileName>();
  for (const name of names) {
    const parsed = parseStoreFileName(name);
    if (parsed !== undefined) found.set(name, parsed);
  }
  return found;
}

/** Those names that are of logs' files, in their order. */
export function logFilesIn(directory: string, names: readonly string[]): FoundLogFile[] {
  return names.toSorted().flatMap((name) => {
    const parsed = parseLogFileName(name);
    return parsed === undefined ? [] : [{ ...parsed, name, path: `${directory}/${name}` }];
  });
}

/** Those names that are of block files, in their order. */
export function blockFilesIn(directory: string, names: readonly string[]): FoundBlockFile[] {
  return names.toSorted().flatMap((name) => {
    const parsed = parseBlockFileName(name);
    return parsed === undefined ? [] : [{ ...parsed, name, path: `${directory}/${name}` }];
  });
}

/** Of which store a file is, without what else its name says. */
export function kindOfFile({ layout, files, serializer, blockBytes }: StoreKind): StoreKind {
  return { layout, files, serializer, ...(blockBytes === undefined ? {} : { blockBytes }) };
}

/** Whether two files are of one store. */
export function isSameStore(a: StoreKind, b: StoreKind): boolean {
  return a.layout === b.layout && a.files === b.files && a.serializer === b.serializer && a.blockBytes === b.blockBytes;
}

/** The flags of a run that uses such files. */
export function flagsOf({ layout, files, serializer, blockBytes }: StoreKind, withLayout: boolean): string {
  const size = blockBytes === undefined ? "" : `--block-size=${sizeOf(blockBytes)} `;
  return `${withLayout ? `--layout=${layout} ` : ""}${size}--file-count=${files} --serializer=${serializer}`;
}

/** A block's size as its flag takes it. */
function sizeOf(blockBytes: number): string {
  if (blockBytes % 2 ** 20 === 0) return `${blockBytes / 2 ** 20}MiB`;
  return blockBytes % 1024 === 0 ? `${blockBytes / 1024}KiB` : `${blockBytes}B`;
}

function parseStoreFileName(name: string): StoreFileName | undefined {
  const shard = parseShardFileName(name);
  if (shard !== undefined) {
    const { shards, serializer, temporary } = shard;
    return { layout: "snapshot", files: shards, serializer, temporary };
  }
  const block = parseBlockFileName(name);
  if (block !== undefined) return { layout: "blocks", ...block };
  const log = parseLogFileName(name);
  if (log === undefined) return undefined;
  const { logs, serializer, temporary } = log;
  return { layout: "log", files: logs, serializer, temporary };
}
