/**
 * The asynchronous loop of a replay: each lane has its own share of the keys, so that the operations on a key do not
 * overtake each other.
 *
 * @module
 */
import { Phase } from "../sync/phase.ts";
import { AsyncLoop, type AsyncLoopParts, type Lane, TIMER_MS, turn } from "./async_loop.ts";
import { countNeverBegun } from "./load_loop.ts";
import { MISSED_STARTS } from "./load_meter.ts";
import type { ReplayWorkload, TraceSchedule } from "./replay_workload.ts";

/** A lane of a replay; with a schedule in an open loop. */
export interface ReplayLane {
  readonly lane: Lane;
  readonly workload: ReplayWorkload;
  readonly schedule?: TraceSchedule | undefined;
}

/** Runs the lanes until the part of the load is over, or the trace is. */
export function runReplayLoop(parts: AsyncLoopParts, lanes: readonly ReplayLane[]): Promise<void> {
  return new ReplayLoop(parts, lanes).run();
}

class ReplayLoop extends AsyncLoop {
  readonly #lanes: readonly ReplayLane[];
  /**
   * For each lane, until when it waits, in milliseconds of `performance.now()`: Infinity once it is over, NaN while it
   * does not wait for a time.
   */
  readonly #untilMs: Float64Array;

  constructor(parts: AsyncLoopParts, lanes: readonly ReplayLane[]) {
    super(parts);
    this.#lanes = lanes;
    this.#untilMs = new Float64Array(lanes.length).fill(NaN);
  }

  protected override async begin(): Promise<void> {
    await Promise.all(this.#lanes.map(async (replay, index) => {
      await this.#run(replay, index);
      this.#untilMs[index] = Infinity;
    }));
  }

  async #run({ lane, workload: { ring }, schedule }: ReplayLane, index: number): Promise<void> {
    let begun = 0;
    for (; this.isGoingOn && await ring.reachesNext() && this.isGoingOn; begun++) {
      if (schedule === undefined) {
        await this.operate(lane);
      } else if (!await this.#operateAt(lane, schedule.nextMs, { index, isFirst: begun === 0 })) {
        break;
      }
    }
    if (schedule !== undefined) countNeverBegun(this.parts, schedule, begun);
  }

  /** Does a lane's next operation when it is due; false if the loop is over before that. */
  async #operateAt(
    lane: Lane,
    intendedMs: number,
    { index, isFirst }: { readonly index: number; readonly isFirst: boolean },
  ): Promise<boolean> {
    const { endsAtMs, meter: { counts } } = this.parts;
    if (performance.now() < intendedMs) await this.#waitUntil(Math.min(intendedMs, endsAtMs), index);
    else if (!isFirst) counts[MISSED_STARTS]!++;
    if (intendedMs >= endsAtMs || performance.now() < intendedMs || !this.isGoingOn) return false;
    await this.operate(lane, intendedMs);
    return true;
  }

  /** Waits until the given time, or until the phase is over. */
  async #waitUntil(untilMs: number, index: number): Promise<void> {
    const { phase, during } = this.parts;
    this.#untilMs[index] = untilMs;
    for (let nowMs = performance.now(); nowMs < untilMs && this.isGoingOn; nowMs = performance.now()) {
      const earliestMs = this.underWay === 0 ? Math.min(...this.#untilMs) : NaN;
      const restMs = untilMs - nowMs;
      // Nothing can happen before the first of the lanes is due, and the event loop's timers are too coarse.
      if (earliestMs > nowMs) Atomics.wait(phase.words, Phase.INDEX, during, earliestMs - nowMs);
      else if (restMs > TIMER_MS) await Atomics.waitAsync(phase.words, Phase.INDEX, during, restMs - TIMER_MS).value;
      await turn();
    }
    this.#untilMs[index] = NaN;
  }
}
