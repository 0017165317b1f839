/**
 * Tests of a store whose arenas are divided into pages.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { EntryTooLargeError, StoreFullError } from "../../lib/store/store_size.ts";
import { hashKey } from "../../lib/store/hash.ts";
import { jsonRoomOf } from "../../lib/store/pages.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { ENTRY_CAPACITY, entryWords, nextEntry } from "../../lib/store/shard.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { anyPuts, anyText, utf8Length } from "../codec/fixtures.ts";

import fc from "fast-check";

const WORDS = 96;

function create(
  pages: number,
  { jsonRoom = false, entriesPerShard = 1000, valueCapacityMin = 0 } = {},
): SharedStore {
  const arenaWordsPerShard = pages * WORDS;
  const size = { shards: 1, entriesPerShard, arenaWordsPerShard, valueCapacityMin, pages: { words: WORDS, jsonRoom } };
  return SharedStore.create(size, Abort.create());
}

/** What a page holds, dead entries left out, and what its table must then say. */
function pageOf({ pages, words }: SharedStore, page: number) {
  const entries = new Map<string, string>();
  let live = 0;
  let entry = pages.start(0, page);
  for (; entry < pages.end(0, page); entry = nextEntry(words, entry)) {
    const [keyLength, valueLength] = [words[entry]!, words[entry + 1]!];
    if (keyLength < 0) continue;
    const key = textAt(words, entry + 3, keyLength);
    assert(!entries.has(key), `${key} is twice on page ${page}`);
    entries.set(key, textAt(words, entry + 3 + Math.ceil(keyLength / 4), valueLength));
    live += nextEntry(words, entry) - entry;
  }
  assertEquals(entry, pages.end(0, page), "the entries end where the page's table says");
  assert(entry - pages.start(0, page) <= WORDS, "an entry crosses the end of its page");
  return { entries, live };
}

function textAt(words: Int32Array<SharedArrayBuffer>, index: number, length: number): string {
  return new TextDecoder().decode(words.slice(index, index + Math.ceil(length / 4))).slice(0, length);
}

const KEY_COUNT = 24;
const VALUE_MAX = 60;
/** A key of two digits and the longest value. */
const ENTRY_WORDS_MAX = entryWords(2, VALUE_MAX);

Deno.test("pages hold what puts and deletes of changing sizes leave, are never full, and change only where they are marked", () => {
  const put = fc.record({ key: fc.nat(KEY_COUNT - 1), length: fc.option(fc.nat(VALUE_MAX)) });
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]! >>> 1;
  fc.assert(
    fc.property(fc.array(put, { minLength: 1, maxLength: 400 }), fc.boolean(), (operations, jsonRoom) => {
      const pages = Math.ceil(KEY_COUNT / Math.floor(WORDS / ENTRY_WORDS_MAX));
      const store = create(pages, { jsonRoom, entriesPerShard: KEY_COUNT, valueCapacityMin: VALUE_MAX });
      const expected = new Map<string, string>();
      const copies = Array.from({ length: pages }, () => new Map<string, string>());
      for (const [i, { key, length }] of operations.entries()) {
        const name = String(key).padStart(2, "0");
        if (length === null) {
          assertEquals(store.delete(PaddedBytes.of(name)), expected.delete(name));
        } else {
          const value = String(i).padEnd(length, "x").slice(0, length);
          store.putString(name, value);
          expected.set(name, value);
        }
        if (i % 7 === 0) {
          for (let page = 0; page < pages; page++) copies[page] = pageOf(store, page).entries;
          store.pages.clearChanged(0);
        }
      }
      const found = new Map<string, string>();
      for (let page = 0; page < pages; page++) {
        const { entries } = pageOf(store, page);
        if (store.pages.nextChanged(0, page) !== page) assertEquals(entries, copies[page], `page ${page} is unmarked`);
        for (const [name, value] of entries) {
          assert(!found.has(name), `${name} is on two pages`);
          found.set(name, value);
        }
      }
      assertEquals(found, expected);
      assertEquals(store.count(0), expected.size);
      for (const [name, value] of expected) assertEquals(store.getString(name), value);
    }),
    { seed, numRuns: 300 },
  );
});

Deno.test("a page's space is used again when its keys are deleted, by the keys that come next", () => {
  const store = create(20, { valueCapacityMin: 40 });
  for (let i = 0; i < 60; i++) store.putString(`key ${i}`, "x".repeat(40));
  const inUse = store.pages.pagesInUse(0);
  for (let round = 0; round < 50; round++) {
    for (let i = 0; i < 60; i++) assert(store.delete(PaddedBytes.of(`key ${60 * round + i}`)));
    for (let i = 0; i < 60; i++) store.putString(`key ${60 * round + 60 + i}`, "x".repeat(40));
  }
  assertEquals(store.pages.pagesInUse(0), inUse);
});

Deno.test("SharedStore.put() throws EntryTooLargeError for what no page holds, and StoreFullError when all are full", () => {
  const store = create(2);
  assertThrows(() => store.putString("key", "x".repeat(4 * WORDS)), EntryTooLargeError, "--block-size");
  store.putString("a", "x".repeat(300));
  store.putString("b", "x".repeat(300));
  assertThrows(() => store.putString("c", "x".repeat(300)), StoreFullError);
  assertEquals(store.getString("b"), "x".repeat(300));
  assertEquals(store.version(0), 2);
});

Deno.test("PagedArenas.load() puts entries on the page that is asked for, and marks the page of one that is replaced", () => {
  const store = create(6);
  const key = PaddedBytes.of("key");
  for (const page of [0, 1, 4]) store.pages.load(0, page, 7, key, PaddedBytes.of(`on ${page}`));
  assertEquals(store.count(0), 1);
  assertEquals([0, 1, 2, 3, 4].map((page) => [...pageOf(store, page).entries]), [[], [], [], [], [["key", "on 4"]]]);
  assertEquals([0, 1, 4].map((page) => store.pages.nextChanged(0, page) === page), [true, true, false]);
  assertEquals(store.pages.pagesInUse(0), 5);
  assertEquals(store.pages.load(0, 6, 8, PaddedBytes.of("other"), key), 0);
});

Deno.test("jsonRoomOf() is what keeps an entry's JSON within its place in the arena", () => {
  fc.assert(fc.property(anyText, anyText, (keyText, valueText) => {
    const key = PaddedBytes.of(keyText);
    const value = PaddedBytes.of(valueText);
    const escapes = (text: string) =>
      // deno-lint-ignore no-control-regex -- these are what JSON escapes
      text.replaceAll(/["\\]/g, "..").replaceAll(/[\x00-\x1f]/g, "......");
    const jsonBytes = utf8Length(escapes(keyText)) + utf8Length(escapes(valueText)) + `"":"",`.length;
    const arenaBytes = 12 + 4 * Math.ceil(key.length / 4) + 4 * Math.ceil(jsonRoomOf(key, value) / 4);
    assert(jsonBytes <= arenaBytes, `${jsonBytes} > ${arenaBytes}`);
  }));
});

Deno.test("SharedStore.put() gives a value the room that its JSON needs, also when it is put in place", () => {
  fc.assert(fc.property(anyPuts, (puts) => {
    const store = create(200, { jsonRoom: true });
    const values = new Map<string, string>();
    for (const [key, value] of puts) {
      const bytes = [PaddedBytes.of(key), PaddedBytes.of(value)] as const;
      if (bytes[0].length + jsonRoomOf(...bytes) > 4 * WORDS - 20) continue;
      store.lockShard(0);
      const entry = store.putLocked(0, hashKey(bytes[0].words, bytes[0].length), ...bytes);
      store.unlockShard(0);
      assert((store.words[entry + ENTRY_CAPACITY]! & ~3) >= jsonRoomOf(...bytes));
      values.set(key, value);
    }
    assertEquals(store.count(0), values.size);
  }));
});
