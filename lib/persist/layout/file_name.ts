/**
 * The names of a store's files, whatever its layout: `STEM-NUMBER-of-COUNT.SERIALIZER`, such as
 * `shard-0007-of-0120.json`. What tells the files of one part from each other stands before the serializer, as in
 * `log-0007-of-0128.00000012.checkpoint.json`. A file that is not complete yet has the suffix of temporary files.
 *
 * @module
 */
import { SERIALIZER_NAMES, type SerializerName } from "../../codec/codec.ts";
import { TEMPORARY_SUFFIX } from "../../system/file_io.ts";

/** The parts of a file's name, besides its stem. */
export interface FileName {
  /** Which of the layout's parts the file belongs to, and how many there are. */
  readonly index: number;
  readonly count: number;
  /** What tells it from the other files of its part; empty if nothing does. */
  readonly which: string;
  readonly serializer: SerializerName;
}

const DIGITS = 4;
const NAME_PATTERN = new RegExp(
  `^([a-z]+)-(\\d{${DIGITS},})-of-(\\d{${DIGITS},})(?:\\.(.+))?\\.(${SERIALIZER_NAMES.join("|")})(\\.tmp)?$`,
);

export function fileName(stem: string, { index, count, which, serializer }: FileName): string {
  return `${stem}-${digits(index)}-of-${digits(count)}.${which === "" ? "" : `${which}.`}${serializer}`;
}

/** Parses a name made by {@linkcode fileName}, or that of its temporary file; `undefined` for any other. */
export function parseFileName(stem: string, name: string): FileName & { readonly temporary: boolean } | undefined {
  const match = NAME_PATTERN.exec(name);
  if (match === null) return undefined;
  const parsed = {
    index: Number(match[2]),
    count: Number(match[3]),
    which: match[4] ?? "",
    serializer: match[5] as SerializerName,
    temporary: match[6] !== undefined,
  };
  const canonical = fileName(stem, parsed) + (parsed.temporary ? TEMPORARY_SUFFIX : "");
  return canonical === name && parsed.index < parsed.count ? parsed : undefined;
}

/** A number with at least this many digits. */
export function digits(value: number, atLeast = DIGITS): string {
  return String(value).padStart(atLeast, "0");
}

/** A file in a directory. */
export interface FoundFile {
  readonly name: string;
  readonly path: string;
}

/** Those of the names that a layout's files have, in order, with what they say. */
export function filesIn<Parsed extends object>(
  directory: string,
  names: readonly string[],
  parse: (name: string) => Parsed | undefined,
): (Parsed & FoundFile)[] {
  return names.toSorted().flatMap((name) => {
    const parsed = parse(name);
    return parsed === undefined ? [] : [{ ...parsed, name, path: `${directory}/${name}` }];
  });
}
