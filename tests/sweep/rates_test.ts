/**
 * Tests of the search for rates, with configurations whose truth is known.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertGreaterOrEqual, assertLess } from "@std/assert";
import { Rng } from "../../lib/load/rng.ts";
import type { Outcome, Trial } from "../../lib/sweep/outcome.ts";
import { Rates, RateSearch, roundedRate } from "../../lib/sweep/rates.ts";
import { normal } from "./simulation.ts";

/** Tries rates as the search says, of what keeps up `ratePerSec` but for noise and stalls. */
function searchFor(
  ratePerSec: number,
  { closedPerSec, trials, noise = 0, stalls = 0, seed = 1 }: {
    closedPerSec: number;
    trials: number;
    noise?: number;
    stalls?: number;
    seed?: number;
  },
): RateSearch {
  const rng = new Rng(seed);
  const done: Trial[] = [];
  for (let trial = 0; trial < trials; trial++) {
    const { nextPerSec } = new RateSearch(closedPerSec, done);
    const keepsUp = ratePerSec * Math.exp(noise * normal(rng));
    done.push({ ratePerSec: nextPerSec, isWithin: nextPerSec <= keepsUp && rng.fraction() >= stalls });
  }
  return new RateSearch(closedPerSec, done);
}

Deno.test("RateSearch finds a sharp threshold, be it near the closed loop's throughput or far from it", () => {
  for (const ratePerSec of [150_000, 90_000, 40_000, 5_000, 500]) {
    const search = searchFor(ratePerSec, { closedPerSec: 100_000, trials: 20 });
    assertAlmostEquals(search.level, Math.log(ratePerSec), 0.05, `${ratePerSec}`);
    assertLess(search.quantile(0.025), ratePerSec);
    assertLess(ratePerSec, search.quantile(0.975));
  }
});

Deno.test("RateSearch has the truth in its interval 95% of the time, whatever the noise", () => {
  for (const noise of [0.02, 0.1, 0.25]) {
    for (const trials of [6, 20]) {
      let inside = 0;
      for (let seed = 0; seed < 200; seed++) {
        const ratePerSec = 10_000 * Math.exp(-3 * new Rng(seed, 3).fraction() ** 2);
        const search = searchFor(ratePerSec, { closedPerSec: 10_000, trials, noise, stalls: 0.03, seed });
        if (search.quantile(0.025) <= ratePerSec && ratePerSec <= search.quantile(0.975)) inside++;
      }
      assertGreaterOrEqual(inside / 200, 0.92, `${noise} ${trials}`);
    }
  }
});

Deno.test("RateSearch gives up hope only where nothing was kept up", () => {
  assert(searchFor(0, { closedPerSec: 100_000, trials: 12 }).isHopeless);
  // A server that answers a few times a second: nothing below one a second can be tried.
  assert(searchFor(0, { closedPerSec: 20, trials: 12 }).isHopeless);
  assert(!searchFor(0, { closedPerSec: 100_000, trials: 2 }).isHopeless);
  assert(!searchFor(300, { closedPerSec: 100_000, trials: 20 }).isHopeless);
});

Deno.test("RateSearch gets over the stalls of its first runs", () => {
  const failed = Array.from({ length: 2 }, (_, trial) => ({ ratePerSec: [58_000, 20_000][trial]!, isWithin: false }));
  const before = new RateSearch(100_000, failed).quantile(0.5);
  assertLess(before, 20_000);
  const passed = Array.from({ length: 6 }, () => ({ ratePerSec: 50_000, isWithin: true }));
  assertGreaterOrEqual(new RateSearch(100_000, [...failed, ...passed]).quantile(0.5), 50_000);
});

Deno.test("Rates knows nothing until a closed loop has told where to begin", () => {
  const trial: Outcome = {
    configuration: "c01",
    round: 2,
    measured: { opsPerSec: 10, loss: 0, trial: { ratePerSec: 10, isWithin: true } },
  };
  assertEquals(new Rates([trial]).search("c01"), undefined);
  const closed: Outcome = { configuration: "c01", round: 1, measured: { opsPerSec: 100, loss: 0 } };
  const rates = new Rates([closed, trial]);
  assertEquals([rates.runs("c01"), rates.runs("c02"), rates.difference("c01", "c02")], [1, 0, undefined]);
  assert(rates.isRough("c01"));
});

Deno.test("roundedRate() has three digits at most, and is a rate that --rate takes", () => {
  const rows = [[123_456, 123_000], [12.34, 12], [0.01, 1], [99.96, 100], [3e9, 1e9], [7, 7]] as const;
  for (const [ratePerSec, rounded] of rows) assertEquals(roundedRate(ratePerSec), rounded);
});
