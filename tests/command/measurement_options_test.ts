/**
 * Tests of the measurement's flags: when a run measures, what, and which flags are refused together.
 *
 * @module
 */
import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { MEASUREMENT_FLAGS } from "../../lib/result/option/load_flags.ts";
import { PATTERN_NAMES } from "../../lib/load/pattern.ts";
import type { RunOptions } from "../../lib/run/run_options.ts";
import { assertCommand, assertRefused, assertRun, FILE, FILE_BACKEND, MEMORY_RUN, parseRun } from "./command_lines.ts";

/** The run's options without a latency sample. */
function untimed({ latencySample: _latencySample, ...options }: RunOptions): RunOptions {
  return options;
}

Deno.test("parseCommand() reads the warm-up, and has none unless it lasts", () => {
  for (
    const [text, warmupMs] of [["2s", 2000], ["500ms", 500], ["1.5s", 1500], ["1m", 60_000], ["1440m", 86_400_000]]
  ) {
    assertRun(`--warmup=${text} memory`, { ...MEMORY_RUN, warmupMs: Number(warmupMs) });
  }
  for (const text of ["0s", "0ms", "0.0m"]) assertRun(`--warmup ${text} memory`, MEMORY_RUN);
});

Deno.test("parseCommand() reads how many operations end the load", () => {
  for (const [text, ops] of [["1", 1], ["65536", 65_536], ["10k", 10_000], ["1.5M", 1_500_000], ["1000000M", 1e12]]) {
    assertRun(`--ops=${text} memory`, { ...MEMORY_RUN, ops: Number(ops) });
  }
});

Deno.test("parseCommand() makes a load with a rate an open loop without a pattern", () => {
  for (const [text, ratePerSec] of [["1", 1], ["500", 500], ["10k", 10_000], ["2.5M", 2_500_000], ["1000M", 1e9]]) {
    assertRun(`--rate=${text} memory`, { ...MEMORY_RUN, pattern: "unthrottled", ratePerSec: Number(ratePerSec) });
  }
});

Deno.test("parseCommand() times every operation where the load waits, otherwise one in 256, unless it is told", () => {
  for (const pattern of PATTERN_NAMES) {
    const standard = pattern === "unthrottled" ? 256 : 1;
    const load = { ...MEMORY_RUN, pattern };
    assertRun(`--pattern=${pattern} memory`, { ...load, latencySample: standard });
    for (const sample of [1, 2, 128, 1_000_000]) {
      assertRun(`--pattern=${pattern} --latency-sample=${sample} memory`, { ...load, latencySample: sample });
    }
    assertRun(`--pattern=${pattern} --latency-sample=0 memory`, untimed(load));
  }
  const open = { ...MEMORY_RUN, pattern: "unthrottled", ratePerSec: 10 } as const;
  assertRun("--rate=10 memory", { ...open, latencySample: 1 });
  assertRun("--rate=10 --latency-sample=16 memory", { ...open, latencySample: 16 });
  assertRun("--rate=10 --latency-sample=0 memory", untimed(open));
});

Deno.test("parseCommand() reads the interval", () => {
  for (const [text, intervalMs] of [["10ms", 10], ["0.01s", 10], ["250ms", 250], ["2s", 2000], ["1m", 60_000]]) {
    assertRun(`--interval=${text} memory`, { ...MEMORY_RUN, intervalMs: Number(intervalMs) });
  }
});

Deno.test("parseCommand() reads how often the run is done", () => {
  const once = { kind: "run", options: MEMORY_RUN, format: "text", quiet: false } as const;
  for (const repeat of [1, 5, 1000]) assertCommand(`--repeat=${repeat} memory`, { ...once, repeat });
  assertStrictEquals(parseRun(`--repeat=3 ${FILE} --output=DIR`).repeat, 3);
});

Deno.test("parseCommand() has a run measure the device under its files unless it is told not to", () => {
  assertRun(FILE, { ...MEMORY_RUN, backend: { ...FILE_BACKEND, deviceProbe: true } });
  for (const line of [`${FILE} --no-device-probe`, `--no-device-probe ${FILE}`]) {
    assertRun(line, { ...MEMORY_RUN, backend: { ...FILE_BACKEND, deviceProbe: false } });
  }
  assertRefused(`${FILE} --no-device-probe=1`, '--no-device-probe takes no value, got "1"');
});

Deno.test("parseCommand() refuses values of the measurement's flags that are none, and says what is allowed", () => {
  const durations = "1 1S 1h 1sec 1e3ms -1s .5s 1441m 86400001ms fast".split(" ");
  const units = "(k: thousands, M: millions)";
  const rows = [
    ["--warmup", "a duration from 0s to a day in ms, s or m, such as 2s", durations],
    ["--ops", `a count from 1 to 1000000000000, such as 100k or 1.5M ${units}`, "0 1.5 1K 1000001M -1 1e6".split(" ")],
    ["--latency-sample", "a whole number from 0 to 1000000", "-1 0.5 1k 1000001 all".split(" ")],
    ["--interval", "a duration from 10ms to a day in ms, s or m, such as 1s", [...durations, "0s", "9ms", "9.999ms"]],
    ["--repeat", "a whole number from 1 to 1000", "0 1001 1.5 1k -1 x".split(" ")],
  ] as const;
  for (const [flag, allowed, wrong] of rows) {
    for (const value of wrong) {
      assertRefused([`${flag}=${value}`, "memory"], `${flag} must be ${allowed}, got "${value}"`);
    }
    assertRefused([`${flag}=`, "memory"], `${flag} needs a value, must be ${allowed}`);
    assertRefused(["memory", flag], `${flag} needs a value, must be ${allowed}`);
  }
  const rates = `a count from 1 to 1000000000, such as 500, 10k or 1.5M ${units}`;
  for (const rate of "0 0.5 1K 1001M -1 1/s".split(" ")) {
    assertRefused([`--rate=${rate}`, "memory"], `--rate must be ${rates}, got "${rate}"`);
  }
  assertEquals(rows.map(([flag]) => flag.slice(2)), Object.values(MEASUREMENT_FLAGS).map(({ name }) => name));
});

Deno.test("parseCommand() refuses flags of the measurement that contradict each other", () => {
  const ends = "--load-time-sec and --ops both say when the load ends, give one of them";
  assertRefused("--ops=1k --load-time-sec=10 memory", ends);
  assertRefused("--load-time-sec=1 memory --ops 1", ends);
  const begins = "--pattern and --rate both say when operations begin, give one of them";
  for (const pattern of PATTERN_NAMES) assertRefused(`--rate=1k --pattern=${pattern} memory`, begins);
});

Deno.test("parseCommand() guesses the measurement's flags that were meant", () => {
  const rows = [
    ["--warm-up=2s", "--warm-up", "--warmup"],
    ["--op=5", "--op", "--ops"],
    ["--rat=5", "--rat", "--rate"],
    ["--latency=5", "--latency", "--latency-sample"],
    ["--intervall=5s", "--intervall", "--interval"],
    ["--repeats=5", "--repeats", "--repeat"],
    ["--no-device-prob", "--no-device-prob", "--no-device-probe"],
  ] as const;
  for (const [arg, flag, meant] of rows) {
    assertRefused([arg, "memory"], `unknown flag "${flag}" (did you mean ${meant}?)`);
  }
});

Deno.test("parseCommand() leaves off whatever is not asked for, in whichever combination", () => {
  const flags = fc.record({
    warmup: fc.option(fc.constantFrom("0s", "2s")),
    ops: fc.option(fc.constantFrom("1", "10k")),
    rate: fc.option(fc.constantFrom("1", "10k")),
    sample: fc.option(fc.constantFrom("0", "1", "7")),
  });
  fc.assert(fc.property(flags, ({ warmup, ops, rate, sample }) => {
    const given = Object.entries({ warmup, ops, rate, "latency-sample": sample }).filter(([, text]) => text !== null);
    const { options } = parseRun(`${given.map(([name, text]) => `--${name}=${text}`).join(" ")} memory`);
    assertStrictEquals("warmupMs" in options, warmup === "2s");
    assertStrictEquals("ops" in options, ops !== null);
    assertStrictEquals("ratePerSec" in options, rate !== null);
    assertStrictEquals("latencySample" in options, sample !== "0");
    assertStrictEquals(options.pattern, rate === null ? "consistent" : "unthrottled");
    assertStrictEquals(options.loadTimeMs, 10_000);
  }));
});
