/**
 * Tests of how much may be noted: what a delete that finds nothing gives back, and what a limit lets through.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { PendingRecords } from "../../../../lib/persist/layout/log/pending_records.ts";
import { SharedStore } from "../../../../lib/store/shared_store.ts";
import { Abort } from "../../../../lib/sync/abort.ts";

const SHARDS = 8;
const CHUNK_BYTES = 4096;

/** From word 1 on, an entry whose key and value have four bytes each. */
const ENTRY = new Int32Array(new SharedArrayBuffer(24));
ENTRY.set([0, 4, 4, 4, 1, 2]);

/** Room for so many chunks, which may be fewer than there are shards. */
function pendingOf(chunks: number) {
  const abort = Abort.create();
  const store = SharedStore.create({ shards: SHARDS, entriesPerShard: 8, arenaWordsPerShard: 100 }, abort);
  const size = { shards: SHARDS, bytes: chunks * CHUNK_BYTES, keyLengthMax: 8, valueLengthMax: 8 };
  const pending = PendingRecords.create(size, abort);
  return { pending, hasRoom: (shard: number) => pending.hasRoom(shard, 8, 8, store) };
}

Deno.test("PendingRecords.giveBackRoom() leaves no chunk to a shard that has noted nothing", () => {
  const { pending, hasRoom } = pendingOf(1);
  for (let shard = 0; shard < SHARDS; shard++) {
    assert(hasRoom(shard), `shard ${shard}`);
    pending.giveBackRoom(shard);
    pending.giveBackRoom(shard);
  }
});

Deno.test("PendingRecords.giveBackRoom() leaves a shard its records", () => {
  const { pending, hasRoom } = pendingOf(1);
  assert(hasRoom(0));
  pending.noteDelete(0, ENTRY, 1);
  pending.giveBackRoom(0);
  assert(!hasRoom(1));
  const head = pending.detach(0);
  assert(head > 0 && pending.end(head) > pending.start(head));
  pending.free(head, head);
  assert(hasRoom(1));
});

Deno.test("PendingRecords.limit() lets through so many bytes of records, or two chunks for each shard, until it is lifted", () => {
  const { pending, hasRoom } = pendingOf(6 * SHARDS);
  const limits = [[0, 2 * SHARDS], [3 * SHARDS * CHUNK_BYTES, 3 * SHARDS], [Infinity, 6 * SHARDS]] as const;
  for (const [bytes, expected] of limits) {
    pending.limit(bytes);
    while (hasRoom(0)) pending.noteDelete(0, ENTRY, 1);
    assert(!hasRoom(1));
    const head = pending.detach(0);
    let [tail, chunks] = [head, 1];
    for (let next = pending.next(tail); next !== 0; next = pending.next(tail)) [tail, chunks] = [next, chunks + 1];
    pending.free(head, tail);
    assertEquals(chunks, expected, `${bytes} bytes`);
  }
});
