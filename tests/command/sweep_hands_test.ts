/**
 * Tests of how a sweep runs its configurations.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { killsMs, runLimitMs, sweepHands } from "../../lib/command/sweep_hands.ts";
import { sweepSpace } from "../../lib/command/sweep_space.ts";
import { sweepHeader } from "../../lib/command/sweep_file.ts";
import { readMachine } from "../../lib/result/machine.ts";
import { DEFAULTS } from "./command_lines.ts";

Deno.test("sweepHands() gives a run all of the time that it may take, however long that is", async () => {
  const load = new Map([["ops", "10"], ["keys", "10"], ["threads", "1"]]);
  const space = sweepSpace({ load, groups: [["memory"]], defaults: DEFAULTS, yes: false });
  const { configurations: [entry] } = await sweepHeader({ ...space, seed: 1 }, readMachine());
  assert(entry !== undefined);
  const hands = sweepHands(space, {
    kills: 1,
    cut: "process",
    stop: new AbortController().signal,
    // More than a timer takes.
    limitMs: () => 20 * 2 ** 30,
    onWarning: () => {},
  });
  const outcome = await hands.run(entry, undefined);
  assert(outcome !== undefined && "result" in outcome, JSON.stringify(outcome));
  assertEquals(outcome.result.total_ops, 10);
});

const LOAD = { loadTimeMs: 10_000, workload: { kind: "seed" } } as const;

Deno.test("runLimitMs() gives a run of a number of operations the whole budget, as slow engines take long for them", () => {
  const budgetMs = 600_000;
  assertEquals(runLimitMs({ ...LOAD, loadTimeMs: 1000 }, budgetMs), 120_000);
  assertEquals(runLimitMs(LOAD, budgetMs), 20 * 10_900);
  // Of which etcd does some 1,700 per second.
  assertEquals(runLimitMs({ ...LOAD, ops: 1_000_000 }, budgetMs), budgetMs);
  assertEquals(runLimitMs({ ...LOAD, ops: 10_000_000 }, budgetMs), 20 * 100_900);
});

Deno.test("killsMs() is of half the load each time, or of half a second where a number of operations ends it", () => {
  const process = { kills: 2, cut: "process" } as const;
  assertEquals(killsMs(LOAD, { ...process, lateMs: 0 }), 2 * (900 + 5000) + 900);
  assertEquals(killsMs(LOAD, { ...process, lateMs: 100 }), 2 * (900 + 5000 + 200) + 1000);
  assertEquals(killsMs(LOAD, { kills: 2, cut: "power", lateMs: 100 }), 2 * (900 + 5000 + 200 + 10 * 100) + 1000);
  // The default time of the load, which does not end it then, was once counted off.
  for (const ops of [10, 1_000_000]) {
    assertEquals(killsMs({ ...LOAD, ops }, { ...process, lateMs: 500_000 }), 2 * (900 + 500) + 900);
  }
});
