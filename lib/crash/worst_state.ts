/**
 * What a cut of the power cost: what it did in the worst of the states in which it may have left the disk.
 *
 * @module
 */
import type { StateResult, Verdict } from "./crash_result.ts";

/** The verdict on a cut: that on its worst state, with all that had been acknowledged. */
export function worstOf(states: readonly StateResult[]): Verdict {
  const worst = states.reduce((worst, state) => isWorse(state, worst) ? state : worst, NOTHING);
  const { kind: _kind, again: _again, moment: _moment, unmountable: _unmountable, problem, ...verdict } = worst;
  const acknowledged = states.reduce((most, state) => Math.max(most, state.acknowledged), 0);
  return {
    ...verdict,
    acknowledged,
    recovered: Math.max(0, acknowledged - verdict.lost),
    recoveryMs: states.reduce((longest, { recoveryMs }) => Math.max(longest, recoveryMs), 0),
    held: problem === undefined && verdict.held,
  };
}

/** Whether a state is worse than another: it did not hold, or more is lost. */
function isWorse(state: StateResult, than: StateResult): boolean {
  const [failed, thanFailed] = [state.problem !== undefined, than.problem !== undefined];
  return failed === thanFailed ? state.lost > than.lost : failed;
}

/** What is said of a state of which nothing is the store's: there is none, or the file system cannot mount it. */
export const NOTHING: StateResult = {
  kind: "none",
  again: false,
  moment: 0,
  acknowledged: 0,
  recovered: 0,
  lost: 0,
  oldestLostMs: 0,
  neverAcknowledged: 0,
  holes: 0,
  neverPut: 0,
  tornShards: 0,
  damagedSpares: 0,
  held: true,
  recoveryMs: 0,
};
