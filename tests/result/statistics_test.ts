import { Rng } from "../../lib/load/rng.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { medianInterval, summarize } from "../../lib/result/statistics.ts";

const samples = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }), {
  minLength: 1,
  maxLength: 12,
});

Deno.test("summarize() gives median, least and greatest of samples in any order", () => {
  const { median, min, max } = summarize([10, 2, 5, 100, 2, 1]);
  assertEquals({ median, min, max }, { median: 3.5, min: 1, max: 100 });
  assertEquals(summarize([3, 1, 2]).median, 2);
});

Deno.test("summarize() gives no interval when there is one sample", () => {
  assertEquals(summarize([7]), { median: 7, min: 7, max: 7 });
});

Deno.test("summarize() throws when there is no sample", () => {
  assertThrows(() => summarize([]), Error);
});

Deno.test("summarize() leaves its samples as they are", () => {
  const given = [3, 1, 2];
  summarize(given);
  assertEquals(given, [3, 1, 2]);
});

Deno.test("medianInterval() is the same each time, in any order of the samples", () => {
  const sorted = Array.from({ length: 14 }, (_, index) => 2 ** index);
  const interval = medianInterval(sorted);
  for (let turn = 0; turn < sorted.length; turn++) {
    assertEquals(medianInterval([...sorted.slice(turn), ...sorted.slice(0, turn)]), interval);
  }
});

Deno.test("medianInterval() leaves out what the tables of order statistics say", () => {
  // The number of samples, and the place of the lowest end for 95%: Conover, "Practical Nonparametric Statistics", 3.2.
  const places = [[6, 1], [8, 1], [9, 2], [11, 2], [12, 3], [14, 3], [15, 4], [20, 6], [25, 8], [30, 10]] as const;
  for (const [n, place] of places) {
    const sorted = Array.from({ length: n }, (_, index) => index + 1);
    assertEquals(medianInterval(sorted), { low: place, high: n + 1 - place }, `${n} samples`);
  }
});

Deno.test("medianInterval() covers the median in 95 of 100 cases at least, or gives none", () => {
  const rng = new Rng(1);
  const draw = () => -Math.log(((rng.next() >>> 0) + 1) / 2 ** 32);
  const MEDIAN = Math.LN2;
  const DRAWS = 4_000;
  for (let n = 3; n <= 30; n++) {
    let covered = 0;
    for (let i = 0; i < DRAWS; i++) {
      const interval = medianInterval(Array.from({ length: n }, draw));
      if (n < 6) assertEquals(interval, undefined);
      else if (interval !== undefined && interval.low <= MEDIAN && MEDIAN <= interval.high) covered++;
    }
    // Three standard deviations of the simulation itself.
    if (n >= 6) {
      assert(covered / DRAWS >= 0.95 - 3 * Math.sqrt(0.95 * 0.05 / DRAWS), `${n} samples: ${covered / DRAWS}`);
    }
  }
});

Deno.test("medianInterval() lies within the samples and around their median", () => {
  fc.assert(
    fc.property(samples, (given) => {
      const { median, min, max, interval } = summarize(given);
      assertEquals(interval === undefined, given.length < 6);
      if (interval === undefined) return;
      assert(min <= interval.low && interval.low <= median && median <= interval.high && interval.high <= max);
    }),
    { numRuns: 200 },
  );
});
