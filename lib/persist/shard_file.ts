/**
 * The names of shard files.
 *
 * @module
 */
import { SERIALIZER_NAMES, type SerializerName } from "../codec/codec.ts";

/** One of the two files that a shard has when its snapshots alternate between them. */
export type Side = "a" | "b";

/** The other of a shard's two files. */
export function otherSide(side: Side): Side {
  return side === "a" ? "b" : "a";
}

/** The parts of a shard file's name. */
export interface ShardFileName {
  readonly shard: number;
  readonly shards: number;
  readonly serializer: SerializerName;
  /** Which of two files it is; absent for a shard's only one. */
  readonly side?: Side;
  /** Whether it is a replacement's temporary file. */
  readonly temporary: boolean;
}

/** A shard file in a directory. */
export interface FoundShardFile {
  readonly path: string;
  readonly shard: number;
  /** Which of two files it is; absent for a shard's only one. */
  readonly side?: Side;
}

/** Suffix of the temporary file that a replacement renames over the real one. */
export const TEMPORARY_SUFFIX = ".tmp";

/** Separates a damaged file's name from the time at which it was set aside. */
export const SET_ASIDE_INFIX = ".corrupt-";

const DIGITS = 4;
const NAME_PATTERN = new RegExp(
  `^shard-(\\d{${DIGITS},})-of-(\\d{${DIGITS},})(?:\\.([ab]))?\\.(${SERIALIZER_NAMES.join("|")})(\\.tmp)?$`,
);

/** The name of a shard's file, such as `shard-0007-of-0120.json`, or `shard-0007-of-0120.a.json` for one of two. */
export function shardFileName(shard: number, shards: number, serializer: SerializerName, side?: Side): string {
  return `shard-${digits(shard)}-of-${digits(shards)}${side === undefined ? "" : `.${side}`}.${serializer}`;
}

/** Parses a name made by {@linkcode shardFileName}, or that of its temporary file; `undefined` for any other. */
export function parseShardFileName(name: string): ShardFileName | undefined {
  const match = NAME_PATTERN.exec(name);
  if (match === null) return undefined;
  const shard = Number(match[1]);
  const shards = Number(match[2]);
  const side = match[3] as Side | undefined;
  const serializer = match[4] as SerializerName;
  const temporary = match[5] !== undefined;
  const canonical = shardFileName(shard, shards, serializer, side) + (temporary ? TEMPORARY_SUFFIX : "");
  if (canonical !== name || shard >= shards) return undefined;
  return { shard, shards, serializer, temporary, ...(side === undefined ? {} : { side }) };
}

/** Those of the names that shard files have, in order, each shard's by name; a shard that alternates has up to two. */
export function shardFilesIn(
  directory: string,
  names: readonly string[],
): (FoundShardFile & { readonly name: string; readonly temporary: boolean })[] {
  return names.toSorted().flatMap((name) => {
    const parsed = parseShardFileName(name);
    if (parsed === undefined) return [];
    const { shard, side, temporary } = parsed;
    return [{ path: `${directory}/${name}`, name, shard, temporary, ...(side === undefined ? {} : { side }) }];
  }).sort((a, b) => a.shard - b.shard);
}

function digits(value: number): string {
  return String(value).padStart(DIGITS, "0");
}
