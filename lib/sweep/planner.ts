/**
 * The planner: which configuration runs next, given all outcomes so far. Pure: the same outcomes give the same plan, so
 * a sweep that was interrupted goes on as if it had not been.
 *
 * The sweep is a race in rounds. Within a round each configuration that is still in it runs once, in random order: never
 * all runs of one and then all of another, so that a machine whose speed drifts is fair to all. After each round those
 * that are clearly dominated stop; those that may still be on the frontier go on until noise no longer decides. The
 * baseline runs in every round, so that the drift can be seen.
 *
 * The idea of racing is Maron and Moore's, "Hoeffding Races: Accelerating Model Selection Search for Classification and
 * Function Approximation" (1993).
 *
 * @module
 */
import { Rng } from "../load/rng.ts";
import type { Outcome, Space } from "./outcome.ts";
import { type Standing, standings } from "./standing.ts";

/** Every configuration runs so often before it may be dropped: one run may have met a stall. */
const ROUNDS_MIN = 2;

/** What is on the frontier runs so often at least: with fewer runs the median has no interval of 95%. */
const FRONTIER_RUNS = 6;

/** What is to be done next. */
export type Next = { readonly kind: "run"; readonly configuration: string; readonly round: number } | {
  readonly kind: "separated";
};

/**
 * What runs next; `separated` when there is nothing left that further runs would tell apart.
 *
 * @param outcomes in the order in which the runs ended
 */
export function next(space: Space, outcomes: readonly Outcome[]): Next {
  const last = outcomes.reduce((latest, { round }) => Math.max(latest, round), 1);
  for (const round of [last, last + 1]) {
    const [configuration] = leftOf(space, round, outcomes);
    if (configuration !== undefined) return { kind: "run", configuration, round };
  }
  return { kind: "separated" };
}

/** What is still to be run in a round, in its order. */
export function leftOf(space: Space, round: number, outcomes: readonly Outcome[]): string[] {
  const run = new Set(outcomes.filter((outcome) => outcome.round === round).map(({ configuration }) => configuration));
  return runnersOf(space, round, outcomes.filter((outcome) => outcome.round < round)).filter((id) => !run.has(id));
}

/** What runs in a round, given the outcomes of those before; nothing, if nothing is left to be told apart. */
function runnersOf(space: Space, round: number, before: readonly Outcome[]): string[] {
  const [baseline] = space.configurations;
  const found = standings(space, before);
  const goOn = found.filter(({ state }) => state !== "failed")
    .filter((standing) => round <= ROUNDS_MIN || goesOn(standing))
    .map(({ id }) => id);
  if (goOn.length === 0) return [];
  const runs = found.some(({ id, state }) => id === baseline && state !== "failed");
  const runners = runs && baseline !== undefined ? new Set([baseline, ...goOn]) : goOn;
  return shuffled(space.configurations.filter((id) => new Set(runners).has(id)), new Rng(space.seed, round));
}

function goesOn({ state, runs, isContested }: Standing): boolean {
  switch (state) {
    case "frontier":
    case "tied":
      return isContested || runs < FRONTIER_RUNS;
    case "unmeasured":
      return true;
    case "dominated":
    case "failed":
      return false;
  }
}

/** Fisher and Yates's shuffle, as Durstenfeld gives it. */
function shuffled<T>(items: readonly T[], rng: Rng): T[] {
  const list = [...items];
  for (let last = list.length - 1; last > 0; last--) {
    const other = rng.below(last + 1);
    [list[last], list[other]] = [list[other]!, list[last]!];
  }
  return list;
}
