/**
 * Opens a directory of the snapshot layout.
 *
 * @module
 */
import { CODECS } from "../../../codec/codecs.ts";
import type { LayoutHandle } from "../layout_handle.ts";
import type { HeldDirectory, LayoutKind, OpenOptions } from "../layout_module.ts";
import type { ReplaceName } from "../replace/replacement.ts";
import { ShardFiles, type ShardFilesHandle } from "../replace/shard_files.ts";
import type { StoredState } from "../stored_state.ts";
import { loadDirectory, makeLoadedDurable, surveyDirectory } from "./loader.ts";

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

/**
 * Surveys a directory of snapshots, sets damaged files aside and mends torn ones.
 *
 * @throws {PersistError} when a damaged file cannot be set aside or a torn one mended, or the process lacks the
 * resources to read a file
 */
export async function openSnapshots(
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
      if (sync !== "none") await makeLoadedDurable(survey, { directory, ledger });
      const shardFiles = ShardFiles.create(shards);
      for (const { shard, side } of files) shardFiles.setNewest(shard, side);
      return { kind, replace, shardFiles: shardFiles.handle() };
    },
  };
}
