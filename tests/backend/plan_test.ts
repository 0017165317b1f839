/**
 * Tests of the plan: what a load may put fits into the store planned for it, however the keys spread.
 *
 * @module
 */
import { assertEquals, assertGreaterOrEqual, assertLess, assertLessOrEqual } from "@std/assert";
import { planStore } from "../../lib/backend/plan.ts";
import { SEED_KEY_COUNT, SEED_KEY_SPACE, SEED_VALUE } from "../../lib/load/seed_workload.ts";
import { hashKey, shardOf } from "../../lib/store/hash.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { entryWords } from "../../lib/store/shard.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { Abort } from "../../lib/sync/abort.ts";

const FILE_COUNTS = [1, 2, 7, 120, 128, 1000, 4000, 65_536];

/** The hash and the entry's words of each of the seed's keys. */
const HASHES = new Int32Array(SEED_KEY_COUNT);
const WORDS = new Int32Array(SEED_KEY_COUNT);
{
  const key = new PaddedBytes(SEED_KEY_SPACE.keyLengthMax);
  for (let i = 0; i < SEED_KEY_COUNT; i++) {
    key.setString(`Key${i}`);
    HASHES[i] = hashKey(key.words, key.length);
    WORDS[i] = entryWords(key.length, SEED_VALUE.length);
  }
}

function max(numbers: Int32Array): number {
  return numbers.reduce((a, b) => Math.max(a, b));
}

for (const shards of FILE_COUNTS) {
  Deno.test(`planStore() has room in every shard for the seed's keys when there are ${shards} files`, () => {
    const entries = new Int32Array(shards);
    const words = new Int32Array(shards);
    for (let i = 0; i < SEED_KEY_COUNT; i++) {
      const shard = shardOf(HASHES[i]!, shards);
      entries[shard]!++;
      words[shard]! += WORDS[i]!;
    }
    const size = planStore(shards, SEED_KEY_SPACE);
    assertEquals(size.shards, shards);
    assertLessOrEqual(max(entries), size.entriesPerShard);
    assertLessOrEqual(max(words), size.arenaWordsPerShard);
  });
}

/** Puts all the seed's keys into a store, and asserts that they are there. */
function fill(store: SharedStore): void {
  const value = PaddedBytes.of(SEED_VALUE);
  const key = new PaddedBytes(SEED_KEY_SPACE.keyLengthMax);
  const out = new PaddedBytes(0);
  for (let i = 0; i < SEED_KEY_COUNT; i++) {
    key.setString(`Key${i}`);
    store.put(key, value);
  }
  let found = 0;
  for (let i = 0; i < SEED_KEY_COUNT; i++) {
    key.setString(`Key${i}`);
    if (store.get(key, out) && out.toString() === SEED_VALUE) found++;
  }
  assertEquals(found, SEED_KEY_COUNT);
}

for (const shards of [1, 120, 4000]) {
  Deno.test(`planStore() makes a store that takes all the seed's keys when there are ${shards} files`, () => {
    fill(SharedStore.create(planStore(shards, SEED_KEY_SPACE), Abort.create()));
  });
}

Deno.test("planStore() adds what the fullest shard holds already when files are loaded", () => {
  const keys = { keyCount: 1000, keyLengthMax: 20, valueLengthMax: 30 };
  const empty = planStore(10, keys);
  const loaded = planStore(10, keys, { entriesPerShardMax: 123, arenaWordsPerShardMax: 4567 });
  assertEquals([loaded.shards, loaded.unitWords], [10, empty.unitWords]);
  assertEquals(loaded.entriesPerShard, empty.entriesPerShard + 123);
  // Each loaded entry takes whole units.
  const words = empty.arenaWordsPerShard + 4567 + 123 * ((empty.unitWords ?? NaN) - 1);
  assertGreaterOrEqual(loaded.arenaWordsPerShard, words);
  assertLess(loaded.arenaWordsPerShard, 1.1 * words);
});

/** What is loaded before the load puts the seed's keys: `count` keys, made from their numbers, and one value. */
const LOADED: readonly [name: string, keyOf: (i: number) => string, value: string][] = [
  ["keys of another load", (i) => `another load's key ${i}`, "value ".repeat(10)],
  ["the load's own keys, with longer values", (i) => `Key${i}`, "longer than foo"],
  ["the load's own keys, with values that grow", (i) => `Key${i}`, ""],
];

for (const [name, keyOf, value] of LOADED) {
  Deno.test(`planStore() makes a store that takes all the seed's keys when it was loaded with ${name}`, () => {
    const shards = 120;
    const keys = Array.from({ length: 20_000 }, (_, i) => PaddedBytes.of(keyOf(i)));
    const padded = PaddedBytes.of(value);
    const entries = new Int32Array(shards);
    const words = new Int32Array(shards);
    for (const key of keys) {
      const shard = shardOf(hashKey(key.words, key.length), shards);
      entries[shard]!++;
      words[shard]! += entryWords(key.length, padded.length);
    }
    const survey = { entriesPerShardMax: max(entries), arenaWordsPerShardMax: max(words) };
    const store = SharedStore.create(planStore(shards, SEED_KEY_SPACE, survey), Abort.create());
    for (const key of keys) store.put(key, padded);
    fill(store);
  });
}

for (const [name, keyOf, value] of LOADED) {
  Deno.test(`planStore() makes a store in pages that takes all its keys when it was loaded with ${name}`, () => {
    const keys = { keyCount: 2000, keyLengthMax: 9, valueLengthMax: 90 };
    const pages = { words: 96, jsonRoom: false };
    const loaded = Array.from({ length: 1000 }, (_, i) => PaddedBytes.of(keyOf(i)));
    const padded = PaddedBytes.of(value);
    const perPage = Math.floor(pages.words / entryWords(loaded[999]!.length, padded.length));
    const arenaWordsPerShardMax = Math.ceil(loaded.length / perPage) * pages.words;
    const size = planStore(1, keys, { entriesPerShardMax: loaded.length, arenaWordsPerShardMax }, pages);
    const store = SharedStore.create(size, Abort.create());
    for (const [i, key] of loaded.entries()) {
      store.pages.load(0, Math.floor(i / perPage), hashKey(key.words, key.length), key, padded);
    }
    for (const length of [40, 90, 0, 90]) {
      for (let i = 0; i < keys.keyCount; i++) store.putString(`Key${i}`, "y".repeat(length));
    }
    for (let i = 0; i < keys.keyCount; i++) assertEquals(store.getString(`Key${i}`), "y".repeat(90));
  });
}

Deno.test("planStore() is not wasteful when there are many keys per shard, and never plans more than all keys", () => {
  assertEquals(planStore(1, SEED_KEY_SPACE).entriesPerShard, SEED_KEY_COUNT);
  assertEquals(planStore(65_536, { ...SEED_KEY_SPACE, keyCount: 3 }).entriesPerShard, 3);
  // The mean, and a quarter at most for the fullest.
  const { entriesPerShard } = planStore(120, SEED_KEY_SPACE);
  assertLess(entriesPerShard, SEED_KEY_COUNT / 120 * 1.3);
});
