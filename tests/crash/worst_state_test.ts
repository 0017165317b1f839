/**
 * Tests of the verdict on a cut of the power, which is drawn from those on its states.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { NOTHING_LOST, type StateResult } from "../../lib/crash/crash_result.ts";
import { worstOf } from "../../lib/crash/state_trial.ts";

const NOTHING: StateResult = { ...NOTHING_LOST, kind: "none", again: false, moment: 0 };

const SOUND: StateResult = { ...NOTHING, acknowledged: 100, recovered: 100, gauge: 20, recoveryMs: 5 };
const MUCH_LOST: StateResult = { ...SOUND, lost: 12, oldestLostMs: 40, acknowledged: 90 };

Deno.test("worstOf() tells of a cut what its worst state lost", () => {
  const { held, ...verdict } = worstOf([SOUND, MUCH_LOST, { ...SOUND, lost: 3, oldestLostMs: 70, recoveryMs: 9 }]);
  assertEquals(held, true);
  assertEquals(verdict, {
    acknowledged: 100,
    recovered: 88,
    lost: 12,
    resurrected: 0,
    oldestLostMs: 40,
    neverAcknowledged: 0,
    holes: 0,
    neverPut: 0,
    tornShards: 0,
    damagedSpares: 0,
    recoveryMs: 9,
    gauge: 20,
  });
});

Deno.test("worstOf() does not let a state that is wrong otherwise hide how much another one lost", () => {
  const strange: StateResult = { ...SOUND, neverPut: 2, held: false, problem: "never put" };
  const unreadable: StateResult = { ...SOUND, unreadable: "no database", held: false, problem: "unreadable" };
  for (const states of [[strange, MUCH_LOST, unreadable], [MUCH_LOST, unreadable, strange]]) {
    const worst = worstOf(states);
    assertEquals([worst.lost, worst.neverPut, worst.unreadable, worst.held], [12, 2, "no database", false]);
  }
});

Deno.test("worstOf() prefers what was lost beyond the gauge to more that was within it", () => {
  const beyond: StateResult = { ...SOUND, lost: 8, gauge: 7, held: false, problem: "gauge exceeded" };
  for (const states of [[beyond, MUCH_LOST], [MUCH_LOST, beyond]]) {
    const worst = worstOf(states);
    assertEquals([worst.lost, worst.gauge, worst.held], [8, 7, false]);
  }
});
