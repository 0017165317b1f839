/**
 * The load's flags, taken by everything that runs a load; and the measurement's: when a run starts and stops measuring,
 * and what it measures.
 *
 * @module
 */
import { PATTERN_NAMES } from "../../load/pattern.ts";
import { count, duration, oneOf, wholeNumber } from "../../option/kinds.ts";
import type { DefaultedFlag, Flag, Switch } from "./flag.ts";
import { CHECK_NAMES, loadEndOf, type RunOptions } from "../../run/run_options.ts";
import { parseSeconds, secondsOf } from "../../option/units.ts";
import { formatCount, formatSeconds, ordinal } from "../format.ts";
import type { JsonObject } from "../json.ts";

const LOAD_TIME_SEC_MAX = 86_400;
const LOAD_TIME_SEC = "10";

/** The load's flags, in the order shown to users. */
export const LOAD_FLAGS = {
  threads: {
    name: "threads",
    short: "t",
    scope: "load",
    placeholder: "N",
    about: "Number of load workers.",
    defaultNote: "one per logical CPU",
    words: (threads: number) => formatCount(threads, "thread"),
    ...wholeNumber({ min: 1, max: 1024 }),
  },
  /** In milliseconds. */
  loadTimeMs: {
    name: "load-time-sec",
    scope: "load",
    placeholder: "S",
    about: "How long the load runs, in seconds; fractions allowed.",
    defaultText: LOAD_TIME_SEC,
    allowed: `a number of seconds above 0, up to ${LOAD_TIME_SEC_MAX}, such as 10 or 0.5`,
    parse: (text: string) => parseSeconds(text, { maxMs: LOAD_TIME_SEC_MAX * 1000 }),
    of: (options: RunOptions) => loadEndOf(options).loadTimeMs,
    // Of a trace that would end the load by itself it says that it need not.
    isUsual: ({ loadTimeMs, workload }: RunOptions) =>
      formatSeconds(loadTimeMs) === LOAD_TIME_SEC && !(workload.kind === "replay" && workload.rounds > 0),
    text: formatSeconds,
    toJson: secondsOf,
    words: (loadTimeMs: number, options: RunOptions) => lengthText(`${formatSeconds(loadTimeMs)} s`, options),
  },
  pattern: {
    name: "pattern",
    scope: "load",
    about:
      "The wait after each operation. consistent: 1–20 µs. bursty: 60–200 ms after 5% of the operations, 10–20 µs " +
      "after the others. unthrottled: none.",
    defaultText: "consistent",
    ...oneOf(PATTERN_NAMES),
    of: ({ pattern, ratePerSec, workload }: RunOptions) =>
      ratePerSec === undefined && workload.kind !== "replay" ? pattern : undefined,
    words: (pattern: string) => `${pattern} pattern`,
  },
  ratePerSec: {
    name: "rate",
    scope: "load",
    about: "Operations that all threads start per second, evenly spaced, whether or not earlier ones have ended (an " +
      "open loop); latencies count from the intended start. Replaces --pattern.",
    defaultNote: "each operation waits for the one before",
    suffix: "_per_sec",
    words: (ratePerSec: number) => `rate ${ratePerSec}/s`,
    ...count({ min: 1, max: 1_000_000_000 }, { example: "500, 10k or 1.5M" }),
  },
  check: {
    name: "check",
    scope: "history",
    about:
      "Record each operation, and judge afterwards whether any order of those on a key, each between its call and " +
      "its return, explains what was read; exit with 3 if none does. Values then begin with the number of their put. " +
      "There is room for 4 million operations, in some 220 MB; where there are more, those on a part of the keys are " +
      "kept. Scans are no part of it.",
    defaultNote: "nothing is recorded",
    words: (check: string) => `checked for ${check}`,
    ...oneOf(CHECK_NAMES),
  },
  seed: {
    name: "seed",
    scope: "load",
    placeholder: "N",
    about: "Seed of the operations: with the same seed, each thread does the same ones.",
    defaultNote: "random, and shown",
    // In results it stands beside the options.
    json: () => ({}),
    words: (seed: number) => `seed ${seed}`,
    ...wholeNumber({ min: 0, max: 2 ** 32 - 1 }),
  },
} as const satisfies Record<string, Flag<unknown> | DefaultedFlag<unknown>>;

/** How long the load is, and what is before it. */
function lengthText(length: string, { warmupMs }: RunOptions): string {
  return warmupMs === undefined ? length : `${length} after ${formatSeconds(warmupMs)} s of warm-up`;
}

/** The measurement's flags, in the order shown to users. */
export const MEASUREMENT_FLAGS = {
  /** In milliseconds. */
  warmupMs: {
    name: "warmup",
    scope: "measurement",
    defaultText: "0s",
    ...duration({ min: "0s", minMs: 0 }, { example: "2s" }),
    about: "How long the load runs before it is measured, such as 500ms, 2s or 1m.",
    // Said with the length of the load.
    words: () => "",
  },
  ops: {
    name: "ops",
    scope: "measurement",
    about: "End the load after this many operations of all threads, instead of after --load-time-sec.",
    defaultNote: "--load-time-sec ends it",
    words: (ops: number, options: RunOptions) => lengthText(formatCount(ops, "operation"), options),
    ...count({ min: 1, max: 1_000_000_000_000 }, { example: "100k or 1.5M" }),
  },
  latencySample: {
    name: "latency-sample",
    scope: "measurement",
    placeholder: "N",
    about: "Time every Nth operation of a thread; 1: all, 0: none.",
    defaultNote: "1 with --rate, a pattern that waits or an engine; otherwise 256",
    of: ({ latencySample = 0 }: RunOptions) => latencySample,
    json: ({ latencySample }: RunOptions): JsonObject =>
      latencySample === undefined ? {} : { latency_sample: latencySample },
    words: (sample: number) => sample === 0 ? "" : `latency of every ${sample === 1 ? "operation" : ordinal(sample)}`,
    ...wholeNumber({ min: 0, max: 1_000_000 }),
  },
  /** In milliseconds. */
  intervalMs: {
    name: "interval",
    scope: "measurement",
    about: "Time between the rows of the series.",
    defaultText: "1s",
    words: (intervalMs: number) => intervalMs === 1000 ? "" : `intervals of ${formatSeconds(intervalMs)} s`,
    ...duration({ min: "10ms", minMs: 10 }, { example: "1s" }),
  },
  repeat: {
    name: "repeat",
    scope: "measurement",
    placeholder: "N",
    about: "How many times to run.",
    defaultText: "1",
    ...wholeNumber({ min: 1, max: 1000 }),
  },
} as const satisfies Record<string, Flag<unknown> | DefaultedFlag<unknown>>;

/** The measurement's switches, in the order shown to users. */
export const MEASUREMENT_SWITCHES = {
  noDeviceProbe: {
    name: "no-device-probe",
    scope: "device",
    about: "Do not measure the device under the files before the load.",
    of: ({ backend }: RunOptions) => backend.kind === "file" && backend.deviceProbe === false,
    json: ({ backend }: RunOptions): JsonObject =>
      backend.kind !== "file" || backend.deviceProbe === undefined ? {} : { device_probe: backend.deviceProbe },
    words: () => "no device probe",
  },
} as const satisfies Record<string, Switch>;
