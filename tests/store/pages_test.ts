/**
 * Tests of a store whose arenas are divided into pages.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertThrows } from "@std/assert";
import { EntryTooLargeError, StoreFullError } from "../../lib/store/store_errors.ts";
import { jsonRoomOf, PAGE_END } from "../../lib/store/pages.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { ENTRY_CAPACITY, nextEntry } from "../../lib/store/shard.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { anyPuts, anyText, utf8Length } from "../codec/fixtures.ts";

import fc from "fast-check";

const WORDS = 96;

function create(pages: number, jsonRoom = false, entriesPerShard = 1000): SharedStore {
  const size = { shards: 1, entriesPerShard, arenaWordsPerShard: pages * WORDS, pages: { words: WORDS, jsonRoom } };
  return SharedStore.create(size, Abort.create());
}

Deno.test("SharedStore.put() lets no entry cross the end of a page, and marks where a page's entries end", () => {
  const store = create(20);
  for (let i = 0; i < 60; i++) store.putString(`key ${i}`, "x".repeat(i * 7 % 120));
  const { words } = store;
  const start = store.arenaStart(0);
  const end = store.arenaEnd(0);
  let entries = 0;
  for (let page = 0; start + page * WORDS < end; page++) {
    const pageEnd = Math.min(start + (page + 1) * WORDS, end);
    let entry = start + page * WORDS;
    for (; entry < pageEnd && words[entry] !== PAGE_END; entry = nextEntry(words, entry)) entries++;
    assert(entry <= pageEnd, `page ${page}`);
  }
  assertEquals(entries, 60);
  assertGreater(end - start, 10 * WORDS);
  for (let i = 0; i < 60; i++) assertEquals(store.getString(`key ${i}`), "x".repeat(i * 7 % 120));
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

Deno.test("SharedStore.appendLocked() and startPage() put entries on the page that is asked for, the last one winning", () => {
  const store = create(6);
  const key = PaddedBytes.of("key");
  const pageOf = (entry: number) => Math.floor((entry - store.arenaStart(0)) / WORDS);
  const pages = [0, 1, 4].map((page) => {
    store.startPage(0, page);
    return pageOf(store.appendLocked(0, 7, key, PaddedBytes.of(`on ${page}`), 40));
  });
  assertEquals(pages, [0, 1, 4]);
  assertEquals(store.count(0), 1);
  for (const page of [2, 3]) assertEquals(store.words[store.arenaStart(0) + page * WORDS], PAGE_END);
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
    const store = create(200, true);
    const values = new Map<string, string>();
    for (const [key, value] of puts) {
      const bytes = [PaddedBytes.of(key), PaddedBytes.of(value)] as const;
      if (bytes[0].length + jsonRoomOf(...bytes) > 4 * WORDS - 20) continue;
      store.lockShard(0);
      const entry = store.putLocked(0, key.length, ...bytes);
      store.unlockShard(0);
      assert((store.words[entry + ENTRY_CAPACITY]! & ~3) >= jsonRoomOf(...bytes));
      values.set(key, value);
    }
    assertEquals(store.count(0), values.size);
  }));
});
