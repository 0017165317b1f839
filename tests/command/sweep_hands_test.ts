/**
 * Tests of how a sweep runs its configurations.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { sweepHands } from "../../lib/command/sweep_hands.ts";
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
    // Twenty times as much is more than a timer takes.
    estimateMs: () => 2 ** 30,
    onWarning: () => {},
  });
  const outcome = await hands.run(entry, undefined);
  assert(outcome !== undefined && "result" in outcome, JSON.stringify(outcome));
  assertEquals(outcome.result.total_ops, 10);
});
