/**
 * The planner: decides which configuration runs next, given all outcomes so far. Pure: the same outcomes give the same
 * plan, so an interrupted sweep resumes as if it had not been interrupted.
 *
 * The sweep is a race in rounds. Within a round, each configuration still in the race runs once, in random order. All
 * runs of one are never done before all of another, so a machine whose speed drifts is fair to all. After each round,
 * those that are clearly dominated drop out; those that may still be on the frontier go on until noise no longer
 * decides. The baseline runs in every round, to show the drift.
 *
 * Where the question is which rate each keeps up, a run is a trial at one rate, and a round has one trial of each. The
 * first round is the closed loop, whose throughput tells where to begin.
 *
 * The idea of racing is Maron and Moore's, "Hoeffding Races: Accelerating Model Selection Search for Classification and
 * Function Approximation" (1993).
 *
 * @module
 */
import { Rng } from "../load/rng.ts";
import type { Outcome, Space } from "./outcome.ts";
import { Rates } from "./rates.ts";
import { type Standing, standings } from "./standing.ts";
import { given } from "../option/given.ts";

/** What to do next. */
export type Next = { readonly kind: "separated" } | {
  readonly kind: "run";
  readonly configuration: string;
  readonly round: number;
  /** The rate to run at; a closed loop if absent. */
  readonly ratePerSec?: number;
};

/**
 * What runs next; `separated` if further runs would tell nothing apart.
 *
 * @param outcomes in the order in which the runs ended
 */
export function next(space: Space, outcomes: readonly Outcome[]): Next {
  const last = outcomes.reduce((latest, { round }) => Math.max(latest, round), 1);
  for (const round of [last, last + 1]) {
    const [configuration] = leftOf(space, round, outcomes);
    if (configuration === undefined) continue;
    const ratePerSec = space.speed === "rate" ? new Rates(outcomes).search(configuration)?.nextPerSec : undefined;
    return { kind: "run", configuration, round, ...given({ ratePerSec }) };
  }
  return { kind: "separated" };
}

/** What is still to be run in a round, in order. */
export function leftOf(space: Space, round: number, outcomes: readonly Outcome[]): string[] {
  const run = new Set(outcomes.filter((outcome) => outcome.round === round).map(({ configuration }) => configuration));
  return runnersOf(space, round, outcomes.filter((outcome) => outcome.round < round)).filter((id) => !run.has(id));
}

/** What runs in a round, given the outcomes of earlier ones; empty if nothing is left to tell apart. */
function runnersOf(space: Space, round: number, before: readonly Outcome[]): string[] {
  const [baseline] = space.configurations;
  const found = standings(space, before);
  const goOn = found.filter(({ state }) => state !== "failed")
    .filter((standing) => round <= space.roundsMin || goesOn(standing))
    .map(({ id }) => id);
  if (goOn.length === 0) return [];
  // A rate is searched for, so it shows no drift.
  const runs = space.speed === "throughput" && found.some(({ id, state }) => id === baseline && state !== "failed");
  const runners = runs && baseline !== undefined ? new Set([baseline, ...goOn]) : goOn;
  return shuffled(space.configurations.filter((id) => new Set(runners).has(id)), new Rng(space.seed, round));
}

function goesOn({ state, isOpen }: Standing): boolean {
  switch (state) {
    case "frontier":
    case "tied":
      return isOpen;
    case "unmeasured":
      return true;
    case "dominated":
    case "failed":
    case "too_slow":
      return false;
  }
}

/** Fisher and Yates's shuffle, in Durstenfeld's form. */
function shuffled<T>(items: readonly T[], rng: Rng): T[] {
  const list = [...items];
  for (let last = list.length - 1; last > 0; last--) {
    const other = rng.below(last + 1);
    [list[last], list[other]] = [list[other]!, list[last]!];
  }
  return list;
}
