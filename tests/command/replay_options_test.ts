/**
 * Tests of the flags of replays: what they mean, with what they do not go together, and what is refused once the trace
 * has been read.
 *
 * @module
 */
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { parseCommand } from "../../lib/command/parse_command.ts";
import { CRASH_OPS_MAX } from "../../lib/command/replay_options.ts";
import { sweepSpace } from "../../lib/command/sweep_space.ts";
import { readTrace } from "../../lib/command/store_check.ts";
import { UsageError } from "../../lib/option/wording.ts";
import { argumentsOf } from "../../lib/result/option/options.ts";
import type { RunOptions } from "../../lib/run/run_options.ts";
import { OWN_TRACE, SAMPLES, traceFile } from "../replay/samples.ts";

function optionsOf(...args: string[]): RunOptions {
  const command = parseCommand(args, { threads: 2, seed: 1 });
  assert(command.kind === "run" || command.kind === "crash");
  return command.options;
}

function refusal(...args: string[]): string {
  return assertThrows(() => optionsOf(...args), UsageError).message;
}

Deno.test("a replay ends with its trace unless its time, a number of operations or no number of repeats is given", () => {
  const ending = (...args: string[]) => {
    const { workload, pattern } = optionsOf("--replay=t", ...args, "memory");
    assert(workload.kind === "replay" && pattern === "unthrottled");
    return [workload.rounds, workload.endsLoad, workload.speed];
  };
  assertEquals(ending(), [1, true, undefined]);
  assertEquals(ending("--replay-repeat=3", "--replay-speed=0.5"), [3, true, 0.5]);
  assertEquals(ending("--replay-repeat"), [0, false, undefined]);
  assertEquals(ending("--load-time-sec=10", "--replay-speed=asap"), [1, false, undefined]);
  assertEquals(ending("--ops=5"), [1, false, undefined]);
});

Deno.test("the arguments that results give make the same replay", () => {
  for (
    const args of [
      ["--replay=t"],
      ["--replay=t", "--replay-format=redis", "--replay-speed=2.5", "--replay-repeat=7", "--compressible=0.5"],
      ["--replay=t", "--replay-repeat", "--load-time-sec=3"],
      ["--replay=t", "--load-time-sec=10"],
      ["--replay=t", "--replay-repeat=2", "--ops=100"],
    ]
  ) {
    const options = optionsOf(...args, "memory");
    assertEquals(optionsOf(...argumentsOf(options)), options);
  }
});

Deno.test("a replay takes no flag that says what the load does or when, in any command", () => {
  const others = ["--workload=a", "--read-ratio=0.5", "--delete-ratio=0.1", "--keys=5", "--value-size=5B", "--preload"];
  for (const other of [...others, "--distribution=uniform", "--no-preload", "--key-size=9B"]) {
    const [name] = other.split("=");
    const expected = `--replay and ${name} both say what the load does, give one of them`;
    assertEquals(refusal("--replay=t", other, "memory"), expected);
    assertEquals(refusal("crash", "--replay=t", other, "sqlite"), expected);
  }
  assertStringIncludes(
    refusal("--replay=t", "--rate=5", "memory"),
    "both say when operations begin (see --replay-speed)",
  );
  assertStringIncludes(refusal("--replay=t", "--pattern=bursty", "memory"), "both say when operations begin");
  assertStringIncludes(refusal("--replay=t", "--ops=5", "--warmup=1s", "memory"), "which --warmup would use up");
});

Deno.test("the flags of replays are refused without a trace, or with values that mean nothing", () => {
  for (const flag of ["--replay-speed=2", "--replay-repeat", "--replay-format=csv"]) {
    assertEquals(refusal(flag, "memory"), `${flag.split("=")[0]} needs --replay`);
  }
  for (const value of ["0", "-1", "fast", "1e3", "0.0001", "NaN", ""]) {
    assertStringIncludes(refusal("--replay=t", `--replay-speed=${value}`, "memory"), "must be asap or a number");
  }
  for (const value of ["0", "-1", "1.5", "often"]) {
    assertStringIncludes(refusal("--replay=t", `--replay-repeat=${value}`, "memory"), "must be a whole number from 1");
  }
  assertStringIncludes(
    refusal("--replay=t", "--replay-format=xml", "memory"),
    "must be twitter, redis, rocksdb, meta or csv",
  );
});

Deno.test("crash replays a trace, or its beginning, until each kill", () => {
  const { workload } = optionsOf("crash", "--replay=t", "sqlite");
  assert(workload.kind === "replay");
  assertEquals([workload.rounds, workload.endsLoad, workload.roundOpsMax], [0, false, CRASH_OPS_MAX]);
  assertStringIncludes(refusal("crash", "--replay=t", "--replay-repeat=2", "sqlite"), "takes no number with crash");
});

Deno.test("a sweep's load is a trace alone, without what a sweep's loads have otherwise", () => {
  const space = {
    load: new Map([["replay", "t"]]),
    groups: [["memory"]],
    defaults: { threads: 2, seed: 1 },
    yes: false,
  };
  assertEquals(sweepSpace(space).loadArgs, ["--threads=2", "--load-time-sec=1", "--seed=1", "--replay=t"]);
  assertThrows(() => sweepSpace({ ...space, isByRate: true }), UsageError, "both say when operations begin");
  const withKeys = new Map([["replay", "t"], ["keys", "5"]]);
  assertThrows(() => sweepSpace({ ...space, load: withKeys }), UsageError, "both say what the load does");
});

Deno.test("readTrace() refuses what the trace itself does not allow, in one line", async () => {
  using meta = traceFile(SAMPLES.meta);
  using binary = traceFile(SAMPLES.redis);
  using reads = traceFile("0,get,a,\n");
  const wrong = async (isForCrash: boolean, ...args: string[]) =>
    (await assertRejects(() => readTrace(optionsOf(...args), { isForCrash }), Error)).message;
  assertStringIncludes(
    await wrong(false, `--replay=${meta.path}`, "--replay-speed=1", "memory"),
    "it has no times, so its speed must be asap",
  );
  const files = ["file", "--file-count=2", "--queue-depth=4"];
  assertStringIncludes(
    await wrong(false, `--replay=${binary.path}`, ...files),
    "has keys that are not UTF-8, the first in line 4, which need --serializer=raw, got json",
  );
  assertStringIncludes(
    await wrong(false, `--replay=${binary.path}`, "redis", "--spawn"),
    "has keys that are not UTF-8, the first in line 4, which redis gets as text",
  );
  await readTrace(optionsOf(`--replay=${binary.path}`, "--serializer=raw", ...files), { isForCrash: false });
  assertStringIncludes(await wrong(true, `--replay=${reads.path}`, ...files), "crash needs puts that it can lose");
  const { workload } = await readTrace(optionsOf(`--replay=${OWN_TRACE}`, "memory"), { isForCrash: false });
  assert(workload.kind === "replay");
  assertEquals(workload.trace?.operations, 400);
});
