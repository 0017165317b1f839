/**
 * Which layouts there are, and how a thread comes by its view of one.
 *
 * @module
 */
import { CODECS } from "../../codec/codecs.ts";
import type { SharedStore } from "../../store/shared_store.ts";
import type { FileLocks } from "../file_locks.ts";
import type { PersistenceHandle } from "../persistence.ts";
import { shardFileName, type Side } from "../shard_file.ts";
import type { WriterMeter } from "../write_meter.ts";
import type { Layout } from "./layout.ts";
import type { ReplaceName } from "./layout_options.ts";
import { AlternateReplacement } from "./replace/alternate.ts";
import { InPlaceReplacement } from "./replace/in_place.ts";
import { RenameReplacement } from "./replace/rename.ts";
import type { Replacement } from "./replace/replacement.ts";
import { ShardSides, type ShardSidesHandle } from "./replace/shard_sides.ts";
import { SnapshotLayout } from "./snapshot_layout.ts";

/** What the threads share of a layout; structured-cloneable. */
export type LayoutHandle = {
  readonly kind: "snapshot";
  readonly replace: ReplaceName;
  readonly sides: ShardSidesHandle;
};

/** What a layout works with, beside what its handle says. */
export interface LayoutContext {
  readonly store: SharedStore;
  readonly locks: FileLocks;
  readonly meter: WriterMeter;
}

/** A thread's own view of the layout. */
export function attachLayout(handle: PersistenceHandle, { store, meter }: LayoutContext): Layout {
  const codec = CODECS[handle.serializer];
  return new SnapshotLayout({ store, codec, replacement: createReplacement(handle), meter });
}

function createReplacement(handle: PersistenceHandle): Replacement {
  const { directory, sync, openFilesMax, policy, layout } = handle;
  switch (layout.replace) {
    case "rename": {
      const durableAtOnce = policy.kind === "commit";
      return new RenameReplacement({ directory, sync, paths: shardPaths(handle), durableAtOnce });
    }
    case "in-place":
      return new InPlaceReplacement({ directory, sync, openFilesMax, paths: shardPaths(handle) });
    case "alternate": {
      const paths = { a: shardPaths(handle, "a"), b: shardPaths(handle, "b") };
      const sides = ShardSides.attach(layout.sides);
      return new AlternateReplacement({ directory, sync, openFilesMax, paths, sides });
    }
  }
}

function shardPaths({ directory, serializer, store }: PersistenceHandle, side?: Side): string[] {
  const { shards } = store.size;
  return Array.from({ length: shards }, (_, shard) => `${directory}/${shardFileName(shard, shards, serializer, side)}`);
}
