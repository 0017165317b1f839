/**
 * Tests of the store between real workers: no value is torn, none is lost, and every put is counted.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { entryWords } from "../../lib/store/shard.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { LINE_WORDS } from "../../lib/sync/layout.ts";
import { NO_TICK_MS, runCrew } from "../sync/crew.ts";
import { liveEntries } from "./arena.ts";
import {
  KEY_COUNT,
  keyText,
  type StoreConfig,
  type StoreResult,
  UNIT_LENGTH,
  UNITS_MAX,
  unitText,
} from "./store_worker.ts";

const OPERATIONS = 40_000;
/** Each time that a key's value outgrows its place, by at least a unit, it takes another place. */
const ARENA_WORDS = KEY_COUNT * UNITS_MAX * entryWords(UNIT_LENGTH, UNITS_MAX * UNIT_LENGTH);

function spawn(): Worker {
  return new Worker(new URL("./store_worker.ts", import.meta.url), { type: "module" });
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

for (const [workers, shards] of [[1, 4], [2, 1], [2, 4], [4, 4], [8, 4]] as const) {
  Deno.test(`SharedStore.put() and get() keep values whole when ${workers} workers share ${shards} shards`, async () => {
    const abort = Abort.create({ tickMs: NO_TICK_MS });
    const store = SharedStore.create({ shards, entriesPerShard: KEY_COUNT, arenaWordsPerShard: ARENA_WORDS }, abort);
    const meeting = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const configs = range(workers).map((worker): StoreConfig => {
      const operations = OPERATIONS / workers;
      return { store: store.handle(), abort: abort.handle(), meeting, worker, workers, operations };
    });
    // Workers may sleep where they meet and on the locks, which are at the front of the store.
    const words = [meeting, store.words.subarray(0, shards * LINE_WORDS)];

    const results = await runCrew<StoreConfig, StoreResult>(spawn, configs, { abort, words });

    assertEquals(results.flatMap(({ faults }) => faults), []);
    const puts = results.reduce((sum, result) => sum + result.puts, 0);
    assertEquals(puts, OPERATIONS / 2);
    assertEquals(range(shards).reduce((sum, shard) => sum + store.version(shard), 0), puts);
    // Nobody has written a key after its last writer.
    const entries = new Map(range(shards).flatMap((shard) => [...liveEntries(store.viewShard(shard))]));
    for (const [key, value] of entries) {
      const lastPuts = results.map((result) => result.lastPuts[Number(key.slice("Key".length))] ?? 0);
      const candidates = lastPuts.map((put, worker) => unitText(worker, put));
      assert(candidates.includes(value.slice(0, UNIT_LENGTH)), `${key} is ${value}, none of ${candidates}`);
      assertEquals(value, value.slice(0, UNIT_LENGTH).repeat(value.length / UNIT_LENGTH));
    }
    assertEquals(entries.size, KEY_COUNT);
    for (const key of range(KEY_COUNT)) assertEquals(store.getString(keyText(key)), entries.get(keyText(key)));
  });
}
