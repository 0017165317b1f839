/**
 * Tests of the space that deleted and moved entries leave behind: it is used again, for ever, whatever the sizes.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertLess, assertStrictEquals } from "@std/assert";
import { Rng } from "../../lib/load/rng.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { entryWords, nextEntry } from "../../lib/store/shard.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { blockWords, LAST_LIST_UNITS, LISTS_WORDS } from "../../lib/store/space.ts";
import { StoreFullError } from "../../lib/store/store_size.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { LINE_WORDS } from "../../lib/sync/layout.ts";
import { NO_TICK_MS, runCrew } from "../sync/crew.ts";
import { liveEntries } from "./arena.ts";
import { type ChurnConfig, keyText, randomSeed } from "./churn.ts";

/** Checks that a shard's dead entries are in its lists, each once and in the right one, and nothing else is. */
function assertListed(store: SharedStore, shard: number): void {
  const { words, start, end } = store.viewShard(shard);
  const unitWords = store.size.unitWords ?? 4;
  const dead = new Map<number, number>();
  for (let entry = start; entry < end; entry = nextEntry(words, entry)) {
    const units = (nextEntry(words, entry) - entry) / unitWords;
    assert(Number.isInteger(units) && units > 0, `a block of ${units} units`);
    if (words[entry]! < 0) dead.set(entry, Math.min(units, LAST_LIST_UNITS));
  }
  const lists = start - LISTS_WORDS;
  for (let list = 1; list <= LAST_LIST_UNITS; list++) {
    assertStrictEquals((words[lists]! >> list & 1) === 1, words[lists + list] !== 0, `list ${list}`);
    for (let block = words[lists + list]!; block !== 0; block = ~words[block + 1]!) {
      assertStrictEquals(dead.get(block), list, `block ${block}`);
      dead.delete(block);
    }
  }
  assertEquals(dead.size, 0, "dead entries that no list has");
}

/** Sizes of values, and how many words of a shard are free at the least, in blocks of the largest. */
const SHAPES = [
  { keys: 12, valueBytesMin: 0, valueBytesMax: 40, unitWords: 4 },
  { keys: 96, valueBytesMin: 50, valueBytesMax: 400, unitWords: 16 },
  { keys: 96, valueBytesMin: 0, valueBytesMax: 2000, unitWords: 4 },
] as const;

for (const { keys, valueBytesMin, valueBytesMax, unitWords } of SHAPES) {
  Deno.test(`SharedStore.put() is never full while what is live leaves room for one more: ${keys} keys, values up to ${valueBytesMax}`, () => {
    const seed = randomSeed();
    const rng = new Rng(seed);
    const maxWords = blockWords(8, valueBytesMax, unitWords);
    // Less than all keys take with their longest values, so that the test must see to it that enough is free.
    const arenaWords = Math.ceil(keys * 0.6 / unitWords) * unitWords * Math.ceil(maxWords / unitWords);
    const store = SharedStore.create(
      { shards: 1, entriesPerShard: keys, arenaWordsPerShard: arenaWords, unitWords },
      Abort.create(),
    );
    const model = new Map<string, string>();
    const wordsOf = (key: string, value: string) => blockWords(key.length, value.length, unitWords);
    let live = 0;
    let compactions = 0;
    for (let turn = 0; turn < 20_000; turn++) {
      const key = `Key${rng.below(keys)}`;
      const old = model.get(key);
      if (rng.below(4) === 0) {
        assertStrictEquals(store.delete(PaddedBytes.of(key)), model.delete(key), `seed ${seed}`);
        if (old !== undefined) live -= wordsOf(key, old);
      } else {
        const value = String(turn).padEnd(valueBytesMin + rng.below(valueBytesMax - valueBytesMin + 1), ".")
          .slice(0, valueBytesMax);
        if (live + wordsOf(key, value) > arenaWords) continue;
        const { end } = store.viewShard(0);
        store.putString(key, value);
        if (store.viewShard(0).end < end) compactions++;
        if (old !== undefined) live -= wordsOf(key, old);
        live += wordsOf(key, value);
        model.set(key, value);
      }
      if (turn % 500 !== 0) continue;
      assertEquals(liveEntries(store.viewShard(0)), model, `seed ${seed}`);
      for (const [key, value] of model) assertStrictEquals(store.getString(key), value, `seed ${seed}`);
      assertListed(store, 0);
    }
    assertGreater(compactions, 0, `seed ${seed}`);
  });
}

Deno.test("SharedStore.put() takes a deleted entry's place, and a part of a larger one, before it moves others", () => {
  const store = SharedStore.create({ shards: 1, entriesPerShard: 12, arenaWordsPerShard: 48 }, Abort.create());
  const put = (key: string, words: number) => store.putString(key, "x".repeat(4 * (words - entryWords(1, 0))));
  const keys = () => [...liveEntries(store.viewShard(0)).keys()].join("");
  for (const key of "abcd") put(key, 12);
  store.delete(PaddedBytes.of("b"));
  put("e", 12);
  assertStrictEquals(keys(), "aecd");
  store.delete(PaddedBytes.of("c"));
  put("f", 4);
  put("g", 8);
  assertStrictEquals(keys(), "aefgd");
  // What is left of two blocks is one only after all has moved.
  store.delete(PaddedBytes.of("e"));
  put("h", 8);
  store.delete(PaddedBytes.of("g"));
  put("i", 12);
  assertStrictEquals(keys(), "ahfdi");
  for (const key of keys()) store.delete(PaddedBytes.of(key));
  put("j", 48);
  assertStrictEquals(keys(), "j");
});

Deno.test("SharedStore.put() of a value that outgrows its place needs room for both, and keeps the old one without", () => {
  const store = SharedStore.create({ shards: 1, entriesPerShard: 3, arenaWordsPerShard: 32 }, Abort.create());
  store.putString("a", "x".repeat(40));
  store.putString("b", "y".repeat(8));
  let refused: unknown;
  try {
    store.putString("a", "z".repeat(56));
  } catch (error) {
    refused = error;
  }
  assert(refused instanceof StoreFullError);
  assertEquals(liveEntries(store.viewShard(0)), new Map([["a", "x".repeat(40)], ["b", "y".repeat(8)]]));
  store.delete(PaddedBytes.of("b"));
  store.putString("a", "z".repeat(48));
  assertEquals(liveEntries(store.viewShard(0)), new Map([["a", "z".repeat(48)]]));
});

function spawn(): Worker {
  return new Worker(new URL("./churn_worker.ts", import.meta.url), { type: "module" });
}

for (const [workers, shards, room] of [[2, 1, 0.58], [4, 3, 0.7]] as const) {
  Deno.test(`SharedStore keeps ${workers} workers' keys apart that share the space of ${shards} shards`, async () => {
    const abort = Abort.create({ tickMs: NO_TICK_MS });
    const seed = randomSeed();
    const keysPerWorker = 60;
    const keys = keysPerWorker * workers;
    const valueBytesMax = 300;
    // On average, two thirds of the keys are there, with values of half the length.
    const arenaWordsPerShard = Math.ceil(room * keys / shards) * blockWords(8, valueBytesMax, 4);
    const store = SharedStore.create({ shards, entriesPerShard: keys, arenaWordsPerShard }, abort);
    const meeting = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const configs = Array.from({ length: workers }, (_, worker): ChurnConfig => ({
      store: store.handle(),
      abort: abort.handle(),
      meeting,
      seed,
      worker,
      workers,
      keys: keysPerWorker,
      valueBytesMax,
      operations: 40_000 / workers,
    }));
    const words = [meeting, store.words.subarray(0, shards * LINE_WORDS)];

    const results = await runCrew<ChurnConfig, [string, string][]>(spawn, configs, { abort, words });

    const expected = new Map(results.flat());
    const found = Array.from({ length: shards }, (_, shard) => [...liveEntries(store.viewShard(shard))]).flat();
    assertEquals(new Map(found), expected, `seed ${seed}`);
    assertLess(expected.size, keys);
    for (let shard = 0; shard < shards; shard++) assertListed(store, shard);
    for (let key = 0; key < keys; key++) assertEquals(store.getString(keyText(key)), expected.get(keyText(key)));
  });
}
