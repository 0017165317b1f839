/**
 * Tests of how a sweep runs its configurations.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { runLimitMs, sweepHands } from "../../lib/command/sweep_hands.ts";
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

Deno.test("runLimitMs() gives a run of a number of operations the whole budget, as slow engines take long for them", () => {
  const budgetMs = 600_000;
  assertEquals(runLimitMs({ estimateMs: 900, budgetMs }), 120_000);
  assertEquals(runLimitMs({ estimateMs: 11_000, budgetMs }), 220_000);
  // A million operations, of which etcd does some 1,700 per second.
  assertEquals(runLimitMs({ estimateMs: 11_000, ops: 1_000_000, budgetMs }), 600_000);
  assertEquals(runLimitMs({ estimateMs: 110_000, ops: 10_000_000, budgetMs }), 2_200_000);
});
