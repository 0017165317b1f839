/**
 * Turns the measurement's flags into options: when measuring starts, when the load ends, and what is measured.
 *
 * @module
 */
import type { RunOptions } from "../run/run_options.ts";
import type { RawArguments } from "./arguments.ts";
import { read, refuseBoth } from "./flag_values.ts";
import { type BackendName, FLAGS } from "./flags.ts";

/** The values of the measurement's flags. */
export type MeasurementValues = ReturnType<typeof readMeasurementValues>;

/** The part of a run's options that they determine. */
export type MeasurementOptions = Pick<
  RunOptions,
  "ops" | "warmupMs" | "latencySample" | "intervalMs"
>;

export function readMeasurementValues(raw: RawArguments) {
  return {
    warmupMs: read(raw, FLAGS.warmup),
    ops: read(raw, FLAGS.ops),
    latencySample: read(raw, FLAGS.latencySample),
    intervalMs: read(raw, FLAGS.interval),
    repeat: read(raw, FLAGS.repeat),
  };
}

/**
 * One operation in this many is timed when the load does not wait, because timing one takes as long as a get from the
 * shared store.
 */
const LATENCY_SAMPLE_UNTHROTTLED = 256;

/**
 * @param values the flags' values
 * @param load when operations begin, and the backend, given or default
 * @throws {UsageError} when flags contradict each other
 */
export function measurementOptions(
  raw: RawArguments,
  values: MeasurementValues,
  { pattern, ratePerSec, backend }: Pick<RunOptions, "pattern" | "ratePerSec"> & { backend: BackendName },
): MeasurementOptions {
  refuseBoth(raw, [FLAGS.loadTime, FLAGS.ops], "both say when the load ends");
  const { ops, warmupMs, intervalMs } = values;
  const isOurs = backend === "memory" || backend === "file";
  const isShort = ratePerSec === undefined && pattern === "unthrottled" && isOurs;
  const latencySample = values.latencySample ?? (isShort ? LATENCY_SAMPLE_UNTHROTTLED : 1);
  return {
    ...(ops === undefined ? {} : { ops }),
    ...(warmupMs === 0 ? {} : { warmupMs }),
    ...(latencySample === 0 ? {} : { latencySample }),
    intervalMs,
  };
}
