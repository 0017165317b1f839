/**
 * The measurement's flags: when a run starts and stops measuring, and what it measures.
 *
 * @module
 */
import type { RunOptions } from "../../run/run_options.ts";
import { formatCount, formatSeconds, ordinal } from "../format.ts";
import type { JsonObject } from "../json_value.ts";
import { count, duration, wholeNumber } from "../../option/kinds.ts";
import { type DefaultedFlag, type Flag, type Switch } from "./flag.ts";
import { lengthText } from "./load_flags.ts";

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
