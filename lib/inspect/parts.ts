/**
 * The parts of a directory, whatever its layout.
 *
 * @module
 */
import { logParts } from "./log_parts.ts";
import type { Part } from "./part.ts";
import { shardParts } from "./shard_parts.ts";
import type { StoredDirectory } from "./stored_directory.ts";

/** Reads one part after the other, in ascending order. */
export function partsOf(directory: StoredDirectory): Iterable<Part> {
  return directory.kind.layout === "log" ? logParts(directory) : shardParts(directory);
}
