/**
 * The snapshot layout: a write writes the whole shard, to the shard's own file.
 *
 * @module
 */
import { CODECS } from "../../../codec/codecs.ts";
import type { PersistenceHandle } from "../../persistence_handle.ts";
import type { SyncName } from "../../durability.ts";
import { policyOf } from "../../policy/policies.ts";
import type { PolicyKind } from "../../policy/policy_module.ts";
import { parseShardFileName, shardFileName, type Side } from "./shard_file_name.ts";
import type { GoneFile, LayoutModule } from "../layout_module.ts";
import { AlternateReplacement } from "../replace/alternate.ts";
import { InPlaceReplacement } from "../replace/in_place.ts";
import { RenameReplacement } from "../replace/rename.ts";
import type { Replacement } from "../replace/replacement.ts";
import { ShardFiles } from "../replace/shard_files.ts";
import { openSnapshots, type SnapshotHandle, type SnapshotOptions } from "./open_snapshots.ts";
import { SnapshotLayout } from "./snapshot_layout.ts";
import { snapshotParts } from "./snapshot_parts.ts";

export const SNAPSHOT: LayoutModule<SnapshotOptions, SnapshotHandle> = {
  part: "shard",
  hasSpares: true,
  insteadOf: { damaged: "another file of its shard is exported", torn: "another file of its shard is exported" },
  flag: "replace",
  optionsOf: ({ replace }) => ({ kind: "snapshot", replace }),
  shardsPerFile: () => 1,

  parseName(name) {
    const parsed = parseShardFileName(name);
    if (parsed === undefined) return undefined;
    const { shard, shards, serializer, temporary } = parsed;
    return { index: shard, files: shards, serializer, temporary };
  },

  names({ files, serializer }, index) {
    const nameOf = (side?: Side) => shardFileName(index, files, serializer, side);
    return [nameOf(), nameOf("a"), nameOf("b")];
  },

  markOf: sidesOf,
  goneFrom: goneFromShard,
  tears: ({ replace }) => replace === "in-place" ? "any-crash" : "nothing",
  losesWritten: ({ replace }, { sync, policy }) =>
    replace === "rename" && !syncsNames(sync, policy) ? "each file's last snapshot" : undefined,
  open: openSnapshots,

  attach(handle, layout, { store, meter }) {
    const replacement = createReplacement(handle, layout);
    return new SnapshotLayout({ store, codec: CODECS[handle.serializer], replacement, meter });
  },

  parts: snapshotParts,
};

/** A shard's files, each a bit of its mark: its only one, and the two that alternate. None is ever removed. */
const SIDES: readonly (Side | undefined)[] = [undefined, "a", "b"];

function sidesOf(names: readonly string[]): number {
  return names.reduce((mark, name) => {
    const parsed = parseShardFileName(name);
    return parsed === undefined || parsed.temporary ? mark : mark | 1 << SIDES.indexOf(parsed.side);
  }, 0);
}

function goneFromShard(names: readonly string[], mark: number): GoneFile | undefined {
  const parsed = parseShardFileName(names[0] ?? "");
  const gone = mark & ~sidesOf(names);
  if (parsed === undefined || gone === 0) return undefined;
  const side = SIDES.find((_, i) => (gone & 1 << i) !== 0);
  return { name: shardFileName(parsed.shard, parsed.shards, parsed.serializer, side) };
}

/**
 * Whether a snapshot that is renamed over the one before is not called synced before its name is: at level data, only
 * where puts wait for the device. Otherwise a power loss may bring back the one before, with whatever that lacks.
 */
function syncsNames(sync: SyncName, policy: PolicyKind): boolean {
  return sync === "full" || (sync === "data" && !policyOf(policy).acknowledgesAtOnce);
}

function createReplacement(handle: PersistenceHandle, layout: SnapshotHandle): Replacement {
  const { directory, sync, openFilesMax, policy } = handle;
  const shardFiles = ShardFiles.attach(layout.shardFiles);
  switch (layout.replace) {
    case "rename": {
      const parts = { directory, shardFiles, paths: shardPaths(handle) };
      return new RenameReplacement({ ...parts, sync, syncsNames: syncsNames(sync, policy) });
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
