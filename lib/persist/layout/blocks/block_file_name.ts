/**
 * The names of block files, such as `blocks-0007-of-0128.4096.json`.
 *
 * @module
 */
import { SERIALIZER_NAMES, type SerializerName } from "../../../codec/codec.ts";
import { TEMPORARY_SUFFIX } from "../../shard_file.ts";

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
export interface FoundBlockFile extends BlockFileName {
  readonly path: string;
  readonly name: string;
}

const DIGITS = 4;
const NAME_PATTERN = new RegExp(
  `^blocks-(\\d{${DIGITS},})-of-(\\d{${DIGITS},})\\.(\\d+)\\.(${SERIALIZER_NAMES.join("|")})(\\.tmp)?$`,
);

export function blockFileName({ file, files, blockBytes, serializer }: Omit<BlockFileName, "temporary">): string {
  return `blocks-${digits(file)}-of-${digits(files)}.${blockBytes}.${serializer}`;
}

/** Parses a name made by {@linkcode blockFileName}, or that of its temporary file; `undefined` for any other. */
export function parseBlockFileName(name: string): BlockFileName | undefined {
  const match = NAME_PATTERN.exec(name);
  if (match === null) return undefined;
  const found = {
    file: Number(match[1]),
    files: Number(match[2]),
    blockBytes: Number(match[3]),
    serializer: match[4] as SerializerName,
    temporary: match[5] !== undefined,
  };
  const canonical = blockFileName(found) + (found.temporary ? TEMPORARY_SUFFIX : "");
  return canonical === name && found.file < found.files ? found : undefined;
}

/** Those of the names that block files have, in order. */
export function blockFilesIn(directory: string, names: readonly string[]): FoundBlockFile[] {
  return names.toSorted().flatMap((name) => {
    const parsed = parseBlockFileName(name);
    return parsed === undefined ? [] : [{ ...parsed, name, path: `${directory}/${name}` }];
  });
}

function digits(value: number): string {
  return String(value).padStart(DIGITS, "0");
}
