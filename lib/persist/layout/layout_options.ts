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

/** What a write writes, and where it puts it. */
export type LayoutOptions = SnapshotLayoutOptions;
