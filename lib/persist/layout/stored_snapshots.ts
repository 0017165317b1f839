/**
 * Opens a directory of the snapshot layout.
 *
 * @module
 */
import type { Codec } from "../../codec/codec.ts";
import type { ShardDirectory } from "../directory.ts";
import { loadDirectory, makeLoadedDurable, surveyDirectory } from "../loader.ts";
import type { SyncName } from "../policy.ts";
import type { SnapshotLayoutOptions } from "./layout_options.ts";
import { ShardFiles } from "./replace/shard_files.ts";
import type { StoredState } from "./stored_state.ts";

/**
 * Surveys a directory of snapshots, sets damaged files aside and mends torn ones.
 *
 * @throws {PersistError} when a damaged file cannot be set aside or a torn one mended, or the process lacks the resources to read a file
 */
export async function openSnapshots(
  directory: ShardDirectory,
  options: { codec: Codec; shards: number; sync: SyncName; layout: SnapshotLayoutOptions },
): Promise<StoredState> {
  const { codec, shards, sync, layout: { kind, replace } } = options;
  const survey = await surveyDirectory(directory, { codec, shards });
  const { entries, entriesPerShardMax, arenaWordsPerShardMax, setAside, torn, files } = survey;
  return {
    filesLoaded: files.length,
    entries,
    entriesPerShardMax,
    arenaWordsPerShardMax,
    setAside,
    torn,
    async load({ store, ledger }) {
      await loadDirectory(survey, { codec, store, ledger });
      if (sync !== "none") await makeLoadedDurable(survey, { directory, ledger });
      const shardFiles = ShardFiles.create(shards);
      for (const { shard, side } of files) shardFiles.setNewest(shard, side);
      return { kind, replace, shardFiles: shardFiles.handle() };
    },
  };
}
