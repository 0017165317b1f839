/**
 * The simulated machine: backends whose true speed and loss are known, measured with noise on a machine that drifts.
 *
 * @module
 */
import { Rng } from "../../lib/load/rng.ts";
import type { Outcome, Space } from "../../lib/sweep/outcome.ts";
import { leftOf } from "../../lib/sweep/planner.ts";
import { Rates } from "../../lib/sweep/rates.ts";

/** A backend whose truth is known. */
export interface SimulatedBackend {
  readonly id: string;
  /** What is searched for: its throughput, or the rate that it keeps up. */
  readonly opsPerSec: number;
  /** In the sweep's unit. */
  readonly loss: number;
}

/** How it is measured. */
export interface SimulatedMachine {
  /** Standard deviation of the throughput, as a part of it. */
  readonly noise: number;
  /** How far the machine's speed strays from its usual one over a sweep, as a part of it. */
  readonly drift: number;
  /** How many runs the drift takes for one swing. */
  readonly driftRuns: number;
  /** Part of the runs in which something else takes half of the machine. */
  readonly stalls: number;
}

/** What a simulated sweep did. */
export interface SimulatedSweep {
  readonly space: Space;
  readonly outcomes: readonly Outcome[];
  readonly ended: "separated" | "budget";
}

/** Losses of the kind that policies have, in milliseconds. */
const LOSSES = [0, 0.8, 5, 20, 60, 250, Infinity];

/**
 * A space with a planted frontier: of each loss one backend is the fastest, faster than all that lose less, and every
 * other one is slower than one that loses as little by the margin at least, and by up to thirty times.
 */
export function plantedSpace(rng: Rng, { backends, margin }: { backends: number; margin: number }): SimulatedBackend[] {
  const frontier: SimulatedBackend[] = [];
  let opsPerSec = 5_000 * (1 + rng.fraction());
  for (const loss of LOSSES) {
    frontier.push({ id: "", opsPerSec, loss });
    opsPerSec *= 1 + margin + 3 * rng.fraction() ** 2;
  }
  const others = Array.from({ length: backends - frontier.length }, () => {
    const best = frontier[rng.below(frontier.length)]!;
    const slower = (1 + margin) * 25 ** (rng.fraction() ** 3);
    return { id: "", opsPerSec: best.opsPerSec / slower, loss: best.loss };
  });
  // Memory comes first, as the baseline; the others in any order.
  const memory = frontier.pop()!;
  const rest = [...frontier, ...others].map((backend) => ({ backend, place: rng.fraction() }))
    .sort((a, b) => a.place - b.place).map(({ backend }) => backend);
  return [memory, ...rest].map((backend, index) => ({ ...backend, id: `c${String(index + 1).padStart(2, "0")}` }));
}

/** The ids on the true frontier: those than which none that loses no more is faster. */
export function trueFrontier(backends: readonly SimulatedBackend[]): string[] {
  return backends.filter((backend) =>
    !backends.some(({ loss, opsPerSec }) => loss <= backend.loss && opsPerSec > backend.opsPerSec)
  ).map(({ id }) => id);
}

/** Sweeps until the frontier is separated, or so many runs are done. */
export function simulateSweep(
  backends: readonly SimulatedBackend[],
  { machine, seed, runsMax, speed = "throughput" }: {
    machine: SimulatedMachine;
    seed: number;
    runsMax: number;
    speed?: Space["speed"];
  },
): SimulatedSweep {
  const space: Space = {
    configurations: backends.map(({ id }) => id),
    seed,
    limits: [],
    roundsMin: speed === "rate" ? 3 : 2,
    speed,
  };
  const throughput = simulatedRuns(backends, machine, new Rng(seed, 1));
  const measure = speed === "rate" ? simulatedTrials(backends, throughput, new Rng(seed, 2)) : throughput;
  const outcomes: Outcome[] = [];
  for (let round = 1; outcomes.length < runsMax; round++) {
    // A round at a time: what `next` gives, one after another, without asking it after each run.
    const left = leftOf(space, round, outcomes);
    if (left.length === 0) return { space, outcomes, ended: "separated" };
    for (const id of left.slice(0, runsMax - outcomes.length)) {
      outcomes.push({ configuration: id, round, measured: measure(id, rateOf(space, outcomes, id)) });
    }
  }
  return { space, outcomes, ended: "budget" };
}

/** The rate that the planner would have a configuration run at. */
function rateOf({ speed }: Space, outcomes: readonly Outcome[], id: string): number | undefined {
  return speed === "rate"
    ? new Rates(outcomes.filter(({ configuration }) => configuration === id)).search(id)?.nextPerSec
    : undefined;
}

/**
 * Trials of backends, each of which keeps its rate up for as long as the machine is as fast as usual. Their closed
 * loops are faster than that, some by much.
 */
function simulatedTrials(
  backends: readonly SimulatedBackend[],
  measure: (id: string) => { opsPerSec: number; loss: number },
  rng: Rng,
): (id: string, ratePerSec: number | undefined) => NonNullable<Outcome["measured"]> {
  const faster = new Map(backends.map(({ id }) => [id, 1 + 20 * rng.fraction() ** 6]));
  return (id, ratePerSec) => {
    const { opsPerSec, loss } = measure(id);
    if (ratePerSec === undefined) return { opsPerSec: opsPerSec * (faster.get(id) ?? 1), loss };
    // What does not keep up loses more, as long as its losses have a limit.
    const isWithin = ratePerSec <= opsPerSec;
    return {
      opsPerSec: Math.min(ratePerSec, opsPerSec),
      loss: isWithin ? loss : 3 * loss,
      trial: { ratePerSec, isWithin },
    };
  };
}

/** Measures backends on a machine, one run after another. */
export function simulatedRuns(
  backends: readonly SimulatedBackend[],
  { noise, drift, driftRuns, stalls }: SimulatedMachine,
  rng: Rng,
): (id: string) => { opsPerSec: number; loss: number } {
  const byId = new Map(backends.map((backend) => [backend.id, backend]));
  const phase = 2 * Math.PI * rng.fraction();
  // From some run on another load takes its part of the machine, for good.
  const stepAt = rng.below(driftRuns), step = 1 - drift * rng.fraction();
  let run = 0;
  return (id) => {
    const backend = byId.get(id);
    if (backend === undefined) throw new RangeError(`Cannot measure ${id}: there is no such backend`);
    const swing = Math.exp(drift * Math.sin(phase + 2 * Math.PI * run / driftRuns));
    const machineSpeed = swing * (run++ >= stepAt ? step : 1) * (rng.fraction() < stalls ? 0.5 : 1);
    return {
      opsPerSec: backend.opsPerSec * machineSpeed * Math.exp(noise * normal(rng)),
      loss: backend.loss * Math.exp(0.02 * normal(rng)),
    };
  };
}

/** A number from the standard normal distribution, by Box and Muller's method. */
export function normal(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng.fraction())) * Math.cos(2 * Math.PI * rng.fraction());
}
