/**
 * How a thread attaches to a layout.
 *
 * @module
 */
import { BLOCK_CODECS } from "../../codec/block/block_codecs.ts";
import { pageWordsOf } from "../../codec/block/block_image.ts";
import { CODECS } from "../../codec/codecs.ts";
import { RECORD_CODECS } from "../../codec/record/record_codecs.ts";
import type { SharedStore } from "../../store/shared_store.ts";
import type { FileLocks } from "../file_locks.ts";
import type { PersistenceHandle } from "../persistence_handle.ts";
import { shardFileName, type Side } from "../shard_file.ts";
import type { WriterMeter } from "../write_meter.ts";
import { BlockFiles } from "./blocks/block_files.ts";
import { BlockLayout } from "./blocks/block_layout.ts";
import { BlockTable } from "./blocks/block_table.ts";
import type { Layout } from "./layout.ts";
import type { BlocksLayoutHandle, LogLayoutHandle, SnapshotLayoutHandle } from "./layout_handle.ts";
import { CheckpointWriter } from "./log/checkpoint_writer.ts";
import { LogEnds } from "./log/log_ends.ts";
import { LogLayout } from "./log/log_layout.ts";
import { PendingRecords } from "./log/pending_records.ts";
import { segmentBytesFor, SegmentFiles } from "./log/segment_files.ts";
import { AlternateReplacement } from "./replace/alternate.ts";
import { InPlaceReplacement } from "./replace/in_place.ts";
import { RenameReplacement } from "./replace/rename.ts";
import type { Replacement } from "./replace/replacement.ts";
import { ShardFiles } from "./replace/shard_files.ts";
import { SnapshotLayout } from "./snapshot_layout.ts";

/** What a layout works with, besides its handle. */
export interface LayoutContext {
  readonly store: SharedStore;
  readonly locks: FileLocks;
  readonly meter: WriterMeter;
}

/** A thread's own view of the layout. */
export function attachLayout(handle: PersistenceHandle, context: LayoutContext): Layout {
  const { layout } = handle;
  switch (layout.kind) {
    case "snapshot": {
      const { store, meter } = context;
      const replacement = createReplacement(handle, layout);
      return new SnapshotLayout({ store, codec: CODECS[handle.serializer], replacement, meter });
    }
    case "blocks":
      return createBlockLayout(handle, layout, context);
    case "log":
      return createLogLayout(handle, layout, context);
  }
}

function createBlockLayout(
  { directory, serializer, sync, openFilesMax }: PersistenceHandle,
  layout: BlocksLayoutHandle,
  context: LayoutContext,
): BlockLayout {
  const { blockBytes } = layout;
  const { meter } = context;
  const table = BlockTable.attach(layout.table);
  const files = new BlockFiles({ directory, serializer, sync, openFilesMax, blockBytes, table, meter });
  const codec = BLOCK_CODECS[serializer];
  return new BlockLayout({ ...context, codec, table, files, blockBytes, pageWords: pageWordsOf(blockBytes), sync });
}

function createLogLayout(
  { directory, serializer, sync, openFilesMax, shardsPerFile, policy }: PersistenceHandle,
  layout: LogLayoutHandle,
  { store, locks, meter }: LayoutContext,
): LogLayout {
  const { shards } = store.size;
  const { logBytes } = layout;
  const logs = shards / shardsPerFile;
  const ends = LogEnds.attach(layout.ends);
  const common = { directory, logs, sync, ends, meter, store, locks, shardsPerLog: shardsPerFile };
  const segments = new SegmentFiles({
    ...common,
    shards,
    serializer,
    openFilesMax,
    segmentBytes: segmentBytesFor(logBytes),
  });
  const checkpoints = new CheckpointWriter({
    ...common,
    codec: CODECS[serializer],
    segments,
    logBytes,
    lockHoldersWait: policy.kind === "asynchronous",
  });
  const pending = PendingRecords.attach(layout.pending);
  return new LogLayout({ ...common, codec: RECORD_CODECS[serializer], pending, segments, checkpoints });
}

function createReplacement(handle: PersistenceHandle, layout: SnapshotLayoutHandle): Replacement {
  const { directory, sync, openFilesMax, policy } = handle;
  const shardFiles = ShardFiles.attach(layout.shardFiles);
  switch (layout.replace) {
    case "rename": {
      const durableAtOnce = policy.kind === "commit";
      return new RenameReplacement({ directory, sync, shardFiles, paths: shardPaths(handle), durableAtOnce });
    }
    case "in-place":
      return new InPlaceReplacement({ directory, sync, shardFiles, openFilesMax, paths: shardPaths(handle) });
    case "alternate": {
      const paths = { a: shardPaths(handle, "a"), b: shardPaths(handle, "b") };
      return new AlternateReplacement({ directory, sync, shardFiles, openFilesMax, paths });
    }
  }
}

function shardPaths({ directory, serializer, store }: PersistenceHandle, side?: Side): string[] {
  const { shards } = store.size;
  return Array.from({ length: shards }, (_, shard) => `${directory}/${shardFileName(shard, shards, serializer, side)}`);
}
