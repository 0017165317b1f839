/**
 * Schedules of the log's pending records: notes, takes, and the list of free chunks.
 *
 * @module
 */
import { PendingRecords } from "../../../lib/persist/layout/log/pending_records.ts";
import { NO_VALUE, recordWords, RUN_EXCESS_BYTES } from "../../../lib/codec/record/record_codec.ts";
import { hashKey } from "../../../lib/store/hash.ts";
import { PaddedBytes } from "../../../lib/store/padded_bytes.ts";
import { SharedStore } from "../../../lib/store/shared_store.ts";
import { Abort } from "../../../lib/sync/abort.ts";
import { LINE_BYTES } from "../../../lib/sync/layout.ts";
import { lock, unlock } from "../../../lib/sync/mutex.ts";
import { expect, scenario, type Scenarios } from "../scenario.ts";

/** Two of these records fill a chunk. */
const VALUE_BYTES = 8;
const CHUNK_BYTES = 64;
const CHUNK_RECORDS = 2;

// Words: for each shard a lock, and the version taken last.
const SHARDS = 0;
const SHARD_WORDS = 2;
const TAKE_LOCK = 0;
const TAKEN = 1;

function create(shards: number, chunks: number, hasDeletes: boolean) {
  const abort = Abort.create({ tickMs: Infinity });
  const size = { shards, entriesPerShard: 2, arenaWordsPerShard: 20 };
  // Smaller than what a run would create, so that few records fill the chunks.
  const buffer = new SharedArrayBuffer((1 + shards) * LINE_BYTES + chunks * CHUNK_BYTES + RUN_EXCESS_BYTES);
  const pending = { buffer, shards, chunkBytes: CHUNK_BYTES, chunks, abort: abort.handle() };
  const store = SharedStore.create(size, abort).handle();
  const words = new Int32Array(new SharedArrayBuffer(4 * SHARD_WORDS * shards));
  return { store, pending, abort: abort.handle(), words, hasDeletes };
}

type State = ReturnType<typeof create>;

/** A key of each shard. */
function keysOf(store: SharedStore): PaddedBytes[] {
  const keys: PaddedBytes[] = [];
  for (let i = 0; keys.filter(Boolean).length < store.size.shards; i++) {
    const key = PaddedBytes.of(`k${i}`);
    keys[store.shardOf(hashKey(key.words, key.length))] = key;
  }
  return keys;
}

/** What a value consists of. */
function byteOf(shard: number, version: number): number {
  return 16 * (shard + 1) + version;
}

/** Whether the write that makes this version of a shard is a delete, where some are. */
function isDelete(version: number): boolean {
  return version % 2 === 0;
}

/** Deletes the one key of a shard, which is there; returns false when there is no room to note that. */
function remove(store: SharedStore, pending: PendingRecords, shard: number, key: PaddedBytes): boolean {
  store.lockShard(shard);
  try {
    if (!pending.hasRoom(shard, key.length, 0, store)) return false;
    const entry = store.deleteLocked(shard, hashKey(key.words, key.length), key);
    expect("whether the key is there", entry > 0, true);
    pending.noteDelete(shard, store.words, entry);
    return true;
  } finally {
    store.unlockShard(shard);
  }
}

/** Each put's value says its shard and its version; returns false when there is no room for it. */
function put(store: SharedStore, pending: PendingRecords, shard: number, key: PaddedBytes): boolean {
  store.lockShard(shard);
  try {
    if (!pending.hasRoom(shard, key.length, VALUE_BYTES, store)) return false;
    const value = new PaddedBytes(VALUE_BYTES);
    value.bytes.fill(byteOf(shard, store.version(shard) + 1));
    value.end(VALUE_BYTES);
    const entry = store.putLocked(shard, hashKey(key.words, key.length), key, value);
    expect("whether the store has room", entry > 0, true);
    pending.note(shard, store.words, entry);
    return true;
  } finally {
    store.unlockShard(shard);
  }
}

/**
 * Detaches what is there, checks that it comes in order and is whole, and frees it, all of it under a lock of the
 * shard's own, as takes are under their file's.
 */
function take(
  { words, abort, hasDeletes }: State,
  store: SharedStore,
  pending: PendingRecords,
  shard: number,
  keyLength: number,
): void {
  const row = SHARDS + shard * SHARD_WORDS;
  lock(words, row + TAKE_LOCK, Abort.attach(abort));
  store.lockShard(shard);
  const head = pending.detach(shard);
  store.unlockShard(shard);
  let tail = 0;
  for (let chunk = head; chunk !== 0; tail = chunk, chunk = pending.next(chunk)) {
    expect("a chunk's version", pending.version(chunk), words[row + TAKEN]! + 1);
    let end = pending.start(chunk);
    while (end < pending.end(chunk)) {
      const version = ++words[row + TAKEN]!;
      if (hasDeletes && isDelete(version)) {
        expect("the length of the value of a delete", pending.words[end + 1], NO_VALUE);
        end += recordWords(keyLength, 0);
        continue;
      }
      end += recordWords(keyLength, VALUE_BYTES);
      const word = byteOf(shard, version) * 0x01010101;
      expect("a value's last word", pending.words[end - 1], word);
      expect("a value's first word", pending.words[end - VALUE_BYTES / 4], word);
    }
    expect("where a chunk's records end", end, pending.end(chunk));
  }
  if (head !== 0) pending.free(head, tail);
  unlock(words, row + TAKE_LOCK);
}

/** Each of the first workers puts to one shard, or puts and deletes in turn; the last ones take from one each. */
function load(writers: number, takers: number, puts: number, chunks: number, hasDeletes = false) {
  return scenario({
    workers: writers + takers,
    create: () => create(writers, chunks, hasDeletes),
    run(state, worker) {
      const store = SharedStore.attach(state.store);
      const pending = PendingRecords.attach(state.pending);
      const keys = keysOf(store);
      if (worker < writers) {
        const key = keys[worker]!;
        for (let version = 1; version <= puts; version++) {
          const write = hasDeletes && isDelete(version) ? remove : put;
          // Without room, the writer takes what there is itself, as a thread does under some policies.
          while (!write(store, pending, worker, key)) take(state, store, pending, worker, key.length);
        }
      } else {
        for (let shard = worker - writers; shard < writers; shard += takers) {
          take(state, store, pending, shard, keys[shard]!.length);
        }
      }
    },
    check(state) {
      const store = SharedStore.attach(state.store);
      const pending = PendingRecords.attach(state.pending);
      for (const [shard, { length }] of keysOf(store).entries()) {
        take(state, store, pending, shard, length);
        expect("the version taken last", state.words[SHARDS + shard * SHARD_WORDS + TAKEN], puts);
      }
      // Every chunk is free now.
      let records = 0;
      while (put(store, pending, 0, keysOf(store)[0]!)) records++;
      expect("the number of records that there is room for", records, chunks * CHUNK_RECORDS);
    },
  });
}

export const SCENARIOS: Scenarios = {
  "two put, nobody else takes": load(2, 0, 3, 4),
  "one puts, one takes": load(1, 1, 3, 2),
  "two put, one takes": load(2, 1, 4, 3),
  "three put, one takes": load(3, 1, 3, 5),
  "two put and delete, nobody else takes": load(2, 0, 4, 3, true),
  "one puts and deletes, one takes": load(1, 1, 5, 2, true),
};
