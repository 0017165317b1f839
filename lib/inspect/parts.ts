/**
 * Reads the parts of a directory, whatever its layout.
 *
 * @module
 */
import { blockParts } from "./block_parts.ts";
import { logParts } from "./log_parts.ts";
import type { Part } from "./part.ts";
import { shardParts } from "./shard_parts.ts";
import type { StoredDirectory } from "./stored_directory.ts";

/** Reads one part after another, in ascending order. */
export function partsOf(directory: StoredDirectory): Iterable<Part> {
  switch (directory.kind.layout) {
    case "snapshot":
      return shardParts(directory);
    case "blocks":
      return blockParts(directory);
    case "log":
      return logParts(directory);
  }
}
