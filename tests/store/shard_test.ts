/**
 * Tests of the shard's layout: what stands where, and what a reader of the arena may rely on.
 *
 * @module
 */
import { assertEquals, assertGreater, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { hashKey } from "../../lib/store/hash.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { entryWords, nextEntry } from "../../lib/store/shard.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { arenaEntries } from "./arena.ts";

function newStore(): SharedStore {
  return SharedStore.create({ shards: 1, entriesPerShard: 300, arenaWordsPerShard: 10_000 }, Abort.create());
}

Deno.test("entryWords() counts three words, and the key and the value in whole words", () => {
  for (
    const [keyLength, valueLength, words] of [[0, 0, 3], [1, 0, 4], [0, 1, 4], [4, 4, 5], [5, 5, 7], [
      16,
      100,
      32,
    ]] as const
  ) {
    assertStrictEquals(entryWords(keyLength, valueLength), words);
  }
});

Deno.test("writeEntry() writes the documented words", () => {
  const store = newStore();
  store.putString("Key12", "foo");
  const { words, start, end } = store.viewShard(0);
  assertEquals([...words.subarray(start, end)], [5, 3, 12, 0x3179654b, 0x32, 0x6f6f66, 0, 0]);
});

Deno.test("linkEntry() marks an entry as dead when its key has moved to one with more room, or with less", () => {
  const store = newStore();
  const common = { key: "Key", special: false };
  for (const value of ["foo", "16 bytes of text", "another 16 bytes"]) store.putString("Key", value);
  assertEquals(arenaEntries(store.viewShard(0)), [
    { ...common, value: "another 16 bytes", dead: false, capacityBytes: 16 },
  ]);
  for (const value of ["x".repeat(17), "y".repeat(32)]) store.putString("Key", value);
  assertEquals(arenaEntries(store.viewShard(0)), [
    { ...common, value: "", dead: true, capacityBytes: 16 },
    { ...common, value: "y".repeat(32), dead: false, capacityBytes: 32 },
  ]);
  store.putString("Key", "foo");
  assertEquals(arenaEntries(store.viewShard(0)), [
    { ...common, value: "foo", dead: false, capacityBytes: 16 },
    { ...common, value: "", dead: true, capacityBytes: 32 },
  ]);
});

Deno.test("nextEntry() walks over all entries, dead ones too", () => {
  const store = newStore();
  for (const length of [0, 20, 60]) {
    for (const key of ["", "Key", '"', "a longer key"]) store.putString(key, "x".repeat(length));
  }
  const view = store.viewShard(0);
  const { words, start, end } = view;
  let entries = 0;
  let entry = start;
  for (; entry < end; entries++) entry = nextEntry(words, entry);
  assertStrictEquals(entry, end);
  assertStrictEquals(entries, arenaEntries(view).length);
  assertGreater(entries, 4);
});

Deno.test("SPECIAL_KEY is set when, and only when, JSON must escape a byte of the key", () => {
  for (let code = 0; code < 0x100; code++) {
    const store = newStore();
    const key = `Key${String.fromCharCode(code)}`;
    store.putString(key, "foo");
    const escaped = JSON.stringify(key) !== `"${key}"`;
    assertEquals(arenaEntries(store.viewShard(0)).map(({ special }) => special), [escaped], JSON.stringify(key));
  }
});

Deno.test("SPECIAL_KEY costs no capacity and outlives puts in place", () => {
  const store = newStore();
  for (const value of ["16 bytes of text", "123", "1"]) store.putString("\n", value);
  assertEquals(arenaEntries(store.viewShard(0)), [
    { key: "\n", value: "1", dead: false, special: true, capacityBytes: 16 },
  ]);
});

Deno.test("findEntry() tells keys apart that differ in trailing zeros only", () => {
  const store = newStore();
  const keys = ["", "\0", "\0\0", "\0\0\0", "\0\0\0\0", "\0\0\0\0\0"];
  for (const [i, key] of keys.entries()) store.putString(key, String(i));
  assertEquals(keys.map((key) => store.getString(key)), keys.map((_, i) => String(i)));
  assertStrictEquals(store.count(0), keys.length);
});

Deno.test("findEntry() tells keys apart whose hashes are equal", () => {
  // The last two pairs are a key and what it begins with.
  const pairs = [
    ["Key103376", "Key161081"],
    ["Key2074", "Key26636"],
    ["Key10078", "Key10078kjyI"],
    ["Key10078kjyI", "Key10078"],
  ] as const;
  for (const [one, other] of pairs) {
    const [a, b] = [PaddedBytes.of(one), PaddedBytes.of(other)];
    assertStrictEquals(hashKey(a.words, a.length), hashKey(b.words, b.length));
    const store = newStore();
    store.putString(one, "1");
    assertStrictEquals(store.getString(other), undefined);
    store.putString(other, "2");
    store.putString(one, "a value that outgrows its place");
    assertStrictEquals(store.getString(one), "a value that outgrows its place");
    assertStrictEquals(store.getString(other), "2");
    assertStrictEquals(store.count(0), 2);
  }
});

Deno.test("findEntry() finds every key when the index is as full as it may be", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { minLength: 12, maxLength: 12 }), (keys) => {
      // 12 entries take 16 slots, of which 12 are used.
      const store = SharedStore.create({ shards: 1, entriesPerShard: 12, arenaWordsPerShard: 1_000 }, Abort.create());
      for (const key of keys) store.putString(key, `${key}!`);
      for (const key of keys) assertStrictEquals(store.getString(key), `${key}!`);
      assertStrictEquals(store.getString("a key that nobody has put"), undefined);
    }),
    { numRuns: 50 },
  );
});
