/**
 * Tests of the store on one thread: it is a map of texts, of a fixed size, that several may see.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertLessOrEqual,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import { jsonCodec } from "../../lib/codec/json.ts";
import { OutputBuffer } from "../../lib/codec/output_buffer.ts";
import { Rng } from "../../lib/load/rng.ts";
import { hashKey } from "../../lib/store/hash.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { SLOT_WORDS } from "../../lib/store/shard.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { LISTS_WORDS } from "../../lib/store/space.ts";
import { StoreFullError, type StoreSize } from "../../lib/store/store_size.ts";
import { LINE_BYTES } from "../../lib/sync/layout.ts";
import { Abort, AbortError } from "../../lib/sync/abort.ts";
import { liveEntries } from "./arena.ts";

const SMALL: StoreSize = { shards: 3, entriesPerShard: 10, arenaWordsPerShard: 1_000 };

function newStore(size: Partial<StoreSize> = {}): SharedStore {
  return SharedStore.create({ ...SMALL, ...size }, Abort.create());
}

function shardOfText(store: SharedStore, text: string): number {
  const key = PaddedBytes.of(text);
  return store.shardOf(hashKey(key.words, key.length));
}

/** How far all keys of a store of one shard are, together, from the slots where their probes start. */
function probeLengths(store: SharedStore): number {
  const { words, start } = store.viewShard(0);
  const slots = (start - LISTS_WORDS) / SLOT_WORDS;
  let sum = 0;
  for (let slot = 0; slot < slots; slot++) {
    if (words[slot * SLOT_WORDS + 1] !== 0) sum += (slot - words[slot * SLOT_WORDS]!) & (slots - 1);
  }
  return sum;
}

/** What a store must hold: a map, and the puts and deletes that each shard has applied. */
class Model {
  readonly entries = new Map<string, string>();
  readonly versions: number[];
  readonly #store: SharedStore;

  constructor(store: SharedStore) {
    this.#store = store;
    this.versions = new Array(store.size.shards).fill(0);
  }

  put(key: string, value: string): void {
    this.entries.set(key, value);
    const shard = shardOfText(this.#store, key);
    this.versions[shard] = (this.versions[shard] ?? 0) + 1;
  }

  delete(key: string): boolean {
    if (!this.entries.delete(key)) return false;
    const shard = shardOfText(this.#store, key);
    this.versions[shard] = (this.versions[shard] ?? 0) + 1;
    return true;
  }

  /** Checks everything that can be seen of a store. */
  assertSeenIn(store: SharedStore): void {
    for (const [key, value] of this.entries) assertStrictEquals(store.getString(key), value);
    const shards = Array.from({ length: store.size.shards }, () => new Map<string, string>());
    for (const [key, value] of this.entries) shards[shardOfText(store, key)]?.set(key, value);
    for (const [shard, entries] of shards.entries()) {
      assertEquals(liveEntries(store.viewShard(shard)), entries);
      assertStrictEquals(store.count(shard), entries.size);
      assertStrictEquals(store.version(shard), this.versions[shard]);
    }
  }
}

const TEXT = fc.string({ unit: "binary", maxLength: 12 });
const VALUE = fc.oneof(
  TEXT,
  fc.nat({ max: 200 }).map((length) => "v".repeat(length)),
  fc.nat({ max: 30 }).map((length) => "\u{1f511}".repeat(length)),
);
/**
 * Few keys, so that most puts overwrite; and for each operation which key, and the value of a put, or false for a
 * delete and null for a get.
 */
const LOAD = fc.record({
  keys: fc.uniqueArray(TEXT, { minLength: 1, maxLength: 8, size: "max" }),
  operations: fc.array(fc.tuple(fc.nat(), fc.option(fc.oneof(VALUE, fc.constant(false as const)))), {
    maxLength: 60,
    size: "max",
  }),
});

for (const shards of [1, 2, 7, 120]) {
  Deno.test(`SharedStore.put(), get() and delete() do what a Map does with ${shards} shards`, () => {
    fc.assert(
      fc.property(LOAD, ({ keys, operations }) => {
        const store = newStore({ shards, arenaWordsPerShard: 5_000 });
        const model = new Model(store);
        for (const [n, value] of operations) {
          const key = keys[n % keys.length] ?? "";
          if (value === null) {
            assertStrictEquals(store.getString(key), model.entries.get(key));
          } else if (value === false) {
            assertStrictEquals(store.delete(PaddedBytes.of(key)), model.delete(key));
          } else {
            store.putString(key, value);
            model.put(key, value);
          }
        }
        model.assertSeenIn(store);
      }),
      { numRuns: shards === 120 ? 50 : 200 },
    );
  });
}

Deno.test("SharedStore.put() leaves everything as it was when the shard is full", () => {
  let refused = 0;
  fc.assert(
    fc.property(LOAD, ({ keys, operations }) => {
      const store = newStore({ shards: 2, entriesPerShard: 3, arenaWordsPerShard: 100 });
      const model = new Model(store);
      for (const [n, value] of operations) {
        const key = keys[n % keys.length] ?? "";
        try {
          store.putString(key, value || "");
          model.put(key, value || "");
        } catch (error) {
          if (!(error instanceof StoreFullError)) throw error;
          refused++;
          model.assertSeenIn(store);
        }
      }
      model.assertSeenIn(store);
    }),
    { numRuns: 200 },
  );
  assert(refused > 0);
});

Deno.test("SharedStore.put() throws StoreFullError for one key too many, and goes on with those it has", () => {
  const store = newStore({ shards: 1, entriesPerShard: 2 });
  store.putString("Key0", "foo");
  store.putString("Key1", "foo");
  const error = assertThrows(() => store.putString("Key2", "foo"), StoreFullError);
  assertStrictEquals(error.name, "StoreFullError");
  for (const part of ["shard 0", "2 entries", "4000 bytes", "--keys", "--max-keys"]) {
    assertStringIncludes(error.message, part);
  }
  store.putString("Key1", "a value that needs another place");
  assertStrictEquals(store.getString("Key2"), undefined);
  assertEquals(Object.fromEntries(liveEntries(store.viewShard(0))), {
    Key0: "foo",
    Key1: "a value that needs another place",
  });
  assertStrictEquals(store.version(0), 3);
});

Deno.test("SharedStore.put() throws StoreFullError for a value that no longer fits, and keeps the old one", () => {
  const store = newStore({ shards: 1, arenaWordsPerShard: 32 });
  store.putString("Key0", "foo");
  assertThrows(() => store.putString("Key0", "x".repeat(200)), StoreFullError);
  assertStrictEquals(store.getString("Key0"), "foo");
  assertStrictEquals(store.version(0), 1);
  assertStrictEquals(store.count(0), 1);
  store.putString("Key0", "four");
  assertStrictEquals(store.getString("Key0"), "four");
});

Deno.test("SharedStore.put() overwrites in place while the value fits, so that no number of puts fills the store", () => {
  const store = newStore({ shards: 1, entriesPerShard: 1, arenaWordsPerShard: 6 });
  for (let i = 0; i < 1_000; i++) store.putString("Key0", "12345678".slice(0, 8 - i % 9));
  assertStrictEquals(store.version(0), 1_000);
});

Deno.test("SharedStore.put() fills a shard to its very last word, and not its neighbour", () => {
  // A region of whole cache lines, without a word of excess.
  const words = 160;
  const store = newStore({ shards: 2, entriesPerShard: 12, arenaWordsPerShard: words });
  const model = new Model(store);
  for (let n = 0; n < 200; n++) {
    const [key, value] = [`Key${n % 40}`, "x".repeat(n * 7 % 90)];
    try {
      store.putString(key, value);
      model.put(key, value);
    } catch (error) {
      if (!(error instanceof StoreFullError)) throw error;
    }
  }
  model.assertSeenIn(store);
  // Once all else is deleted, one key may have all that there is: three words, one of the key, and the rest.
  const keys = [...model.entries.keys()].filter((name) => shardOfText(store, name) === 0);
  assertGreater(keys.length, 1);
  for (const key of keys) assertStrictEquals(store.delete(PaddedBytes.of(key)), model.delete(key));
  const [key = ""] = keys;
  const room = words - 3 - Math.ceil(key.length / 4);
  assertThrows(() => store.putString(key, "y".repeat(room * 4 + 1)), StoreFullError);
  store.putString(key, "y".repeat(room * 4));
  model.put(key, "y".repeat(room * 4));
  model.assertSeenIn(store);
});

Deno.test("SharedStore.get() leaves `out` alone when the key is absent, and lets it grow when the value is long", () => {
  const store = newStore();
  const out = PaddedBytes.of("old");
  assertFalse(store.get(PaddedBytes.of("Key0"), out));
  assertStrictEquals(out.toString(), "old");
  const value = "€".repeat(300);
  store.putString("Key0", value);
  assert(store.get(PaddedBytes.of("Key0"), out));
  assertStrictEquals(out.toString(), value);
});

Deno.test("SharedStore.put() and get() throw AbortError when the run fails while another holds the shard", () => {
  const abort = Abort.create({ tickMs: 5 });
  const store = SharedStore.create({ ...SMALL, shards: 1 }, abort);
  store.putString("Key0", "foo");
  store.lockShard(0);
  abort.raise();
  assertThrows(() => store.putString("Key0", "bar"), AbortError);
  assertThrows(() => store.getString("Key0"), AbortError);
  assertThrows(() => store.lockShard(0), AbortError);
  store.unlockShard(0);
  assertStrictEquals(store.getString("Key0"), "foo");
  assertStrictEquals(store.version(0), 1);
});

Deno.test("SharedStore.lockShard() locks one shard and no other", () => {
  const store = newStore();
  store.lockShard(1);
  const keys = Array.from({ length: 20 }, (_, n) => `Key${n}`).filter((key) => shardOfText(store, key) !== 1);
  for (const key of keys) store.putString(key, "foo");
  assertEquals(keys.map((key) => store.getString(key)), keys.map(() => "foo"));
  store.unlockShard(1);
});

Deno.test("SharedStore.putLocked() does what put() does, and says whether there was room", () => {
  const store = newStore({ shards: 1, entriesPerShard: 1 });
  const put = (name: string, value: string) => {
    const key = PaddedBytes.of(name);
    return store.putLocked(0, hashKey(key.words, key.length), key, PaddedBytes.of(value));
  };
  store.lockShard(0);
  assert(put("Key0", "foo"));
  assert(put("Key0", "a longer value"));
  assertFalse(put("Key1", "foo"));
  store.unlockShard(0);
  assertStrictEquals(store.getString("Key0"), "a longer value");
  assertStrictEquals(store.version(0), 2);
});

Deno.test("SharedStore.deleteLocked() does what delete() does, and returns the entry that was, with its key", () => {
  const store = newStore({ shards: 1 });
  const key = PaddedBytes.of("Key0");
  const hash = hashKey(key.words, key.length);
  store.lockShard(0);
  const put = store.putLocked(0, hash, key, PaddedBytes.of("foo"));
  assertStrictEquals(store.deleteLocked(0, hash, key), put);
  assertEquals(store.words[put], 4 | 1 << 31);
  assertEquals(store.words[put + 3], 0x3079654b);
  assertStrictEquals(store.deleteLocked(0, hash, key), 0);
  store.unlockShard(0);
  assertEquals([store.version(0), store.count(0)], [2, 0]);
});

Deno.test("SharedStore.delete() makes room for another key", () => {
  const store = newStore({ shards: 1, entriesPerShard: 2 });
  const model = new Model(store);
  for (let n = 0; n < 20; n++) {
    const key = `Key${n}`;
    store.putString(key, "foo");
    model.put(key, "foo");
    if (n === 0) continue;
    assertThrows(() => store.putString("one too many", "foo"), StoreFullError);
    assertStrictEquals(store.delete(PaddedBytes.of(`Key${n - 1}`)), model.delete(`Key${n - 1}`));
    model.assertSeenIn(store);
  }
});

Deno.test("SharedStore.delete() leaves probes as short as they would be had the key never been there", () => {
  // The sum of all distances between a key's slot and the one where its probe starts depends on the keys alone, not on
  // the order in which they came (Knuth, "The Art of Computer Programming" 3, 6.4).
  const size = { shards: 1, entriesPerShard: 96, arenaWordsPerShard: 200_000 };
  const store = newStore(size);
  const model = new Model(store);
  const rng = new Rng(1);
  for (let n = 0; n < 20_000; n++) {
    const key = `Key${rng.below(150)}`;
    if (model.delete(key)) store.delete(PaddedBytes.of(key));
    else if (model.entries.size < size.entriesPerShard) {
      store.putString(key, "");
      model.put(key, "");
    }
  }
  model.assertSeenIn(store);
  const fresh = newStore(size);
  for (const key of model.entries.keys()) fresh.putString(key, "");
  assertGreater(model.entries.size, 64);
  assertStrictEquals(probeLengths(store), probeLengths(fresh));
});

Deno.test("SharedStore.restoreVersion() sets the version that puts go on counting from, beyond 32 bits", () => {
  const store = newStore();
  const shard = shardOfText(store, "Key0");
  store.restoreVersion(shard, 2 ** 40);
  store.putString("Key0", "foo");
  assertStrictEquals(store.version(shard), 2 ** 40 + 1);
  assertStrictEquals(store.viewShard(shard).version, 2 ** 40 + 1);
  assertStrictEquals(store.version((shard + 1) % SMALL.shards), 0);
});

Deno.test("SharedStore.viewShard() shows an empty shard, and the same memory by word and by byte", () => {
  const store = newStore();
  for (let shard = 0; shard < SMALL.shards; shard++) {
    const view = store.viewShard(shard);
    assertEquals([view.shard, view.shards, view.version, view.count], [shard, SMALL.shards, 0, 0]);
    assertStrictEquals(view.start, view.end);
  }
  store.putString("Key0", "foo");
  const { words, bytes, start, end } = store.viewShard(shardOfText(store, "Key0"));
  for (let i = start; i < end; i++) assertStrictEquals(bytes.getInt32(4 * i, true), words[i]);
  // An encoder may read this far.
  bytes.getBigInt64(4 * words.length, true);
});

Deno.test("SharedStore.viewShard() gives the JSON codec what JSON.parse() reads as the entries put", () => {
  const store = newStore({ shards: 1 });
  const entries = { Key0: "foo", 'a "quoted" key': "\n", "": "\u{1f511}" };
  for (const [key, value] of Object.entries(entries)) store.putString(key, value);
  const out = new OutputBuffer();
  const length = jsonCodec.encode(store.viewShard(0), out);
  const document = JSON.parse(new TextDecoder().decode(out.bytes.subarray(0, length)));
  assertEquals(document.entries, entries);
});

Deno.test("SharedStore.attach() sees the same data, both ways, through a handle that can be cloned", () => {
  const store = newStore();
  const attached = SharedStore.attach(structuredClone(store.handle()));
  assertEquals(attached.size, store.size);
  const model = new Model(store);
  for (let n = 0; n < 12; n++) {
    (n % 2 === 0 ? store : attached).putString(`Key${n}`, String(n));
    model.put(`Key${n}`, String(n));
  }
  model.assertSeenIn(store);
  model.assertSeenIn(attached);
});

Deno.test("SharedStore.create() refuses a size that is out of range, by its name", () => {
  for (const name of ["shards", "entriesPerShard", "arenaWordsPerShard"] as const) {
    for (const value of [0, -1, 1.5, NaN, Infinity, 2 ** 53]) {
      const error = assertThrows(() => newStore({ [name]: value }), RangeError);
      assertStringIncludes(error.message, `${name} is ${value}, must be a whole number from 1 to `);
    }
  }
  for (const valueCapacityMin of [-1, 1.5, NaN, Infinity, 2 ** 53]) {
    const error = assertThrows(() => newStore({ valueCapacityMin }), RangeError);
    assertStringIncludes(error.message, `valueCapacityMin is ${valueCapacityMin}, must be a whole number from 0 to `);
  }
  assertThrows(() => newStore({ shards: 2 ** 20 + 1 }), RangeError, "shards");
  assertThrows(() => newStore({ entriesPerShard: 2 ** 26, arenaWordsPerShard: 2 ** 29 - 1 }), RangeError, "words per");
});

Deno.test("SharedStore.create() takes byteLength() and a cache line at most, and works at the smallest size", () => {
  for (const size of [SMALL, { shards: 1, entriesPerShard: 1, arenaWordsPerShard: 1 }]) {
    const store = newStore(size);
    const { buffer, byteOffset } = store.handle();
    assertGreaterOrEqual(buffer.byteLength - byteOffset, SharedStore.byteLength(size));
    assertLessOrEqual(buffer.byteLength, SharedStore.byteLength(size) + LINE_BYTES);
    assertStrictEquals(store.getString("Key0"), undefined);
  }
});
