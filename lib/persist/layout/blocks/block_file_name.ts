/**
 * The names of block files, such as `blocks-0007-of-0128.4096.json`.
 *
 * @module
 */
import type { SerializerName } from "../../../codec/codec.ts";
import { fileName, filesIn, type FoundFile, parseFileName } from "../file_name.ts";

/** The parts of a block file's name. */
export interface BlockFileName {
  readonly file: number;
  readonly files: number;
  readonly blockBytes: number;
  readonly serializer: SerializerName;
  /** Whether it is an incomplete file. */
  readonly temporary: boolean;
}

/** A block file in a directory. */
export interface FoundBlockFile extends FoundFile, BlockFileName {}

const STEM = "blocks";

export function blockFileName({ file, files, blockBytes, serializer }: Omit<BlockFileName, "temporary">): string {
  return fileName(STEM, { index: file, count: files, which: String(blockBytes), serializer });
}

/** Parses a name made by {@linkcode blockFileName}, or that of its temporary file; `undefined` for any other. */
export function parseBlockFileName(name: string): BlockFileName | undefined {
  const parsed = parseFileName(STEM, name);
  if (parsed === undefined || !/^\d+$/.test(parsed.which)) return undefined;
  const { index: file, count: files, which, serializer, temporary } = parsed;
  const blockBytes = Number(which);
  return String(blockBytes) === which ? { file, files, blockBytes, serializer, temporary } : undefined;
}

/** Those of the names that block files have, in order. */
export function blockFilesIn(directory: string, names: readonly string[]): FoundBlockFile[] {
  return filesIn(directory, names, parseBlockFileName);
}
