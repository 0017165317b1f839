/**
 * Tests of the zipfian distribution: Zipf's law, for any exponent and number of ranks.
 *
 * @module
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { zeta, Zipfian } from "../../lib/load/zipfian.ts";
import { Rng } from "../../lib/load/rng.ts";
import { countNumbers } from "./statistics.ts";
import { FixedRng, FRACTION_MAX } from "./fixed_rng.ts";

const DRAWS = 1_000_000;

/** The next rank. */
function draw(zipfian: Zipfian): number {
  zipfian.next();
  return zipfian.rank;
}

function countRanks(items: number, theta: number): number[] {
  const zipfian = new Zipfian(new Rng(21), { items, theta });
  return countNumbers(() => draw(zipfian), { draws: DRAWS, bound: items });
}

/** The slope of the line nearest to the points. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (numbers: number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const meanX = mean(points.map(([x]) => x)), meanY = mean(points.map(([, y]) => y));
  const products = points.map(([x, y]) => (x - meanX) * (y - meanY));
  return mean(products) / mean(points.map(([x]) => (x - meanX) ** 2));
}

for (const theta of [0.3, 0.7, 0.99]) {
  Deno.test(`Zipfian.next() chooses rank r in proportion to 1 / r^${theta}`, () => {
    const counts = countRanks(1000, theta);
    // Ranks in groups that double, each seen thousands of times: the mean frequency over the mean rank.
    const points = [];
    for (let first = 4; first < 1000; first *= 2) {
      const end = Math.min(2 * first, 1000);
      const count = counts.slice(first, end).reduce((sum, count) => sum + count, 0) / (end - first);
      points.push([Math.log(Math.sqrt((first + 0.5) * (end + 0.5))), Math.log(count)] as const);
    }
    const found = slope(points);
    assert(Math.abs(found + theta) < 0.02, `the slope is ${found}`);
  });

  Deno.test(`Zipfian.next() gives ranks 0 and 1 their exact shares when theta is ${theta}`, () => {
    const counts = countRanks(1000, theta);
    for (const rank of [0, 1]) {
      const expected = DRAWS * (rank + 1) ** -theta / zeta(1000, theta);
      assert(Math.abs(counts[rank]! - expected) < 4 * Math.sqrt(expected), `${counts[rank]}, expected ${expected}`);
    }
  });
}

Deno.test("Zipfian.next() stays in its range at both ends of the random numbers, however few ranks there are", () => {
  for (const theta of [Number.MIN_VALUE, 0.01, 0.5, 0.99, 0.999_999_999, 1 - 2 ** -53]) {
    for (const items of [1, 2, 3, 4, 10, 1000, 10_000_000_001]) {
      const zipfian = new Zipfian(new FixedRng(0, FRACTION_MAX), { items, theta });
      assertStrictEquals(draw(zipfian), 0);
      const last = draw(zipfian);
      assert(Number.isInteger(last) && last >= 0 && last < items, `${last} of ${items}, theta ${theta}`);
    }
  }
});

Deno.test("Zipfian.next() reaches the last rank of ten billion", () => {
  const items = 10_000_000_001;
  assertStrictEquals(draw(new Zipfian(new FixedRng(FRACTION_MAX), { items, theta: 0.99 })), items - 1);
});

Deno.test("Zipfian.grow() makes of a distribution what one of that many ranks is from the start", () => {
  for (const theta of [0.2, 0.99]) {
    const grown = new Zipfian(new Rng(3), { items: 1, theta });
    for (let items = 2; items <= 5000; items++) grown.grow();
    const fresh = new Zipfian(new Rng(3), { items: 5000, theta });
    const pairs = Array.from({ length: 10_000 }, () => [draw(grown), draw(fresh)] as const);
    assertEquals(pairs.filter(([a, b]) => a !== b), []);
  }
});
