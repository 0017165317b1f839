/**
 * Options of the layouts, which decide what a write writes.
 *
 * @module
 */

/** The names of the replacement strategies, in the order shown to users. */
export const REPLACE_NAMES = ["rename", "alternate", "in-place"] as const;

/** How a snapshot replaces the one before it. */
export type ReplaceName = typeof REPLACE_NAMES[number];

/** A write writes the whole shard, to the shard's own file. */
export interface SnapshotLayoutOptions {
  readonly kind: "snapshot";
  readonly replace: ReplaceName;
}

/** A write appends a record for each put to the log that the put's shard belongs to. */
export interface LogLayoutOptions {
  readonly kind: "log";
  /** A new checkpoint is due when a log holds more bytes of records than this and than twice its checkpoint's size. */
  readonly logBytes: number;
  /** Bound on the bytes of records that are noted but not yet written. */
  readonly pendingBytes: number;
}

/** A write writes the blocks that have changed, each to one of its two places. */
export interface BlocksLayoutOptions {
  readonly kind: "blocks";
  /** A power of two. */
  readonly blockBytes: number;
}

/** What a write writes, and where. */
export type LayoutOptions = SnapshotLayoutOptions | BlocksLayoutOptions | LogLayoutOptions;

/** The names of the layouts, in the order shown to users. */
export const LAYOUT_NAMES = ["snapshot", "blocks", "log"] as const satisfies readonly LayoutOptions["kind"][];

/** The fewest shards of a store in logs or blocks, so that even a single file has many locks. */
const SHARDS_MIN = 256;

/**
 * How many shards each file holds. Depends on the layout and the number of files alone, so that a directory can be
 * reopened.
 */
export function shardsPerFile({ kind }: Pick<LayoutOptions, "kind">, files: number): number {
  return kind === "snapshot" ? 1 : Math.ceil(SHARDS_MIN / files);
}
