/**
 * What is wrong with the mutants that forget deletes.
 *
 * @module
 */
import { rawBlockCodec } from "../../../lib/codec/block/raw_block.ts";
import { rawCodec } from "../../../lib/codec/raw.ts";
import { LogContent } from "../../../lib/persist/layout/log/log_content.ts";
import { LogLayout } from "../../../lib/persist/layout/log/log_layout.ts";
import { CommitPut } from "../../../lib/persist/policy/commit.ts";
import { WriteQueue } from "../../../lib/persist/write_queue.ts";
import { EntryTable } from "../../../lib/store/entry_table.ts";
import type { PaddedBytes } from "../../../lib/store/padded_bytes.ts";
import { nextEntry, type ShardView } from "../../../lib/store/shard.ts";
import { SharedStore } from "../../../lib/store/shared_store.ts";

/** Of load workers. */
export const DELETE_PATCHES = {
  "writes no record of a delete"() {
    const { deleteLocked } = SharedStore.prototype;
    // Versions go on as if nothing had been deleted, or the log would have a gap that shows.
    SharedStore.prototype.deleteLocked = function (shard, hash, key) {
      const entry = deleteLocked.call(this, shard, hash, key);
      if (entry !== 0) this.restoreVersion(shard, this.version(shard) - 1);
      return entry;
    };
    LogLayout.prototype.noteDelete = function (shard) {
      this.giveBackRoom(shard);
    };
  },
  "keeps a deleted key in its snapshot"() {
    let deleted: { shard: number; version: number; entry: Int32Array } | undefined;
    onDelete((store, shard, entry) => {
      deleted = { shard, version: store.version(shard) + 1, entry };
    });
    const { encode } = rawCodec;
    rawCodec.encode = (view, out) => {
      const isLast = deleted?.shard === view.shard && deleted.version === view.version;
      return encode(isLast ? { ...withEntry(view, deleted!.entry), count: view.count + 1 } : view, out);
    };
  },
  "keeps a deleted key in a block"() {
    let deleted: { shard: number; version: number; entry: Int32Array } | undefined;
    onDelete((store, shard, entry) => {
      deleted = { shard, version: store.version(shard) + 1, entry };
    });
    const { encode } = rawBlockCodec;
    rawBlockCodec.encode = (image, out, position, blockBytes) => {
      const isLast = deleted?.shard === image.shard && deleted.version === image.version;
      encode(isLast ? withEntry(image, deleted!.entry) : image, out, position, blockBytes);
      // In the first of the shard's blocks.
      if (isLast) deleted = undefined;
    };
  },
  "queues what was there before a delete"() {
    let isDelete = false;
    onDelete(() => isDelete = true);
    const { put } = WriteQueue.prototype;
    const queued = new Map<number, { bytes: Uint8Array; length: number }>();
    WriteQueue.prototype.put = function (item) {
      const before = isDelete ? queued.get(item.shard) : undefined;
      isDelete = false;
      if (before !== undefined) return put.call(this, { ...item, ...before });
      queued.set(item.shard, { bytes: item.bytes.slice(), length: item.length });
      put.call(this, item);
    };
  },
  "acknowledges a delete before it is written"() {
    let isDelete = false;
    onDelete(() => isDelete = true);
    const { applied, acknowledge } = CommitPut.prototype;
    let held: number | undefined;
    CommitPut.prototype.acknowledge = function (shard) {
      if (held !== undefined) {
        applied.call(this, held);
        acknowledge.call(this, held);
        // So that it waits for this shard's version again.
        applied.call(this, shard);
      }
      held = isDelete ? shard : undefined;
      isDelete = false;
      if (held === undefined) acknowledge.call(this, shard);
    };
  },
} as const;

/** Calls this with the entry of each key just before it is deleted. */
function onDelete(call: (store: SharedStore, shard: number, entry: Int32Array) => void): void {
  const { deleteLocked } = SharedStore.prototype;
  SharedStore.prototype.deleteLocked = function (shard, hash, key) {
    const entry = entryOf(this.viewShard(shard), key);
    if (entry !== undefined) call(this, shard, entry);
    return deleteLocked.call(this, shard, hash, key);
  };
}

/** A copy of a key's entry. */
function entryOf({ words, start, end }: ShardView, key: PaddedBytes): Int32Array | undefined {
  const keyWords = key.words.subarray(0, (key.length + 3) >> 2);
  for (let entry = start, next = entry; entry < end; entry = next) {
    next = nextEntry(words, entry);
    const isKey = words[entry] === key.length && keyWords.every((word, at) => words[entry + 3 + at] === word);
    if (isKey) return words.slice(entry, next);
  }
  return undefined;
}

/** A copy of a shard, or of a page of it, that has one entry more. */
function withEntry<T extends Pick<ShardView, "words" | "bytes" | "start" | "end">>(view: T, entry: Int32Array): T {
  const length = view.end - view.start;
  const words = new Int32Array(new SharedArrayBuffer(4 * (length + entry.length)));
  words.set(view.words.subarray(view.start, view.end));
  words.set(entry, length);
  return { ...view, words, bytes: new DataView(words.buffer), start: 0, end: words.length };
}

/** What may be wrong with how logs are replayed. */
export const WRONG_REPLAYS = [
  /** Passes over the deletes in the segments after a checkpoint. */
  "replays no delete after a checkpoint",
  /** Passes over the deletes in all logs but the first. */
  "replays the deletes of the first log alone",
] as const;

/** Has this process replay logs wrongly while something is done: records of deletes count, but remove nothing. */
export async function replayingWrongly<T>(what: typeof WRONG_REPLAYS[number], act: () => Promise<T>): Promise<T> {
  const { apply, readSnapshot } = LogContent.prototype;
  const { delete: remove } = EntryTable.prototype;
  const checkpointed = new WeakSet<LogContent>();
  LogContent.prototype.readSnapshot = function (index, bytes) {
    checkpointed.add(this);
    readSnapshot.call(this, index, bytes);
  };
  LogContent.prototype.apply = function (record) {
    const isFirst = this.tables[0]?.shard === 0;
    const isWrong = what === "replays no delete after a checkpoint" ? checkpointed.has(this) : !isFirst;
    EntryTable.prototype.delete = isWrong ? () => false : remove;
    return apply.call(this, record);
  };
  try {
    return await act();
  } finally {
    Object.assign(LogContent.prototype, { apply, readSnapshot });
    EntryTable.prototype.delete = remove;
  }
}
