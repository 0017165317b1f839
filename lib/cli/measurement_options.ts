/**
 * Turns the measurement's flags into options: when measuring begins, when the load ends, how operations are spaced,
 * what is measured of them.
 *
 * @module
 */
import type { PatternName } from "../load/pattern.ts";
import type { RunOptions } from "../run/run_options.ts";
import type { RawArguments } from "./arguments.ts";
import { read, refuseBoth } from "./flag_values.ts";
import { type BackendName, FLAGS } from "./flags.ts";

/** The values of the measurement's flags. */
export type MeasurementValues = ReturnType<typeof readMeasurementValues>;

/** What they say of a run. */
export type MeasurementOptions = Pick<
  RunOptions,
  "ops" | "warmupMs" | "pattern" | "ratePerSec" | "latencySample" | "intervalMs"
>;

/** Reads the values of the measurement's flags. */
export function readMeasurementValues(raw: RawArguments) {
  return {
    warmupMs: read(raw, FLAGS.warmup),
    ops: read(raw, FLAGS.ops),
    ratePerSec: read(raw, FLAGS.rate),
    latencySample: read(raw, FLAGS.latencySample),
    intervalMs: read(raw, FLAGS.interval),
    repeat: read(raw, FLAGS.repeat),
  };
}

/** One operation in so many is timed where the load does not wait: timing it takes as long as a get of our own. */
const LATENCY_SAMPLE_UNTHROTTLED = 256;

/**
 * @param values the flags' values
 * @param load the pattern and the backend that are asked for, or the default ones
 * @throws {UsageError} when flags contradict each other
 */
export function measurementOptions(
  raw: RawArguments,
  values: MeasurementValues,
  { pattern, backend }: { pattern: PatternName; backend: BackendName },
): MeasurementOptions {
  refuseBoth(raw, [FLAGS.loadTime, FLAGS.ops], "both say when the load ends");
  refuseBoth(raw, [FLAGS.pattern, FLAGS.rate], "both say when operations begin");
  const { ops, warmupMs, ratePerSec, intervalMs } = values;
  const isOurs = backend === "memory" || backend === "file";
  const isShort = ratePerSec === undefined && pattern === "unthrottled" && isOurs;
  const latencySample = values.latencySample ?? (isShort ? LATENCY_SAMPLE_UNTHROTTLED : 1);
  return {
    ...(ops === undefined ? {} : { ops }),
    ...(warmupMs === 0 ? {} : { warmupMs }),
    ...(ratePerSec === undefined ? { pattern } : { pattern: "unthrottled", ratePerSec }),
    ...(latencySample === 0 ? {} : { latencySample }),
    intervalMs,
  };
}
