/**
 * What may be wrong with a store in memory: importing this module plants it, in the worker whose name says so.
 *
 * @module
 */
import { MemoryConnection } from "../../lib/backend/memory.ts";
import { hashKey } from "../../lib/store/hash.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";

/** What is wrong with a store. */
export type Planted = keyof typeof PATCHES;

const { put, get } = MemoryConnection.prototype;

const PATCHES = {
  "returns an older value once in 10,000 reads"() {
    const before = new Map<string, PaddedBytes>();
    let reads = 0;
    MemoryConnection.prototype.put = function (key, value) {
      const held = new PaddedBytes(value.length);
      if (get.call(this, key, held)) before.set(key.toString(), held);
      put.call(this, key, value);
    };
    MemoryConnection.prototype.get = function (key, out) {
      const older = before.get(key.toString());
      const isFound = get.call(this, key, out);
      if (++reads % 10_000 !== 0 || older === undefined) return isFound;
      out.copy(older.bytes, 0, older.length);
      return true;
    };
  },
  "acknowledges before the write"() {
    let late: { readonly key: PaddedBytes; readonly value: PaddedBytes } | undefined;
    // Each put is written when the next one is acknowledged.
    MemoryConnection.prototype.put = function (key, value) {
      if (late !== undefined) put.call(this, late.key, late.value);
      late = { key: PaddedBytes.of(key.toString()), value: PaddedBytes.of(value.toString()) };
    };
  },
  "puts without the lock"() {
    SharedStore.prototype.put = function (key, value) {
      const hash = hashKey(key.words, key.length);
      this.putLocked(this.shardOf(hash), hash, key, value);
    };
  },
  "nothing is wrong"() {},
} satisfies Record<string, () => void>;

const { name } = globalThis as unknown as { name: Planted };
PATCHES[name]();
