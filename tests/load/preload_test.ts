/**
 * Tests of the preload: every record once, whichever thread puts it.
 *
 * @module
 */
import { assert, assertEquals, assertLess, assertRejects, assertStrictEquals } from "@std/assert";
import { storeBatch } from "../../lib/backend/memory.ts";
import { planStore } from "../../lib/backend/plan.ts";
import type { Batch } from "../../lib/engine/connection.ts";
import { mixKeySpace, type MixOptions } from "../../lib/load/workload.ts";
import { preload } from "../../lib/load/preload.ts";
import { Rng } from "../../lib/load/rng.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { StoreFullError } from "../../lib/store/store_size.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { liveEntries } from "../store/arena.ts";
import { mixOf } from "./mixes.ts";

const SHARDS = 7;

function newStore(options: MixOptions): SharedStore {
  return SharedStore.create(planStore(SHARDS, mixKeySpace(options)), Abort.create());
}

function entriesOf(store: SharedStore): Map<string, string> {
  return new Map(Array.from({ length: SHARDS }, (_, shard) => [...liveEntries(store.viewShard(shard))]).flat());
}

function putsOf(store: SharedStore): number {
  return Array.from({ length: SHARDS }, (_, shard) => store.version(shard)).reduce((sum, puts) => sum + puts);
}

function keyOf(record: number): string {
  return `user${String(record).padStart(12, "0")}`;
}

for (const threads of [1, 2, 3, 4]) {
  Deno.test(`preload() puts every record exactly once with ${threads} threads`, async () => {
    for (const keyCount of [1, 2, 5, 1023, 1024, 1025, 10_007]) {
      const options = mixOf("a", { keyCount });
      const store = newStore(options);
      const counts = await Promise.all(Array.from({ length: threads }, (_, thread) => (
        preload(storeBatch(store), options, { rng: new Rng(1, thread), thread, threads, keepGoing: () => true })
      )));
      assertStrictEquals(counts.reduce((sum, count) => sum + count), keyCount);
      assert(Math.max(...counts) - Math.min(...counts) <= 1, `${counts}`);
      const entries = entriesOf(store);
      assertEquals([...entries.keys()].sort(), Array.from({ length: keyCount }, (_, record) => keyOf(record)));
      assertStrictEquals(putsOf(store), keyCount);
    }
  });
}

Deno.test("preload() gives records values of all lengths of the range, the same with the same random numbers", async () => {
  const options = mixOf("a", { keyCount: 5000, valueBytesMin: 3, valueBytesMax: 20 });
  const [first, again] = await Promise.all([newStore(options), newStore(options)].map(async (store) => {
    await preload(storeBatch(store), options, { rng: new Rng(1), thread: 0, threads: 1, keepGoing: () => true });
    return entriesOf(store);
  }));
  assert(first !== undefined);
  const lengths = new Set([...first.values()].map(({ length }) => length));
  assertEquals([...lengths].sort((a, b) => a - b), Array.from({ length: 18 }, (_, i) => 3 + i));
  assertEquals(again, first);
});

Deno.test("preload() stops soon after it is told to, and says how many records it has put", async () => {
  const options = mixOf("a", { keyCount: 50_000 });
  for (const turns of [0, 1, 3]) {
    const store = newStore(options);
    const told: number[] = [];
    const keepGoing = (records: number) => told.push(records) <= turns;
    const count = await preload(storeBatch(store), options, { rng: new Rng(1), thread: 0, threads: 1, keepGoing });
    assertStrictEquals(count, entriesOf(store).size);
    assertStrictEquals(told.length, turns + 1);
    assertEquals(told, told.map((_, turn) => turn * count / Math.max(1, turns)));
    assertStrictEquals(count > 0, turns > 0);
    assertLess(count, 3 * 2048 + 1);
  }
});

Deno.test("preload() tells at the end how many records it has put", async () => {
  for (const keyCount of [1, 1024, 3000]) {
    const options = mixOf("a", { keyCount });
    let told = NaN;
    const keepGoing = (records: number) => {
      told = records;
      return true;
    };
    await preload(storeBatch(newStore(options)), options, { rng: new Rng(1), thread: 0, threads: 1, keepGoing });
    assertStrictEquals(told, keyCount);
  }
});

Deno.test("preload() throws StoreFullError when the store was planned for fewer records", async () => {
  const store = newStore(mixOf("a", { keyCountMax: 1000 }));
  const options = mixOf("a", { keyCount: 5000 });
  const part = { rng: new Rng(1), thread: 0, threads: 1, keepGoing: () => true };
  await assertRejects(() => preload(storeBatch(store), options, part), StoreFullError);
});

Deno.test("preload() puts no more into a batch than 1,024 records, and 8 MiB and the record that goes beyond", async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  const rng = new Rng(seed);
  for (let round = 0; round < 20; round++) {
    const valueBytesMin = 1 + Math.floor(2 ** (20 * rng.fraction()));
    const valueBytesMax = valueBytesMin + Math.floor(valueBytesMin * rng.fraction());
    const keyCount = 1 + Math.floor(rng.fraction() * Math.min(5000, 2 ** 26 / valueBytesMax));
    const options = mixOf("a", { keyCount, valueBytesMin, valueBytesMax });
    const batches: { records: number; bytes: number; last: number }[] = [];
    const batch: Batch = {
      begin: () => void batches.push({ records: 0, bytes: 0, last: 0 }),
      put(key, value) {
        const at = batches.at(-1)!;
        at.records++;
        at.last = key.length + value.length;
        at.bytes += at.last;
      },
      commit() {},
    };
    await preload(batch, options, { rng: new Rng(1), thread: 0, threads: 1, keepGoing: () => true });
    const about = `seed ${seed}, round ${round}: ${keyCount} records of ${valueBytesMin} to ${valueBytesMax} bytes`;
    assertStrictEquals(batches.reduce((sum, { records }) => sum + records, 0), keyCount, about);
    for (const [at, { records, bytes, last }] of batches.entries()) {
      assert(records <= 1024 && bytes - last < 8 << 20, about);
      assert(at === batches.length - 1 || records === 1024 || bytes >= 8 << 20, about);
    }
  }
});
