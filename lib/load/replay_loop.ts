/**
 * The asynchronous loop of a replay: each lane has its own share of the keys, so that the operations on a key do not
 * overtake each other.
 *
 * @module
 */
import { AsyncLoop, type AsyncLoopParts, type Lane } from "./async_loop.ts";
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

  constructor(parts: AsyncLoopParts, lanes: readonly ReplayLane[]) {
    super(parts);
    this.#lanes = lanes;
  }

  protected override async begin(): Promise<void> {
    await Promise.all(this.#lanes.map((replay, index) => this.#run(replay, index)));
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
    this.leave(index);
    if (schedule !== undefined) countNeverBegun(this.parts, schedule, begun);
  }

  /** Does a lane's next operation when it is due; false if the loop is over before that. */
  async #operateAt(
    lane: Lane,
    intendedMs: number,
    { index, isFirst }: { readonly index: number; readonly isFirst: boolean },
  ): Promise<boolean> {
    const { endsAtMs, meter: { counts } } = this.parts;
    if (performance.now() < intendedMs) await this.waitUntil(Math.min(intendedMs, endsAtMs), index);
    else if (!isFirst) counts[MISSED_STARTS]!++;
    if (intendedMs >= endsAtMs || performance.now() < intendedMs || !this.isGoingOn) return false;
    await this.operate(lane, intendedMs);
    return true;
  }
}
