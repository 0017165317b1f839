/**
 * The snapshot layout: a write writes the whole shard, to the shard's own file.
 *
 * @module
 */
import { CODECS } from "../../../codec/codecs.ts";
import type { PersistenceHandle } from "../../persistence_handle.ts";
import { isSynced, type SyncName } from "../../durability.ts";
import { policyOf } from "../../policy/policies.ts";
import type { PolicyKind } from "../../policy/policy_module.ts";
import {
  type FoundShardFile,
  parseShardFileName,
  shardFileName,
  shardFilesIn,
  type Side,
  SIDES,
} from "./shard_file_name.ts";
import type {
  GoneFile,
  HeldDirectory,
  LayoutKind,
  LayoutModule,
  OpenOptions,
  ReadDirectory,
  StoredState,
  StoreKind,
} from "../layout_module.ts";
import { AlternateReplacement, InPlaceReplacement } from "./overwriting.ts";
import { RenameReplacement } from "./rename.ts";
import type { Replacement, ReplaceName } from "./replacement.ts";
import { ShardFiles, type ShardFilesHandle } from "./shard_files.ts";
import { SnapshotLayout } from "./snapshot_layout.ts";
import type { LayoutHandle } from "../layout.ts";
import { judgeShard, loadDirectory, makeLoadedDurable, readSnapshot, surveyDirectory } from "./loader.ts";
import type { SnapshotReader } from "../../../codec/snapshot_reader.ts";
import { PersistError } from "../../../system/persist_error.ts";
import {
  entryOf,
  type ExportEntry,
  inPieces,
  type InspectedFile,
  type Part,
  type PartContent,
  sizeOf,
} from "../part.ts";

/** Options of the snapshot layout. */
export interface SnapshotOptions extends LayoutKind {
  readonly kind: "snapshot";
  readonly replace: ReplaceName;
}

/** What the threads share of the snapshot layout. */
export interface SnapshotHandle extends LayoutHandle {
  readonly kind: "snapshot";
  readonly replace: ReplaceName;
  readonly shardFiles: ShardFilesHandle;
}

export const SNAPSHOT: LayoutModule<SnapshotOptions, SnapshotHandle> = {
  part: "shard",
  about: "the whole shard, to a file of its own",
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

/** A shard's mark: a bit for each of its files, by their numbers. None is ever removed. */
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

/**
 * Surveys a directory of snapshots, sets damaged files aside and mends torn ones.
 *
 * @throws {PersistError} when a damaged file cannot be set aside or a torn one mended, or the process lacks the
 * resources to read a file
 */
async function openSnapshots(
  directory: HeldDirectory,
  { serializer, shards, sync, layout: { kind, replace } }: OpenOptions<SnapshotOptions>,
): Promise<StoredState> {
  const codec = CODECS[serializer];
  const survey = await surveyDirectory(directory, { codec, shards });
  const { entries, entriesPerShardMax, arenaWordsPerShardMax, setAside, torn, files } = survey;
  return {
    filesLoaded: files.length,
    entries,
    entriesPerShardMax,
    arenaWordsPerShardMax,
    setAside,
    torn,
    async load({ store, ledger }): Promise<SnapshotHandle> {
      await loadDirectory(survey, { codec, store, ledger });
      if (isSynced(sync)) await makeLoadedDurable(survey, { directory, ledger });
      const shardFiles = ShardFiles.create(shards);
      for (const { shard, side } of files) shardFiles.setNewest(shard, side);
      return { kind, replace, shardFiles: shardFiles.handle() };
    },
  };
}

/** A shard file of any kind. */
type StoredFile = ReturnType<typeof shardFilesIn>[number];

/** Reads the shards one by one, so that only one file is in memory at a time. */
function* snapshotParts({ path, names, kind }: ReadDirectory): Generator<Part> {
  const filesByShard = Map.groupBy(shardFilesIn(path, names), ({ shard }) => shard);
  for (let shard = 0; shard < kind.files; shard++) yield readPart(shard, filesByShard.get(shard) ?? [], kind);
}

function readPart(index: number, found: readonly StoredFile[], kind: StoreKind): Part {
  const { serializer, files: shards } = kind;
  const judged = judgeShard(found.filter(({ temporary }) => !temporary), { codec: CODECS[serializer], shards });
  const files = found.map((file): InspectedFile => {
    const common = { name: file.name, path: file.path, bytes: sizeOf(file.path) };
    const one = judged.find((one) => one.file === file);
    if (one === undefined) return { ...common, health: "temporary" };
    if ("reason" in one) return { ...common, health: one.health, reason: one.reason };
    const { health, content: { version, entries } } = one;
    return { ...common, health, version, entries };
  });
  const newest = judged.find(({ health }) => health === "sound");
  if (newest?.health !== "sound") return { index, files, version: 0, entries: 0, isUnreadable: judged.length > 0 };
  const { file, content: { version, entries } } = newest;
  return { index, files, version, entries, isUnreadable: false, read: () => readContent(file, kind) };
}

function readContent(file: FoundShardFile, { serializer, files: shards }: StoreKind): PartContent {
  try {
    const reader = readSnapshot(file, { codec: CODECS[serializer], shards });
    const { version, count } = reader.head;
    return { version, count, entries: () => inPieces(entriesOf(reader)) };
  } catch (error) {
    throw new PersistError("export", file.path, error);
  }
}

function* entriesOf(reader: SnapshotReader): Generator<ExportEntry> {
  while (reader.next()) yield entryOf(reader.key, reader.value);
}
