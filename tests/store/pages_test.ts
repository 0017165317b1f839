/**
 * Tests of a store whose arenas are divided into pages.
 *
 * @module
 */
import { assert, assertEquals, assertGreaterOrEqual, assertLess, assertThrows } from "@std/assert";
import { pagesEnough } from "../../lib/backend/plan.ts";
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
function pageOf({ pages, words, size }: SharedStore, page: number) {
  const entries = new Map<string, string>();
  let live = 0;
  let entry = pages.start(0, page);
  for (; entry < pages.end(0, page); entry = nextEntry(words, entry)) {
    const [keyLength, valueLength] = [words[entry]!, words[entry + 1]!];
    if (keyLength < 0) continue;
    const key = textAt(words, entry + 3, keyLength);
    assert(!entries.has(key), `${key} is twice on page ${page}`);
    const value = textAt(words, entry + 3 + Math.ceil(keyLength / 4), valueLength);
    entries.set(key, value);
    const room = size.pages?.jsonRoom ? jsonRoomOf(PaddedBytes.of(key), PaddedBytes.of(value)) : valueLength;
    assertGreaterOrEqual(words[entry + ENTRY_CAPACITY]! & ~3, room, `${key} has not the room that it needs`);
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
/** What values are made of: every third byte has to be escaped in JSON. */
const VALUE_BYTES = `xy"`;
/** A key of two digits and the longest value, without escapes and with them. */
const ENTRY_WORDS_MAX = entryWords(2, VALUE_MAX);
const ESCAPED_WORDS_MAX = entryWords(2, VALUE_MAX + VALUE_MAX / VALUE_BYTES.length);

Deno.test("pages hold what puts and deletes of changing sizes leave, are never full, and change only where they are marked", () => {
  const put = fc.record({ key: fc.nat(KEY_COUNT - 1), length: fc.option(fc.nat(VALUE_MAX)) });
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]! >>> 1;
  fc.assert(
    fc.property(fc.array(put, { minLength: 1, maxLength: 400 }), fc.boolean(), (operations, jsonRoom) => {
      const pages = Math.ceil(KEY_COUNT / Math.floor(WORDS / (jsonRoom ? ESCAPED_WORDS_MAX : ENTRY_WORDS_MAX)));
      const store = create(pages, { jsonRoom, entriesPerShard: KEY_COUNT, valueCapacityMin: VALUE_MAX });
      const expected = new Map<string, string>();
      const copies = Array.from({ length: pages }, () => new Map<string, string>());
      for (const [i, { key, length }] of operations.entries()) {
        const name = String(key).padStart(2, "0");
        if (length === null) {
          assertEquals(store.delete(PaddedBytes.of(name)), expected.delete(name));
        } else {
          const value = String(i).padEnd(length, VALUE_BYTES).slice(0, length);
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

/** Pages as large as blocks of 4 KiB have them; a value may then leave several words unused. */
const LARGE_WORDS = 992;
const UNUSED_WORDS = 10;
/**
 * How many pages are filled up, each with so many entries of that many words that another of the largest has no room.
 */
const FILLED_PAGES = 12;
const FILLS = [{ words: 20, perPage: 44 }, { words: 57, perPage: 2 }, { words: 57, perPage: 8 }, {
  words: 109,
  perPage: 9,
}];

/** A value with which an entry with a key of eight bytes takes so many words. */
function valueOf(words: number): string {
  return "x".repeat(4 * (words - entryWords(8, 0)));
}

function smallName(page: number, i: number): string {
  return `${page}.${i}`.padStart(8, "0");
}

/**
 * A store of so many pages, each of which has held small entries and a large one, which is gone. Where that is asked
 * for, the small ones were larger before.
 */
function filled(pages: number, small: { words: number; perPage: number }, unusedWords = 0): SharedStore {
  const size = { shards: 1, entriesPerShard: 1000, arenaWordsPerShard: pages * LARGE_WORDS };
  const store = SharedStore.create({ ...size, pages: { words: LARGE_WORDS, jsonRoom: false } }, Abort.create());
  const words = small.words + unusedWords;
  for (let page = 0; page < FILLED_PAGES; page++) {
    const names = Array.from({ length: small.perPage }, (_, i) => smallName(page, i));
    for (const name of names) store.putString(name, valueOf(words));
    store.putString(`filler${String(page).padStart(2, "0")}`, valueOf(LARGE_WORDS - small.perPage * words));
    for (const name of names) store.putString(name, valueOf(small.words));
  }
  for (let page = 0; page < FILLED_PAGES; page++) {
    store.delete(PaddedBytes.of(`filler${String(page).padStart(2, "0")}`));
  }
  return store;
}

for (const small of FILLS) {
  const { words, perPage } = small;
  Deno.test(`pagesEnough() is just enough for pages with ${perPage} entries of ${words} words and one that fits on none`, () => {
    const largest = Math.max(words, LARGE_WORDS + 1 - perPage * words);
    const all = { entries: FILLED_PAGES * perPage + 1, words: FILLED_PAGES * perPage * words + largest, largest };
    const enough = pagesEnough(all, LARGE_WORDS);
    assertEquals(enough, FILLED_PAGES + 1);
    const put = (store: SharedStore) => store.putString("largest.", valueOf(largest));
    put(filled(enough, small));
    assertThrows(() => put(filled(enough - 1, small)), StoreFullError);
  });
}

for (const name of ["another.", smallName(5, 7)]) {
  Deno.test(`SharedStore.put() takes back what values leave unused before it is full, for the key ${name}`, () => {
    const small = { words: 30, perPage: 20 };
    // Just fits on a page besides the small entries, which have more room than they need.
    const largest = LARGE_WORDS - small.perPage * small.words;
    const all = { entries: 500, words: FILLED_PAGES * small.perPage * small.words + largest, largest };
    const enough = pagesEnough(all, LARGE_WORDS);
    assertEquals(enough, FILLED_PAGES);
    const store = filled(enough, small, UNUSED_WORDS);
    store.putString(name, valueOf(largest));
    for (let page = 0; page < FILLED_PAGES; page++) {
      for (const key of [...Array(small.perPage).keys()].map((i) => smallName(page, i))) {
        assertEquals(store.getString(key), valueOf(key === name ? largest : small.words));
      }
    }
    assertEquals(store.getString(name), valueOf(largest));
  });
}

Deno.test("values of other sizes leave the last pages when those before could hold all, and the pages get empty", () => {
  const pages = 10;
  const store = create(pages, { valueCapacityMin: 40 });
  const names = Array.from({ length: 60 }, (_, i) => `key ${String(i).padStart(2, "0")}`);
  for (const name of names) store.putString(name, "x".repeat(40));
  assertEquals(store.pages.pagesInUse(0), pages);
  // A third is deleted everywhere, so that no page gets empty by that.
  const left = names.filter((_, i) => i % 3 !== 0);
  for (const name of names) if (!left.includes(name)) store.delete(PaddedBytes.of(name));
  const filled = () =>
    Array.from({ length: pages }, (_, page) => pageOf(store, page).entries.size > 0).lastIndexOf(true) + 1;
  assertEquals(filled(), pages);
  for (let round = 0; round < 4; round++) {
    for (const name of left) store.putString(name, "y".repeat(20 + 5 * round));
  }
  assertLess(filled(), pages - 2);
  for (const name of left) assertEquals(store.getString(name), "y".repeat(35));
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
