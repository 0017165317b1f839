/**
 * What a cut of the power cost: of each figure, the worst of the states in which it may have left the disk.
 *
 * @module
 */
import { given } from "../option/given.ts";
import type { StateResult, Verdict } from "./crash_result.ts";

/**
 * The verdict on a cut, with all that had been acknowledged. What is lost, since when, and what the gauge said is that
 * of the state that lost most, of those that lost too much if any did; what else is wrong may be so in other states.
 */
export function worstOf(states: readonly StateResult[]): Verdict {
  const tooMuch = states.filter(({ problem }) => problem === "promise broken" || problem === "gauge exceeded");
  const { lost, resurrected, oldestLostMs, holes, gauge } = (tooMuch.length > 0 ? tooMuch : states).reduce(
    (worst, state) => state.lost > worst.lost ? state : worst,
    tooMuch[0] ?? states[0] ?? NOTHING,
  );
  const most = (of: (state: StateResult) => number) => states.reduce((most, state) => Math.max(most, of(state)), 0);
  const acknowledged = most((state) => state.acknowledged);
  return {
    acknowledged,
    recovered: Math.max(0, acknowledged - lost),
    lost,
    resurrected,
    oldestLostMs,
    neverAcknowledged: most((state) => state.neverAcknowledged),
    holes,
    neverPut: most((state) => state.neverPut),
    tornShards: most((state) => state.tornShards),
    damagedSpares: most((state) => state.damagedSpares),
    held: states.every(({ held, problem }) => held && problem === undefined),
    recoveryMs: most((state) => state.recoveryMs),
    ...given({
      gauge,
      unreadable: states.find(({ unreadable }) => unreadable !== undefined)?.unreadable,
      repaired: states.find(({ repaired }) => repaired !== undefined)?.repaired,
    }),
  };
}

/** What is said of a state of which nothing is the store's: there is none, or the file system cannot mount it. */
export const NOTHING: StateResult = {
  kind: "none",
  again: false,
  moment: 0,
  acknowledged: 0,
  recovered: 0,
  lost: 0,
  resurrected: 0,
  oldestLostMs: 0,
  neverAcknowledged: 0,
  holes: 0,
  neverPut: 0,
  tornShards: 0,
  damagedSpares: 0,
  held: true,
  recoveryMs: 0,
};
