/**
 * The flags of a replay: which trace, and how fast and how often.
 *
 * @module
 */
import type { ReplayOptions } from "../../load/workload.ts";
import { oneOf, path } from "../../option/kinds.ts";
import { parseDecimal, parseWholeNumber } from "../../option/units.ts";
import { TRACE_FORMAT_NAMES } from "../../replay/format/formats.ts";
import type { RunOptions } from "../../run/run_options.ts";
import { formatCount } from "../format.ts";
import type { DefaultedFlag, Flag } from "./flag.ts";

const ASAP = "asap";
const SPEEDS = { min: 0.001, max: 1_000_000 };
const REPEATS_MAX = 1_000_000_000;

/** The replay's flags, in the order shown to users. */
export const REPLAY_FLAGS = {
  replay: {
    name: "replay",
    scope: "workload",
    placeholder: "FILE",
    about:
      "Do the operations of a trace, packed with gzip or not: keys as they are, values made up in their sizes. All " +
      "operations on a key go to one thread, in order. What is not replayed is counted and shown. A warm-up does the " +
      "first of them. Replaces --workload and all that changes it.",
    ...path("the path of a trace"),
    of: (options: RunOptions) => replayOf(options)?.path,
    words: (path: string, options: RunOptions) => `replay of ${path}${formatText(replayOf(options))}`,
  },
  replayFormat: {
    name: "replay-format",
    scope: "workload",
    about: "The trace's format: Twitter's cache-trace, Redis' MONITOR, RocksDB's human-readable trace, Meta's CSV of " +
      "2022, or CSV of time_us,operation,key,value_bytes.",
    defaultNote: "found out from its first lines",
    ...oneOf(TRACE_FORMAT_NAMES),
    of: (options: RunOptions) => formatOf(replayOf(options)),
    words: () => "",
  },
  /** How many times as fast as the trace; 0: as fast as possible. */
  replaySpeed: {
    name: "replay-speed",
    scope: "workload",
    placeholder: "asap|X",
    about:
      "asap: each operation begins when the one before has ended. X: each begins when it did in the trace, X times " +
      "as fast, whether or not earlier ones have ended (an open loop, as with --rate).",
    defaultText: ASAP,
    allowed: `asap or a number from ${SPEEDS.min} to ${SPEEDS.max}, such as 1, 2 or 0.5`,
    parse: (text: string) => text === ASAP ? 0 : parseDecimal(text, SPEEDS),
    of: (options: RunOptions) => {
      const replay = replayOf(options);
      return replay && (replay.speed ?? 0);
    },
    text: (speed: number) => speed === 0 ? ASAP : String(speed),
    toJson: (speed: number) => speed === 0 ? ASAP : speed,
    words: (speed: number) => speed === 0 ? "as fast as possible" : `at ${speed} times its speed`,
  },
  /** How often; 0: again and again. */
  replayRepeat: {
    name: "replay-repeat",
    scope: "workload",
    placeholder: "N",
    valueOptional: true,
    about:
      "Replay the trace so many times, one after another; without N, until --load-time-sec or --ops ends the load.",
    defaultNote: "once, and its end ends the load",
    allowed: `a whole number from 1 to ${REPEATS_MAX}, or nothing`,
    parse: (text: string) => text === "" ? 0 : parseWholeNumber(text, { min: 1, max: REPEATS_MAX }),
    of: (options: RunOptions) => {
      const rounds = replayOf(options)?.rounds;
      return rounds === 1 ? undefined : rounds;
    },
    text: (rounds: number) => rounds === 0 ? "" : String(rounds),
    words: (rounds: number) => rounds === 0 ? "again and again" : formatCount(rounds, "time"),
  },
} as const satisfies Record<string, Flag<unknown> | DefaultedFlag<unknown>>;

function replayOf({ workload }: RunOptions): ReplayOptions | undefined {
  return workload.kind === "replay" ? workload : undefined;
}

function formatOf(replay: ReplayOptions | undefined) {
  return replay?.trace?.format ?? replay?.format;
}

function formatText(replay: ReplayOptions | undefined): string {
  const format = formatOf(replay);
  const keys = replay?.trace?.keys;
  return (format === undefined ? "" : ` (${format}${keys === undefined ? "" : `, ${formatCount(keys, "key")}`})`);
}
