/**
 * Tests of the uniform distribution.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { UniformDistribution } from "../../lib/load/distribution.ts";
import { Rng } from "../../lib/load/rng.ts";
import { assertByChance, countNumbers } from "./statistics.ts";
import { FixedRng, FRACTION_MAX } from "./fixed_rng.ts";

Deno.test("UniformDistribution.next() chooses all records equally often", () => {
  for (const records of [2, 3, 100, 1021]) {
    const distribution = new UniformDistribution(new Rng(records), records);
    assertByChance(countNumbers(() => distribution.next(), { draws: 300_000, bound: records }));
  }
});

Deno.test("UniformDistribution.next() chooses equally often among so many records that 32 bits would show", () => {
  const records = 2 ** 31 - 1;
  const distribution = new UniformDistribution(new Rng(41), records);
  const low = countNumbers(() => distribution.next() % 8, { draws: 100_000, bound: 8 });
  const high = countNumbers(() => Math.floor(distribution.next() / (records / 8)), { draws: 100_000, bound: 8 });
  assertByChance(low);
  assertByChance(high);
});

Deno.test("UniformDistribution.next() reaches the first record and the last, and no more", () => {
  for (const records of [1, 2, 65_536, 2 ** 31 - 1]) {
    const distribution = new UniformDistribution(new FixedRng(0, FRACTION_MAX), records);
    assertEquals([distribution.next(), distribution.next()], [0, records - 1]);
  }
});
