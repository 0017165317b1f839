/**
 * Tests of the latest distribution: the newest record first, and none that has not been inserted.
 *
 * @module
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { InsertOrder, LatestDistribution } from "../../lib/load/distribution.ts";
import { zeta } from "../../lib/load/zipfian.ts";
import { Rng } from "../../lib/load/rng.ts";
import { countNumbers } from "./statistics.ts";
import { FixedRng, FRACTION_MAX } from "./fixed_rng.ts";

const THETA = 0.99;

/** The distribution of one of three threads, and the records that it has inserted by then, in their order. */
function newLatest(rng: Rng, { records, inserts }: { records: number; inserts: number }) {
  const order = new InsertOrder({ keyCount: records, keyCountMax: 1_000_000, thread: 1, threads: 3 });
  const distribution = new LatestDistribution(rng, { records, theta: THETA, order });
  for (let i = 0; i < inserts; i++) distribution.grow();
  return { distribution, inserted: Array.from({ length: inserts }, (_, i) => order.record(i)) };
}

for (const inserts of [0, 1, 10, 500]) {
  Deno.test(`LatestDistribution.next() prefers the newest of ${inserts} inserts and a hundred records before`, () => {
    const records = 100;
    const { distribution, inserted } = newLatest(new Rng(61), { records, inserts });
    const newestFirst = [...Array.from({ length: records }, (_, n) => n), ...inserted].reverse();
    const draws = 200_000;
    // Only records that exist have a rank; any other would be found at -1.
    const counts = countNumbers(() => newestFirst.indexOf(distribution.next()), { draws, bound: newestFirst.length });
    for (const rank of [0, 1]) {
      const expected = draws * (rank + 1) ** -THETA / zeta(newestFirst.length, THETA);
      assert(Math.abs(counts[rank]! - expected) < 5 * Math.sqrt(expected), `${counts[rank]}, expected ${expected}`);
    }
    const tenth = Math.ceil(newestFirst.length / 10);
    const sum = (some: number[]) => some.reduce((sum, count) => sum + count, 0);
    assert(sum(counts.slice(0, tenth)) > 3 * sum(counts.slice(-tenth)), `${counts}`);
  });
}

Deno.test("LatestDistribution.next() goes from the newest insert to the first record, and no farther", () => {
  const { distribution, inserted } = newLatest(new FixedRng(0, FRACTION_MAX), { records: 50, inserts: 7 });
  assertEquals([distribution.next(), distribution.next()], [inserted.at(-1), 0]);
});

Deno.test("LatestDistribution.next() chooses the one record that there is, and then the insert beside it", () => {
  const { distribution } = newLatest(new Rng(62), { records: 1, inserts: 0 });
  for (let i = 0; i < 100; i++) assertStrictEquals(distribution.next(), 0);
  distribution.grow();
  const seen = new Set(Array.from({ length: 100 }, () => distribution.next()));
  assertEquals([...seen].sort(), [0, 2]);
});
