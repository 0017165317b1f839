/**
 * The layouts as options: what a write writes.
 *
 * @module
 */

/** The names of the replacement strategies, in the order shown to users. */
export const REPLACE_NAMES = ["rename", "alternate", "in-place"] as const;

/** How a snapshot takes the place of the one before it. */
export type ReplaceName = typeof REPLACE_NAMES[number];

/** A write writes the whole shard, to a file of its own. */
export interface SnapshotLayoutOptions {
  readonly kind: "snapshot";
  readonly replace: ReplaceName;
}

/** A write appends a record for each put to the log that the put's shard belongs to. */
export interface LogLayoutOptions {
  readonly kind: "log";
  /** Bytes of records that a log may hold, or twice its checkpoint's, before a new checkpoint is due. */
  readonly logBytes: number;
  /** Bound on the bytes of records that are noted and not yet written. */
  readonly pendingBytes: number;
}

/** A write writes the blocks that have changed, each to one of two places of its own. */
export interface BlocksLayoutOptions {
  readonly kind: "blocks";
  /** A power of two. */
  readonly blockBytes: number;
}

/** What a write writes, and where it puts it. */
export type LayoutOptions = SnapshotLayoutOptions | BlocksLayoutOptions | LogLayoutOptions;

/** The names of the layouts, in the order shown to users. */
export const LAYOUT_NAMES = ["snapshot", "blocks", "log"] as const satisfies readonly LayoutOptions["kind"][];

/** Shards of a store that is persisted in logs or blocks: enough that one file is not one lock. */
const SHARDS_MIN = 256;

/**
 * How many shards each file holds: fixed by the layout and the number of files, so that a directory can be opened again.
 */
export function shardsPerFile({ kind }: Pick<LayoutOptions, "kind">, files: number): number {
  return kind === "snapshot" ? 1 : Math.ceil(SHARDS_MIN / files);
}
