/**
 * The names of shard files, such as `shard-0007-of-0120.json`, or `shard-0007-of-0120.a.json` for one of two.
 *
 * @module
 */
import type { SerializerName } from "../../../codec/codec.ts";
import { fileName, filesIn, type FoundFile, parseFileName } from "../file_name.ts";

/** One of the two files that a shard has when its snapshots alternate between them. */
export type Side = "a" | "b";

/** A shard's files by their number: its only one, and the two that alternate. */
export const SIDES: readonly (Side | undefined)[] = [undefined, "a", "b"];

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
export interface FoundShardFile extends FoundFile, Pick<ShardFileName, "shard" | "side" | "temporary"> {}

const STEM = "shard";

export function shardFileName(shard: number, shards: number, serializer: SerializerName, side?: Side): string {
  return fileName(STEM, { index: shard, count: shards, which: side ?? "", serializer });
}

/** Parses a name made by {@linkcode shardFileName}, or that of its temporary file; `undefined` for any other. */
export function parseShardFileName(name: string): ShardFileName | undefined {
  const parsed = parseFileName(STEM, name);
  if (parsed === undefined) return undefined;
  const { index: shard, count: shards, which, serializer, temporary } = parsed;
  if (which === "") return { shard, shards, serializer, temporary };
  return which === "a" || which === "b" ? { shard, shards, serializer, temporary, side: which } : undefined;
}

/** Those of the names that shard files have, in order, each shard's by name; a shard that alternates has up to two. */
export function shardFilesIn(directory: string, names: readonly string[]): FoundShardFile[] {
  return filesIn(directory, names, parseShardFileName).sort((a, b) => a.shard - b.shard);
}
