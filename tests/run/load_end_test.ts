/**
 * Tests of what ends a load, and of the rate of a replay.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { opsOf, rateOf, type RunOptions } from "../../lib/run/run_options.ts";
import { run } from "../../lib/run/runner.ts";
import { summarizeTrace } from "../../lib/replay/trace_summary.ts";
import { traceFile } from "../replay/samples.ts";

async function replayOf(text: string, asked: { rounds: number; speed?: number }): Promise<RunOptions> {
  using file = traceFile(text);
  return await replayIn(file.path, asked);
}

async function replayIn(
  path: string,
  { rounds, speed }: { readonly rounds: number; readonly speed?: number },
): Promise<RunOptions> {
  const trace = await summarizeTrace(path);
  return {
    threads: 1,
    loadTimeMs: 1000,
    workload: { kind: "replay", path, rounds, endsLoad: true, compressible: 1, trace, ...(speed ? { speed } : {}) },
    pattern: "unthrottled",
    seed: 0,
    backend: { kind: "memory" },
  };
}

/** 11 operations in a second, the last of them at its end. */
const STEADY = Array.from({ length: 11 }, (_, i) => `${i * 100_000},get,a,0\n`).join("");

for (const rounds of [0, 1, 3]) {
  Deno.test(`rateOf() a trace in ${rounds} rounds counts the time between its operations, so many times as fast`, async () => {
    assertEquals(rateOf(await replayOf(STEADY, { rounds, speed: 1 })), 10);
    assertEquals(rateOf(await replayOf(STEADY, { rounds, speed: 2.5 })), 25);
    assertEquals(rateOf(await replayOf(STEADY, { rounds })), undefined);
  });

  Deno.test(`rateOf() a trace in ${rounds} rounds counts the whole of a second that its format does not divide`, async () => {
    const second = "7,a,1,10,5,get,0\n".repeat(40);
    assertEquals(rateOf(await replayOf(second, { rounds, speed: 1 })), 40);
  });
}

Deno.test("opsOf() a replay are those of all rounds, or as many as were asked for", async () => {
  const options = await replayOf(STEADY, { rounds: 3 });
  assertEquals(opsOf(options), 33);
  assertEquals(opsOf({ ...options, ops: 20 }), 20);
  assertEquals(opsOf({ ...options, ops: 40 }), 33);
  const endless = await replayOf(STEADY, { rounds: 0 });
  assertEquals([opsOf(endless), opsOf({ ...endless, ops: 40 })], [undefined, 40]);
});

Deno.test("run() says so when the warm-up leaves nothing of a trace to measure", async () => {
  using file = traceFile(STEADY);
  const warningsOf = async (rounds: number) => {
    const warnings: string[] = [];
    const options = { ...await replayIn(file.path, { rounds }), warmupMs: 100, loadTimeMs: 100 };
    const { workload } = options;
    await run({ ...options, workload: { ...workload, endsLoad: rounds > 0 } as typeof workload }, {
      onWarning: (message) => warnings.push(message),
    });
    return warnings;
  };
  assertEquals(await warningsOf(1), [
    "the warm-up has used up the trace: give a shorter --warmup, or --replay-repeat",
  ]);
  assertEquals(await warningsOf(0), []);
});
