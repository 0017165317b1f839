/**
 * The sweep's flags: how long it takes, the question it answers, and where its results are kept.
 *
 * @module
 */
import type { CutName } from "../../crash/victim.ts";
import { parseDuration, parseWholeNumber } from "../../option/units.ts";
import { duration, oneOf, path } from "../../option/kinds.ts";
import { type DefaultedFlag, type Flag, type FlagName, reportFormat } from "../../result/option/flag.ts";

const DAY_MS = 86_400_000;
const WRITES_MAX = Number.MAX_SAFE_INTEGER;

/** The kinds of crash that a sweep can ask about, in the order shown to users. */
export const CRASH_NAMES = ["process-crash", "power-loss"] as const;

/** What all configurations of a sweep may have to promise, in the order shown to users. */
export const PROMISE_NAMES = ["nothing-lost-when-the-process-dies", "nothing-lost-when-power-fails"] as const;

/** What a sweep can have fail, in the order shown to users. */
const SWEEP_CUT_NAMES = ["process", "power"] as const satisfies readonly CutName[];

/** The most that may be lost. */
export interface LossLimit {
  readonly unit: "writes" | "age_ms";
  readonly value: number;
}

/** The sweep's flags, in the order shown to users. */
export const SWEEP_FLAGS = {
  /** In milliseconds. */
  budgetMs: {
    name: "budget",
    scope: "sweep",
    about: "How long the sweep may take. Rounds go on until the frontier is separated or the time is up; clearly " +
      "dominated configurations stop running.",
    defaultText: "10m",
    ...duration({ min: "1s", minMs: 1000 }, { example: "3m" }),
  },
  loseAtMost: {
    name: "lose-at-most",
    scope: "sweep",
    placeholder: "LOSS",
    about: "The most that a crash may cost: a time such as 10ms, or a number of acknowledged writes.",
    defaultNote: "answers for 0, 10ms and 100ms",
    allowed: "a duration up to a day in ms, s or m, or a number of writes, such as 10ms, 100 or 0",
    parse: (text: string): LossLimit | undefined => {
      const writes = parseWholeNumber(text, { min: 0, max: WRITES_MAX });
      if (writes !== undefined) return { unit: "writes", value: writes };
      const ageMs = parseDuration(text, { min: 0, max: DAY_MS });
      return ageMs === undefined ? undefined : { unit: "age_ms", value: ageMs };
    },
  },
  /** In milliseconds. */
  p99AtMost: {
    name: "p99-at-most",
    scope: "sweep",
    about: "Compare the highest rates that keep the p99 latency of each kind of operation within this, such as 5ms, " +
      "instead of throughputs: open loops, as with --rate, whose rates a bisection chooses. Half of the runs at that " +
      "rate keep within the limit.",
    defaultNote: "throughputs are compared",
    ...duration({ min: "0.1ms", minMs: 0.1 }, { example: "5ms" }),
  },
  on: {
    name: "on",
    scope: "sweep",
    about: "Which kind of crash: the death of the process, or the loss of power.",
    defaultText: "process-crash",
    ...oneOf(CRASH_NAMES),
  },
  promise: {
    name: "promise",
    scope: "sweep",
    about: "Compare only what promises this, and put the promise of each to the test: each runs often enough for an " +
      "interval, and is killed, not only the fastest. With nothing-lost-when-power-fails, --cut is power.",
    defaultNote: "what promises less is compared too, by what it loses",
    ...oneOf(PROMISE_NAMES),
  },
  sweepKills: {
    name: "kills",
    scope: "sweep",
    placeholder: "N",
    about: "sweep: how often each configuration on the frontier, or with --promise each, is really killed. 0: never.",
    defaultText: "5",
    allowed: "a whole number from 0 to 1000",
    parse: (text: string) => parseWholeNumber(text, { min: 0, max: 1000 }),
  },
  sweepCut: {
    name: "cut",
    scope: "sweep",
    about: "sweep: what fails when it is killed, as with crash. power: Linux and root only.",
    defaultText: "process",
    ...oneOf(SWEEP_CUT_NAMES),
  },
  resultsFile: {
    name: "results",
    scope: "sweep",
    placeholder: "FILE.jsonl",
    about: "Append each finished run to a file as a line of JSON, and sync it.",
    defaultNote: "no file",
    ...path("a file"),
  },
  planFile: {
    name: "plan",
    scope: "sweep",
    placeholder: "FILE.json",
    about: 'Read the load and the groups from a file: {"load": {"keys": "1M"}, "groups": [{"backend": "memory"}, ' +
      '{"backend": "file", "file-count": [16, 128], "flush-period-us": 2000}]}.',
    defaultNote: "the command line",
    ...path("a file"),
  },
  sweepFormat: reportFormat("sweep"),
} as const satisfies Record<string, Flag<unknown> | DefaultedFlag<unknown>>;

/** The sweep's switches, in the order shown to users. */
export const SWEEP_SWITCHES = {
  resume: {
    name: "resume",
    scope: "sweep",
    about: "Continue from --results, after Ctrl-C, a crash or a reboot.",
  },
  dryRun: {
    name: "dry-run",
    scope: "sweep",
    about: "Print the configurations and how long they will take, without running any.",
  },
  yes: { name: "yes", scope: "sweep", about: "Allow more than 500 configurations." },
} as const satisfies Record<string, FlagName>;
