/**
 * The mutants that are the right kvlab but for one method: importing this module replaces it, in the worker whose name
 * is the mutant's.
 *
 * @module
 */
import { CheckpointFile } from "../../../lib/persist/layout/log/checkpoint_file.ts";
import { LogEnds } from "../../../lib/persist/layout/log/log_ends.ts";
import { parseLogFileName } from "../../../lib/persist/layout/log/log_file_name.ts";
import { CommitPut } from "../../../lib/persist/policy/commit.ts";
import { nextEntry, type ShardView } from "../../../lib/store/shard.ts";
import { ShardCopy } from "../../../lib/store/shard_copy.ts";
import { BLOCK_PATCHES } from "./block_patches.ts";
import { DELETE_PATCHES } from "./delete_patches.ts";
import { isMutant, PATCHED_FILE_WORKERS, PATCHED_LOAD_WORKERS } from "./mutants.ts";
import { POWER_PATCHES } from "./power_patches.ts";

type Patched = typeof PATCHED_FILE_WORKERS[number] | typeof PATCHED_LOAD_WORKERS[number];

const PATCHES: Record<Patched, () => void> = {
  ...BLOCK_PATCHES,
  ...DELETE_PATCHES,
  ...POWER_PATCHES,
  "loses a record between two segments"() {
    const { open, advance } = LogEnds.prototype;
    const opened = new Set<number>();
    LogEnds.prototype.open = function (log, segment, headerBytes, syncedBytes) {
      opened.add(log);
      open.call(this, log, segment, headerBytes, syncedBytes);
    };
    // What is written first into a segment is overwritten by what comes next.
    LogEnds.prototype.advance = function (log, bytes) {
      if (!opened.delete(log)) advance.call(this, log, bytes);
    };
  },
  "drops a checkpoint's tail"() {
    const { copy } = ShardCopy.prototype;
    ShardCopy.prototype.copy = function (view) {
      copy.call(this, withoutLastEntry(view));
    };
  },
  "removes segments before their checkpoint is there"() {
    const { append } = CheckpointFile.prototype;
    CheckpointFile.prototype.append = function (snapshot) {
      removeSegmentsBefore(this.path);
      append.call(this, snapshot);
    };
  },
  "acknowledges before the write"() {
    const { applied, acknowledge } = CommitPut.prototype;
    let before: number | undefined;
    // Each put is written when the next one is to be acknowledged.
    CommitPut.prototype.acknowledge = function (shard) {
      if (before !== undefined) {
        // So that it waits for that shard's version, not for this one's.
        applied.call(this, before);
        acknowledge.call(this, before);
      }
      before = shard;
    };
  },
};

function withoutLastEntry(view: ShardView): ShardView {
  let last = -1;
  for (let entry = view.start; entry < view.end; entry = nextEntry(view.words, entry)) {
    if (view.words[entry]! >= 0) last = entry;
  }
  return last < 0 ? view : { ...view, count: view.count - 1, end: last };
}

function removeSegmentsBefore(checkpoint: string): void {
  const end = checkpoint.lastIndexOf("/");
  const directory = checkpoint.slice(0, end);
  const wanted = parseLogFileName(checkpoint.slice(end + 1));
  for (const { name } of Deno.readDirSync(directory)) {
    const found = parseLogFileName(name);
    if (found === undefined || wanted === undefined || found.temporary || found.isCheckpoint) continue;
    if (found.log === wanted.log && found.segment < wanted.segment) Deno.truncateSync(`${directory}/${name}`, 0);
  }
}

const { name } = globalThis as unknown as { name: string };
if (!isMutant([...PATCHED_FILE_WORKERS, ...PATCHED_LOAD_WORKERS], name)) {
  throw new Error(`Cannot be wrong: there is no mutant ${JSON.stringify(name)}`);
}
PATCHES[name]();
