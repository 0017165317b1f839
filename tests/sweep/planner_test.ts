/**
 * Tests of the planner, with simulated backends whose truth is known.
 *
 * @module
 */
import { assert, assertEquals, assertGreaterOrEqual, assertLessOrEqual } from "@std/assert";
import { Rng } from "../../lib/load/rng.ts";
import type { Outcome, Space } from "../../lib/sweep/outcome.ts";
import { next } from "../../lib/sweep/planner.ts";
import { standings } from "../../lib/sweep/standing.ts";
import { plantedSpace, type SimulatedMachine, simulateSweep, trueFrontier } from "./simulation.ts";

const BACKENDS = 24;
const SWEEPS = 100;
/** What a sweep may take: 60% of so many rounds of all backends. */
const ROUNDS = 15;
const SHARE_MAX = 0.6;

/** Noise of 10%, a machine whose speed swings by a third and loses some of it for good, and stalls. */
const MACHINE: SimulatedMachine = { noise: 0.1, drift: 0.3, driftRuns: 150, stalls: 0.03 };

function frontierOf(space: Space, outcomes: readonly Outcome[]): string[] {
  return standings(space, outcomes).filter(({ state }) => state === "frontier").map(({ id }) => id);
}

Deno.test("next() finds a planted frontier in 95 of 100 sweeps, with 60% of the runs of every backend in every round", () => {
  const runsMax = Math.floor(SHARE_MAX * BACKENDS * ROUNDS);
  let right = 0, runs = 0, exhaustive = 0, dropped = 0;
  for (let seed = 0; seed < SWEEPS; seed++) {
    const backends = plantedSpace(new Rng(seed, 7), { backends: BACKENDS, margin: 0.15 });
    const { space, outcomes } = simulateSweep(backends, { machine: MACHINE, seed, runsMax });
    const truth = trueFrontier(backends);
    if (frontierOf(space, outcomes).join() === truth.join()) right++;
    const dominated = standings(space, outcomes).filter(({ state }) => state === "dominated").map(({ id }) => id);
    if (truth.some((id) => dominated.includes(id))) dropped++;
    runs += outcomes.length;
    exhaustive += BACKENDS * Math.max(...outcomes.map(({ round }) => round));
  }
  assertGreaterOrEqual(right, 95);
  assertLessOrEqual(dropped, 1);
  assertLessOrEqual(runs / exhaustive, SHARE_MAX);
});

Deno.test("next() finds a planted frontier of rates in 95 of 100 sweeps, with 18 runs of each backend on average", () => {
  let right = 0, dropped = 0;
  for (let seed = 0; seed < SWEEPS; seed++) {
    const backends = plantedSpace(new Rng(seed, 7), { backends: BACKENDS / 2, margin: 0.3 });
    const { space, outcomes } = simulateSweep(backends, {
      machine: MACHINE,
      seed,
      runsMax: 9 * BACKENDS,
      speed: "rate",
    });
    const truth = trueFrontier(backends);
    if (frontierOf(space, outcomes).join() === truth.join()) right++;
    if (standings(space, outcomes).some(({ id, state }) => state === "dominated" && truth.includes(id))) dropped++;
  }
  assertGreaterOrEqual(right, 95);
  assertLessOrEqual(dropped, 1);
});

Deno.test("next() leaves nothing to be told apart on a quiet machine, and says so", () => {
  const machine = { noise: 0.02, drift: 0, driftRuns: 150, stalls: 0 };
  for (let seed = 0; seed < 10; seed++) {
    const backends = plantedSpace(new Rng(seed, 8), { backends: BACKENDS, margin: 0.15 });
    const { space, outcomes, ended } = simulateSweep(backends, { machine, seed, runsMax: BACKENDS * ROUNDS });
    assertEquals(ended, "separated");
    assertEquals(frontierOf(space, outcomes), trueFrontier(backends));
    const frontierRuns = standings(space, outcomes).filter(({ state }) => state === "frontier").map(({ runs }) => runs);
    assertGreaterOrEqual(Math.min(...frontierRuns), 6);
  }
});

Deno.test("next() calls two equal backends tied, and stops once they are known to be equal to 5%", () => {
  const backends = [
    { id: "c01", opsPerSec: 1000, loss: Infinity },
    { id: "c02", opsPerSec: 500, loss: 0 },
    { id: "c03", opsPerSec: 500, loss: 0 },
  ];
  const machine = { noise: 0.03, drift: 0.1, driftRuns: 50, stalls: 0 };
  const { space, outcomes, ended } = simulateSweep(backends, { machine, seed: 5, runsMax: 500 });
  assertEquals(ended, "separated");
  const [, one, other] = standings(space, outcomes);
  assertEquals([one?.state, other?.state].sort(), ["frontier", "tied"]);
  const tied = one?.state === "tied" ? one : other;
  assertEquals(tied?.beside, [tied?.id === "c02" ? "c03" : "c02"]);
});

Deno.test("next() runs each configuration once a round, in an order that the seed and the round decide", () => {
  const backends = plantedSpace(new Rng(1, 7), { backends: BACKENDS, margin: 0.15 });
  const orders = [1, 1, 2].map((seed) => {
    const { outcomes } = simulateSweep(backends, { machine: MACHINE, seed, runsMax: 2 * BACKENDS });
    return [1, 2].map((round) =>
      outcomes.filter((outcome) => outcome.round === round).map(({ configuration }) => configuration)
    );
  });
  const [first, again, other] = orders;
  assertEquals(first, again);
  assert(first?.[0]?.join() !== other?.[0]?.join());
  assert(first?.[0]?.join() !== first?.[1]?.join());
  for (const round of orders.flat()) assertEquals(round.toSorted(), backends.map(({ id }) => id));
});

Deno.test("next() goes on in the middle of a round as if it had not been interrupted", () => {
  const backends = plantedSpace(new Rng(2, 7), { backends: BACKENDS, margin: 0.15 });
  const { space, outcomes } = simulateSweep(backends, { machine: MACHINE, seed: 2, runsMax: 120 });
  for (const done of [0, 1, 23, 24, 47, 48, 61, 119]) {
    const step = next(space, outcomes.slice(0, done));
    const { configuration, round } = outcomes[done]!;
    assertEquals(step, { kind: "run", configuration, round });
  }
});

Deno.test("next() does not run again what has failed, be it the baseline", () => {
  const space: Space = {
    configurations: ["c01", "c02", "c03"],
    seed: 3,
    limits: [],
    roundsMin: 2,
    speed: "throughput",
  };
  const outcomes: Outcome[] = [];
  for (let step = next(space, outcomes); step.kind === "run"; step = next(space, outcomes)) {
    const { configuration, round } = step;
    const opsPerSec = configuration === "c02" ? 1000 : 10;
    outcomes.push(
      configuration === "c01" ? { configuration, round } : { configuration, round, measured: { opsPerSec, loss: 0 } },
    );
  }
  assertEquals(outcomes.filter(({ configuration }) => configuration === "c01").length, 1);
  assertEquals(standings(space, outcomes).map(({ state }) => state), ["failed", "frontier", "dominated"]);
});

Deno.test("standings() keeps what loses a little less than a limit beside what loses a little more", () => {
  const outcomes = (limits: readonly number[]) => {
    const space: Space = { configurations: ["c01", "c02"], seed: 1, limits, roundsMin: 2, speed: "throughput" };
    const rounds = [1, 2, 3, 4, 5, 6];
    return standings(
      space,
      rounds.flatMap((round) => [
        { configuration: "c01", round, measured: { opsPerSec: 1000, loss: 10.2 } },
        { configuration: "c02", round, measured: { opsPerSec: 500, loss: 9.8 } },
      ]),
    ).map(({ state }) => state);
  };
  assertEquals(outcomes([]), ["frontier", "dominated"]);
  assertEquals(outcomes([10]), ["frontier", "frontier"]);
});
