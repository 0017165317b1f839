/**
 * Turns the measurement's flags into options: when measuring starts, when the load ends, and what is measured.
 *
 * @module
 */
import type { RunOptions } from "../run/run_options.ts";
import type { RawArguments } from "./arguments.ts";
import { refuseBoth, type ValuesOf } from "./flag_values.ts";
import { type BackendName, FLAGS } from "./flags.ts";
import type { MEASUREMENT_FLAGS } from "../result/option/load_flags.ts";
import { given } from "../option/given.ts";

/** The values of the measurement's flags. */
export type MeasurementValues = ValuesOf<typeof MEASUREMENT_FLAGS>;

/** The part of a run's options that they determine. */
export type MeasurementOptions = Omit<
  RunOptions,
  "threads" | "loadTimeMs" | "pattern" | "ratePerSec" | "seed" | "workload" | "backend" | "witness"
>;

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
  refuseBoth(raw, [FLAGS.loadTimeMs, FLAGS.ops], "both say when the load ends");
  const { ops, warmupMs, latencySample: asked, repeat: _, ...others } = values;
  const isOurs = backend === "memory" || backend === "file";
  const isShort = ratePerSec === undefined && pattern === "unthrottled" && isOurs;
  const latencySample = asked ?? (isShort ? LATENCY_SAMPLE_UNTHROTTLED : 1);
  return {
    ...given({ ops }),
    ...(warmupMs === 0 ? {} : { warmupMs }),
    ...(latencySample === 0 ? {} : { latencySample }),
    ...others,
  };
}
