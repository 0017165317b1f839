/**
 * Tests of what a mix may put: a store planned for it never runs out of room.
 *
 * @module
 */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { storeBatch } from "../../lib/backend/memory.ts";
import { planStore } from "../../lib/backend/plan.ts";
import { mixKeySpace } from "../../lib/load/workload.ts";
import { MixedWorkload } from "../../lib/load/mixed_workload.ts";
import { READ } from "../../lib/load/operation.ts";
import { preload } from "../../lib/load/preload.ts";
import { RecordsUsedUpError } from "../../lib/load/distribution.ts";
import { Rng } from "../../lib/load/rng.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { mixOf } from "./mixes.ts";

Deno.test("mixKeySpace() is all keys that there is room for, and the lengths of values", () => {
  const options = mixOf("d", { keyCount: 10, keyCountMax: 30, keyBytes: 20, valueBytesMin: 1, valueBytesMax: 7 });
  assertEquals(mixKeySpace(options), { keyCount: 30, keyLengthMax: 20, valueLengthMax: 7, valueLengthMin: 1 });
});

for (const shards of [1, 16]) {
  Deno.test(`mixKeySpace() has room for values of ever new lengths, and all inserts, in ${shards} shards`, async () => {
    const shares = [0.1, 0.8, 0.01, 0.09];
    const options = mixOf("a", { shares, keyCount: 500, keyCountMax: 2000, valueBytesMin: 0, valueBytesMax: 100 });
    const store = SharedStore.create(planStore(shards, mixKeySpace(options)), Abort.create());
    await preload(storeBatch(store), options, { rng: new Rng(1), thread: 0, threads: 1, keepGoing: () => true });
    const workload = new MixedWorkload(new Rng(2), options, { thread: 0, threads: 1 });
    const out = new PaddedBytes(0);
    let missed = 0;
    try {
      for (;;) {
        workload.next();
        if (workload.kind !== READ) store.put(workload.key, workload.value);
        if (!store.get(workload.key, out)) missed++;
      }
    } catch (error) {
      // Any other, such as that of a full store, is what must not happen.
      if (!(error instanceof RecordsUsedUpError)) throw error;
    }
    const count = Array.from({ length: shards }, (_, shard) => store.count(shard)).reduce((sum, some) => sum + some);
    assertStrictEquals(count, 2000);
    assertStrictEquals(missed, 0);
  });
}
