/**
 * What the threads share of each layout.
 *
 * @module
 */
import type { BlockTableHandle } from "./blocks/block_table.ts";
import type { ReplaceName } from "./layout_options.ts";
import type { LogEndsHandle } from "./log/log_ends.ts";
import type { PendingRecordsHandle } from "./log/pending_records.ts";
import type { ShardFilesHandle } from "./replace/shard_files.ts";

/** What the threads share of the snapshot layout. */
export interface SnapshotLayoutHandle {
  readonly kind: "snapshot";
  readonly replace: ReplaceName;
  readonly shardFiles: ShardFilesHandle;
}

/** What the threads share of the log layout. */
export interface LogLayoutHandle {
  readonly kind: "log";
  readonly logBytes: number;
  readonly pending: PendingRecordsHandle;
  readonly ends: LogEndsHandle;
}

/** What the threads share of the block layout. */
export interface BlocksLayoutHandle {
  readonly kind: "blocks";
  readonly blockBytes: number;
  readonly table: BlockTableHandle;
}

/** What the threads share of a layout; structured-cloneable. */
export type LayoutHandle = SnapshotLayoutHandle | BlocksLayoutHandle | LogLayoutHandle;
