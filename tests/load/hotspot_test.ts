/**
 * Tests of the hotspot distribution: 80% of the operations on 20% of the records.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { HotspotDistribution } from "../../lib/load/distribution.ts";
import { Rng } from "../../lib/load/rng.ts";
import { assertByChance, countNumbers } from "./statistics.ts";
import { FixedRng, FRACTION_MAX } from "./fixed_rng.ts";

const DRAWS = 500_000;

Deno.test("HotspotDistribution.next() gives 80% of the operations to the first fifth of the records", () => {
  for (const [records, hot] of [[1000, 200], [1004, 200], [5, 1], [9, 1], [10, 2]] as const) {
    const distribution = new HotspotDistribution(new Rng(51), records);
    const counts = countNumbers(() => distribution.next(), { draws: DRAWS, bound: records });
    const share = counts.slice(0, hot).reduce((sum, count) => sum + count, 0) / DRAWS;
    assert(Math.abs(share - 0.8) < 0.003, `${share} for ${hot} of ${records}`);
    if (hot > 1) assertByChance(counts.slice(0, hot));
    assertByChance(counts.slice(hot));
  }
});

Deno.test("HotspotDistribution.next() has a hot record even where a fifth is less than one", () => {
  for (const records of [1, 2, 3, 4]) {
    const distribution = new HotspotDistribution(new Rng(52), records);
    const counts = countNumbers(() => distribution.next(), { draws: 10_000, bound: records });
    const expected = records === 1 ? 10_000 : 8000;
    assert(Math.abs(counts[0]! - expected) < 200, `${counts}`);
    assert(counts.every((count) => count > 0));
  }
});

Deno.test("HotspotDistribution.next() reaches both ends of both sets, and no more", () => {
  const records = 2 ** 31 - 1;
  const hot = Math.trunc(records / 5);
  const rng = new FixedRng(0, 0, 0, FRACTION_MAX, 0.8, 0, 0.8, FRACTION_MAX);
  const distribution = new HotspotDistribution(rng, records);
  assertEquals(Array.from({ length: 4 }, () => distribution.next()), [0, hot - 1, hot, records - 1]);
});
