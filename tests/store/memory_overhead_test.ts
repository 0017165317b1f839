/**
 * Tests of the store's memory: a million keys fit in no more than 1.5 times their bytes, and keys whose values have
 * random sizes in no more than twice theirs, for ever.
 *
 * @module
 */
import { assertEquals, assertLessOrEqual, assertStrictEquals } from "@std/assert";
import { memoryShards } from "../../lib/backend/memory.ts";
import { planStore } from "../../lib/backend/plan.ts";
import { Rng } from "../../lib/load/rng.ts";
import { liveBytes } from "../../lib/store/live_bytes.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { Abort } from "../../lib/sync/abort.ts";

const KEY_COUNT = 1_000_000;
const KEY_LENGTH = 16;
const VALUE_LENGTH = 100;
const OVERHEAD_MAX = 1.5;
const SHARDS = 128;

function keyText(n: number): string {
  return `Key${String(n).padStart(KEY_LENGTH - 3, "0")}`;
}

function valueText(n: number): string {
  return String(n).padEnd(VALUE_LENGTH, ".");
}

Deno.test("SharedStore.byteLength() is at most 1.5 times the keys and values of a million entries, which fit", () => {
  const size = planStore(SHARDS, { keyCount: KEY_COUNT, keyLengthMax: KEY_LENGTH, valueLengthMax: VALUE_LENGTH });
  assertLessOrEqual(SharedStore.byteLength(size) / (KEY_COUNT * (KEY_LENGTH + VALUE_LENGTH)), OVERHEAD_MAX);

  const store = SharedStore.create(size, Abort.create());
  const key = new PaddedBytes(0);
  const value = new PaddedBytes(0);
  for (let n = 0; n < KEY_COUNT; n++) {
    key.setString(keyText(n));
    value.setString(valueText(n));
    store.put(key, value);
  }

  let count = 0;
  let version = 0;
  for (let shard = 0; shard < SHARDS; shard++) {
    count += store.count(shard);
    version += store.version(shard);
  }
  assertEquals([count, version], [KEY_COUNT, KEY_COUNT]);
  assertEquals([key.length, value.length], [KEY_LENGTH, VALUE_LENGTH]);
  for (let n = 0; n < KEY_COUNT; n += 997) assertStrictEquals(store.getString(keyText(n)), valueText(n));
});

/** In memory with one thread and with two, and with the pages of blocks of 4 KiB in one file or many. */
const DIVISIONS = [
  { shards: memoryShards(1), pages: undefined },
  { shards: memoryShards(2), pages: undefined },
  { shards: 256, pages: { words: 992, jsonRoom: false } },
];

for (const { shards, pages } of DIVISIONS) {
  const what = `, in ${shards} shards ${pages === undefined ? "without" : "with"} pages`;
  Deno.test(`SharedStore.byteLength() is at most twice the keys and values of random sizes, which fit again and again${what}`, () => {
    const [keyCount, valueLengthMin, valueLengthMax] = [100_000, 50, 400];
    const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
    const rng = new Rng(seed);
    const keys = { keyCount, keyLengthMax: KEY_LENGTH, valueLengthMin, valueLengthMax };
    const size = planStore(shards, keys, undefined, pages);
    const store = SharedStore.create(size, Abort.create());
    const key = new PaddedBytes(KEY_LENGTH);
    const value = new PaddedBytes(valueLengthMax);
    const put = (n: number) => {
      key.setString(keyText(n));
      value.end(valueLengthMin + rng.below(valueLengthMax - valueLengthMin + 1));
      store.put(key, value);
    };
    for (let n = 0; n < keyCount; n++) put(n);
    assertLessOrEqual(SharedStore.byteLength(size) / liveBytes(store), 2, `seed ${seed}`);
    for (let i = 0; i < 4 * keyCount; i++) {
      put(rng.below(keyCount));
      if (i % 3 !== 0) continue;
      key.setString(keyText(rng.below(keyCount)));
      store.delete(key);
    }
    // All at once, as when a load has ended its deletes.
    for (let n = 0; n < keyCount; n++) put(n);
    assertLessOrEqual(SharedStore.byteLength(size) / liveBytes(store), 2, `seed ${seed}`);
  });
}
