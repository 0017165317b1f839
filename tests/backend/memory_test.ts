/**
 * Tests of the memory backend.
 *
 * @module
 */
import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { MemoryConnection } from "../../lib/backend/memory.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { StoreFullError } from "../../lib/store/store_size.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { newStore } from "./fixtures.ts";

Deno.test("MemoryConnection.get() finds what put() has stored last, through any view of the store", () => {
  const store = newStore(4);
  const backend = new MemoryConnection(store);
  const other = new MemoryConnection(SharedStore.attach(store.handle()));
  backend.put(PaddedBytes.of("a"), PaddedBytes.of("1"));
  backend.put(PaddedBytes.of("b"), PaddedBytes.of("two"));
  other.put(PaddedBytes.of("a"), PaddedBytes.of("a longer value"));

  const out = new PaddedBytes(1);
  for (const view of [backend, other]) {
    assert(view.get(PaddedBytes.of("a"), out));
    assertEquals(out.toString(), "a longer value");
    assert(view.get(PaddedBytes.of("b"), out));
    assertEquals(out.toString(), "two");
  }
});

Deno.test("MemoryConnection.get() leaves `out` alone when the key is absent", () => {
  const backend = new MemoryConnection(newStore(4));
  backend.put(PaddedBytes.of("present"), PaddedBytes.of("x"));
  const out = PaddedBytes.of("as before");
  assertFalse(backend.get(PaddedBytes.of("absent"), out));
  assertFalse(backend.get(PaddedBytes.of(""), out));
  assertEquals(out.toString(), "as before");
});

Deno.test("MemoryConnection.put() throws when the shard is full, and keeps what it has", () => {
  const size = { shards: 1, entriesPerShard: 2, arenaWordsPerShard: 100 };
  const backend = new MemoryConnection(SharedStore.create(size, Abort.create()));
  const out = new PaddedBytes(4);
  assertThrows(() => {
    for (let i = 0;; i++) backend.put(PaddedBytes.of(`k${i}`), PaddedBytes.of("v"));
  }, StoreFullError);
  assert(backend.get(PaddedBytes.of("k0"), out));
  backend.put(PaddedBytes.of("k0"), PaddedBytes.of("w"));
  assert(backend.get(PaddedBytes.of("k0"), out));
  assertEquals(out.toString(), "w");
});
