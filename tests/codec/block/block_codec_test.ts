/**
 * Tests of the block codecs: what a page holds comes back, in as many bytes as a block has; others' parsers read it
 * too; and whatever was damaged is not taken for sound.
 *
 * @module
 */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { decodeCbor } from "@std/cbor";
import fc from "fast-check";
import {
  type BlockCodec,
  type BlockImage,
  IMAGE_EXCESS_BYTES,
  pageWordsOf,
} from "../../../lib/codec/block/block_codec.ts";
import { BLOCK_CODECS } from "../../../lib/codec/codecs.ts";
import { SERIALIZER_NAMES } from "../../../lib/codec/codec.ts";
import { OutputBuffer } from "../../../lib/codec/output_buffer.ts";
import { SharedStore } from "../../../lib/store/shared_store.ts";
import { Abort } from "../../../lib/sync/abort.ts";
import { anyPuts, type Entry, HOSTILE_TEXTS, isReadByJsonParse, isReadByStdCbor, utf8Length } from "../fixtures.ts";

const BLOCK_BYTES = 512;
const PAGE_WORDS = pageWordsOf(BLOCK_BYTES);
const VERSION = 2 ** 40 + 7;

/** A store of one shard in pages, with the puts that a page can hold applied. */
function storeOf(puts: readonly Entry[], jsonRoom: boolean): SharedStore {
  const size = {
    shards: 1,
    entriesPerShard: puts.length + 1,
    arenaWordsPerShard: (puts.length + 1) * PAGE_WORDS,
    pages: { words: PAGE_WORDS, jsonRoom },
  };
  const store = SharedStore.create(size, Abort.create());
  for (const [key, value] of puts) store.putString(key, value);
  return store;
}

/** No text takes more than so many bytes, escapes included, so that a page holds the entry. */
function isSmall([key, value]: Entry): boolean {
  return JSON.stringify(key).length + JSON.stringify(value).length + utf8Length(key) + utf8Length(value) < 300;
}

function imageOf(store: SharedStore, page: number): BlockImage {
  const { words, pages } = store;
  return {
    block: 12,
    shard: 0,
    page,
    version: VERSION,
    together: 3,
    words,
    bytes: new DataView(words.buffer, words.byteOffset),
    start: pages.start(0, page),
    end: pages.end(0, page),
  };
}

function* blocksOf(codec: BlockCodec, store: SharedStore): Generator<Uint8Array<ArrayBuffer>> {
  for (let page = 0; page < store.pages.pagesInUse(0); page++) {
    const out = new OutputBuffer(0);
    codec.encode(imageOf(store, page), out, 16, BLOCK_BYTES);
    yield out.bytes.slice(16, 16 + BLOCK_BYTES);
  }
}

function read(codec: BlockCodec, bytes: Uint8Array<ArrayBuffer>): Entry[] {
  const reader = codec.reader(BLOCK_BYTES);
  assertEquals(reader.open(bytes), "sound");
  const entries: Entry[] = [];
  while (reader.next()) entries.push([reader.key.toString(), reader.value.toString()]);
  assert(!reader.next());
  return entries;
}

for (const name of SERIALIZER_NAMES) {
  const codec = BLOCK_CODECS[name];

  Deno.test(`${name} blocks give back all entries of a store, each key once`, () => {
    fc.assert(fc.property(anyPuts, (anything) => {
      const puts = anything.filter(isSmall);
      const found = new Map<string, string>();
      for (const bytes of blocksOf(codec, storeOf(puts, name === "json"))) {
        const entries = read(codec, bytes);
        for (const [key, value] of entries) {
          assert(!found.has(key), key);
          found.set(key, value);
        }
      }
      assertEquals(found, new Map(puts));
    }));
  });

  Deno.test(`a ${name} block says which it is`, () => {
    const [bytes] = blocksOf(codec, storeOf([["key", "value"]], false));
    const reader = codec.reader(BLOCK_BYTES);
    reader.open(bytes!);
    const { block, shard, page, version, together } = reader;
    assertEquals({ block, shard, page, version, together }, {
      block: 12,
      shard: 0,
      page: 0,
      version: VERSION,
      together: 3,
    });
  });

  Deno.test(`a ${name} block is encoded from beyond the first 2 GiB of memory`, () => {
    const puts: Entry[] = [["key", "value"], ["other", 'with "quotes"']];
    const near = imageOf(storeOf(puts, true), 0);
    const start = 2 ** 31 / 4;
    const length = near.end - near.start;
    // The system provides only what is written to.
    const buffer = new SharedArrayBuffer(2 ** 31 + 4 * length + IMAGE_EXCESS_BYTES);
    const words = new Int32Array(buffer);
    words.set(near.words.subarray(near.start, near.end), start);
    const out = new OutputBuffer();
    codec.encode({ ...near, words, bytes: new DataView(buffer), start, end: start + length }, out, 0, BLOCK_BYTES);
    assertEquals(read(codec, out.bytes.slice(0, BLOCK_BYTES)), puts);
  });

  Deno.test(`no truncation and no flipped bit of a ${name} block is taken for sound, and none for blank`, () => {
    const [bytes] = blocksOf(codec, storeOf([["key", "value"], ["other", 'with "quotes"']], true));
    const reader = codec.reader(BLOCK_BYTES);
    const blank = codec.blank(BLOCK_BYTES);
    for (let length = 1; length < BLOCK_BYTES; length++) {
      const cut = bytes!.slice();
      cut.set(blank.subarray(length), length);
      const isWhole = cut.every((byte, i) => byte === bytes![i]);
      const health = reader.open(cut);
      if (isWhole) assertEquals(health, "sound", `${length}`);
      else if (length <= BLOCK_BYTES - 20) assertEquals(health, "unfinished", `${length}`);
      else assert(health === "unfinished" || health === "unsound", `${length}: ${health}`);
    }
    for (let bit = 0; bit < 8 * BLOCK_BYTES; bit++) {
      const flipped = bytes!.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      assertEquals(reader.open(flipped), "unsound", `bit ${bit}`);
      const spotted = blank.slice();
      spotted[bit >> 3]! ^= 1 << (bit & 7);
      const health = reader.open(spotted);
      assertNotEquals(health, "sound", `bit ${bit} of a blank block`);
      assertNotEquals(health, "blank", `bit ${bit} of a blank block`);
    }
    assertEquals(reader.open(blank), "blank");
  });
}

Deno.test("a JSON block is one line of its length that JSON.parse reads", () => {
  const puts = HOSTILE_TEXTS.filter(isReadByJsonParse).map((text): Entry => [text, `${text} of "${text}"`]);
  const found = new Map<string, unknown>();
  for (const bytes of blocksOf(BLOCK_CODECS.json, storeOf(puts, true))) {
    const text = new TextDecoder().decode(bytes);
    assertEquals(text.indexOf("\n"), text.length - 1);
    const { entries, crc32 } = JSON.parse(text);
    assertEquals(crc32.length, 8);
    for (const [key, value] of Object.entries(entries)) found.set(key, value);
  }
  assertEquals(found, new Map(puts));
});

Deno.test("a CBOR block is a map that @std/cbor reads", () => {
  const puts = HOSTILE_TEXTS.filter(isReadByStdCbor).map((text): Entry => [text, `value of ${text.length}`]);
  const found = new Map<string, unknown>();
  for (const bytes of blocksOf(BLOCK_CODECS.cbor, storeOf(puts, false))) {
    const { block, version, entries } = decodeCbor(bytes) as Record<string, unknown>;
    assertEquals([block, Number(version)], [12, VERSION]);
    for (const [key, value] of Object.entries(entries as object)) found.set(key, value);
  }
  assertEquals(found, new Map(puts));
});
