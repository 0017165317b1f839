/**
 * The load's flags, taken by everything that runs a load.
 *
 * @module
 */
import { PATTERN_NAMES } from "../../load/pattern.ts";
import { count, oneOf, wholeNumber } from "../../option/kinds.ts";
import { type DefaultedFlag, type Flag } from "./flag.ts";
import type { RunOptions } from "../../run/run_options.ts";
import { parseSeconds, secondsOf } from "../../option/units.ts";
import { formatCount, formatSeconds } from "../format.ts";

const LOAD_TIME_SEC_MAX = 86_400;

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
    defaultText: "10",
    allowed: `a number of seconds above 0, up to ${LOAD_TIME_SEC_MAX}, such as 10 or 0.5`,
    parse: (text: string) => parseSeconds(text, { maxMs: LOAD_TIME_SEC_MAX * 1000 }),
    of: ({ ops, loadTimeMs }: RunOptions) => ops === undefined ? loadTimeMs : undefined,
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
    of: ({ pattern, ratePerSec }: RunOptions) => ratePerSec === undefined ? pattern : undefined,
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
export function lengthText(length: string, { warmupMs }: RunOptions): string {
  return warmupMs === undefined ? length : `${length} after ${formatSeconds(warmupMs)} s of warm-up`;
}
