/**
 * Test of the store's memory: a million keys fit, in no more than 2.5 times their bytes.
 *
 * @module
 */
import { assertEquals, assertLessOrEqual, assertStrictEquals } from "@std/assert";
import { planStore } from "../../lib/backend/plan.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { Abort } from "../../lib/sync/abort.ts";

const KEY_COUNT = 1_000_000;
const KEY_LENGTH = 16;
const VALUE_LENGTH = 100;
const OVERHEAD_MAX = 2.5;
const SHARDS = 128;

function keyText(n: number): string {
  return `Key${String(n).padStart(KEY_LENGTH - 3, "0")}`;
}

function valueText(n: number): string {
  return String(n).padEnd(VALUE_LENGTH, ".");
}

Deno.test("SharedStore.byteLength() is at most 2.5 times the keys and values of a million entries, which fit", () => {
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
