/**
 * The document of a run, or of several repeats: what a program reads on stdout when they have ended, and how kvlab
 * reads it again.
 *
 * The document of a single run is one object:
 *
 * - `schema`: {@linkcode RESULT_SCHEMA}, and `kvlab`: the version that measured;
 * - the figures of the text result under the same names, except that durations are in seconds and their names say so:
 *   `total_runtime_sec`, `drain_sec`. Rates are not rounded; shares are from 0 to 1. The file backend's figures are
 *   absent for memory, and those of a rate, of waits and of a preload if the run has none;
 * - among them, what the load has cost, as far as the system tells: `cpu_per_op_sec`, in user and in system mode, from
 *   the start of the load until all is in the files; `resident_bytes_max`, the most memory of the whole process since
 *   the run began, with its preload. With servers both are sums, of `kvlab_cpu_per_op_sec` and `server_cpu_per_op_sec`,
 *   and of `kvlab_resident_bytes_max` and `server_resident_bytes_max`; of a server that kvlab has not started only
 *   kvlab's part is there. `device_bytes` are those of the pages handed to file systems to be written, from the start
 *   of the load on, without what was removed before it was written, and `device_bytes_per_byte_put` the same by bytes
 *   of keys and values put. `disk_bytes` is what the directory occupies once all is closed, `live_bytes` the keys and
 *   values in it (of an engine, estimated from 8,192 records, and absent if it held others before), and
 *   `disk_bytes_per_live_byte` their ratio;
 * - those of a replay, `replay_lines`, `replay_operations`, `replay_keys`, `replay_duration_sec`, `replay_rounds` (how
 *   often the trace was replayed), `replay_unknown_operations`, `replay_malformed_lines`, `replay_long_keys` and
 *   `replay_long_values`; and `replay`, with what they don't say: the trace's `format` and `file_bytes`,
 *   `keys_are_exact` (false: estimated), `duration_sec` (null: the trace has no times), `unknown_operations` by name,
 *   and of what was left out the first, or null: `first_malformed_line` (`line`, `text`), `first_long_key` and
 *   `first_long_value` (`line`, `bytes`);
 * - `stopped_by`: `"SIGHUP"`, `"SIGINT"`, `"SIGTERM"` or null;
 * - `promises`: the most that the backend promises to lose in each kind of failure, in words: `process_crash`,
 *   `power_loss`, and `failover`, which is null if there is no second copy; and as numbers, if it promises any, such as
 *   `process_crash_writes_bound` and `process_crash_age_bound_sec`;
 * - `engine`, if the backend is one: its `name`, its `version`, and its `settings` as read back from it, under its own
 *   names; and `counts` of what makes the result mean less, if it tells any, such as `evicted_keys`;
 * - `ended_early`: why, if the records to insert ran out;
 * - `failed`: how, if the run failed in the middle of the load or at its end; everything else is what was measured
 *   until then, and the file backend has no `drain_sec`;
 * - `broken_bounds`: for the file backend, a sentence for each promise that was broken;
 * - for the file backend, `set_aside_files`: `{ path, backup_path, reason }` for each file that could not be read;
 *   `power_loss`: `"everything"` if nothing is synced, otherwise `"measured"`; and `file_system`, null if unknown;
 * - `contradictions`, if the history was judged: the first few, each with its `key`, its `name`, and the fewest
 *   `operations` that contradict each other, as the lines of a history have them;
 * - `phases`: `{ phase, duration_sec }` for each part of the run, in order;
 * - `operations`: for each kind that the load had, `operation`, `count`, for scans `records` (that they found), and if
 *   any was timed `latency`: `count` (of those timed), `min_sec`, `mean_sec`, `p50_sec`, `p90_sec`, `p99_sec`,
 *   `p999_sec`, `max_sec`, and `percentiles`: `{ percent, sec }` for each, down to the last operation. In an open loop
 *   it counts from the intended start, and `uncorrected_latency` from the actual one;
 * - `threads`: for each load worker `thread` (its index), `ops`, `reads`, `writes`, `hits`, `runtime_sec`,
 *   `ops_per_sec`, and `blocked_on_NAME_sec` for each wait that the backend has: `lock`, `queue`, `write`;
 * - `series`, if one was asked for: for each interval `end_sec` (from the load's start), `duration_sec`, `ops`,
 *   `ops_per_sec`, `reads`, `writes`, `latency` (of all kinds together), and for the file backend, as of its end,
 *   `process_crash_writes`, `process_crash_age_sec`, `power_loss_writes`, `power_loss_age_sec`, `queued`, and during it
 *   `snapshots_written`, `bytes_written`;
 * - `seed`, and `options` under the names of their flags; whatever is off or does not apply to the run is absent:
 *   - `threads`, `load_time_sec` or else the `ops` that end the load, `warmup_sec`, `pattern` or else the open loop's
 *     `rate_per_sec`, `check`, `latency_sample`, `interval_sec`;
 *   - `workload`, and for a mix `shares` (from 0 to 1, by operation, those above 0), `keys`, `max_keys` (with inserts),
 *     `key_size_bytes`, `value_size_bytes_min`, `value_size_bytes_max`, `compressible` (below 1), `distribution`,
 *     `zipf_theta` (zipfian and latest), `preload`;
 *   - or of a replay `replay`, its path, `replay_format`, `replay_speed` (`"asap"` or a number), `replay_repeat` (0:
 *     until the load ends otherwise; absent: once), `compressible` (below 1); `load_time_sec` is absent if only the end
 *     of the trace ends the load;
 *   - `backend`, and for the file backend `output` (null: a temporary directory), `file_count`, `serializer`, then
 *     `write_period_us` (synchronous), `queue_depth` and `queue_memory_bytes` (asynchronous), `flush_period_us`
 *     (periodic) or `commit_delay_us` (commit), then `layout` with `replace` (snapshot), `block_size_bytes` (blocks) or
 *     `log_size_bytes` and `queue_memory_bytes` (log), `sync`, `device_probe`; for an engine `output`, its settings and
 *     `in_flight`;
 * - `arguments`: those of kvlab that give these options and the seed, without what only repeats a default, and without
 *   credentials;
 * - `machine`: `cpu_count`, `cpu_model`, `memory_bytes`, `os`, `kernel`, `arch`, `deno_version`, `v8_version`; the
 *   model, the memory and the kernel are null if kvlab lacks the permission to read them.
 *
 * That of repeats is one object as well:
 *
 * - `schema`, `kvlab`, `seed`, `options`, `arguments`, `machine`: as in the document of a single run;
 * - `repeats`: the number of runs, `repeats_asked`: how many were asked for;
 * - `summary`: for each figure `median`, `min`, `max` and the ends of the 95% interval of the median, `ci95_low` and
 *   `ci95_high`, which are absent if there are fewer than 6 values; a run that failed counts only if all did;
 * - `runs`: for each run, everything else that the document of a single run has.
 *
 * @module
 */
import { readText } from "../system/file_io.ts";
import { parseJson } from "../system/json_text.ts";
import { PersistError } from "../system/persist_error.ts";
import { RESULT_SCHEMA, VERSION } from "../version.ts";
import type { RunResult } from "../run/run_result.ts";
import { figureEntry, jsonName } from "./figure.ts";
import { type FigureSummary, summarizeFigures } from "./figures.ts";
import { type Machine, machineObject } from "./machine.ts";
import { documentText, type Fields, fieldsIn, isFields, type JsonObject, numberIn, textIn, textsIn } from "./json.ts";
import { readRun, type RunDocument, runObject } from "./run_document.ts";
import { escapeControls, formatCount } from "./format.ts";
import { loadMembers } from "./option/options.ts";
import { given } from "../option/given.ts";

/** The result of a run. The module comment documents its fields. */
export function resultJson(result: RunResult, machine: Machine): string {
  return documentText({
    schema: RESULT_SCHEMA,
    kvlab: VERSION,
    ...runObject(result),
    ...loadMembers(result.options),
    machine: machineObject(machine),
  });
}

/**
 * The results of repeats. The module comment documents their fields.
 *
 * @param results at least one, all with the same options
 * @param asked how many runs were asked for
 * @throws {RangeError} when there are none
 */
export function repeatsJson(results: readonly RunResult[], machine: Machine, asked = results.length): string {
  const options = results[0]?.options;
  if (options === undefined) throw new RangeError("Cannot report repeats: there are none");
  return documentText({
    schema: RESULT_SCHEMA,
    kvlab: VERSION,
    repeats: results.length,
    repeats_asked: asked,
    summary: Object.fromEntries(summarizeFigures(results).map(summaryEntry)),
    ...loadMembers(options),
    machine: machineObject(machine),
    runs: results.map(runObject),
  });
}

function summaryEntry({ name, kind, median, min, max, interval }: FigureSummary): [name: string, summary: JsonObject] {
  const shown = (value: number) => figureEntry({ name, kind, value })[1];
  return [jsonName({ name, kind }), {
    median: shown(median),
    min: shown(min),
    max: shown(max),
    ...(interval === undefined ? {} : { ci95_low: shown(interval.low), ci95_high: shown(interval.high) }),
  }];
}

/** The result of one run or of several repeats, as read from its file. */
export interface ResultDocument {
  readonly path: string;
  /** The version of kvlab that measured. */
  readonly kvlab: string;
  readonly seed: number;
  /** By flag name. */
  readonly options: Fields;
  /** Those of kvlab that give these options, and the seed; absent where an older kvlab wrote the file. */
  readonly args?: readonly string[];
  readonly machine: Fields;
  /** Those that did not fail, which alone can be compared; or all of them if each failed. */
  readonly runs: readonly RunDocument[];
  /** Number of runs that the samples are of. */
  readonly repeats: number;
  readonly ending: Ending;
  /**
   * The values of each figure, by its name in the document, one from every run that has it, in the order of the runs:
   * durations in seconds, rates per second.
   */
  readonly samples: ReadonlyMap<string, readonly number[]>;
}

/** What makes a result less than the whole of what was asked for. */
export interface Ending extends Pick<RunDocument, "failed" | "stoppedBy" | "usedUp"> {
  /** Runs that failed and are left out; 0 if all failed, so that the figures are of the time until then. */
  readonly leftOut: number;
  /** How many runs were asked for, if there are fewer. */
  readonly asked?: number;
}

/**
 * Reads the result of a run, or of repeats.
 *
 * @throws {PersistError} when the file cannot be read or holds no result of this kvlab's schema
 */
export function readResultFile(path: string): ResultDocument {
  return parseResultDocument(path, readText(path));
}

/**
 * Parses a result.
 *
 * @param path where the text comes from, for errors
 * @throws {PersistError} when it is not a result of this kvlab's schema
 */
export function parseResultDocument(path: string, text: string): ResultDocument {
  const refuse = (reason: string) => new PersistError("read", path, reason);
  let document: unknown;
  try {
    document = parseJson(text);
  } catch (error) {
    if (error instanceof RangeError) throw refuse(error.message);
    throw refuse(text.trim() === "" ? "it is empty" : "it is not JSON (only results of --format=json can be compared)");
  }
  if (!isFields(document)) throw refuse(NOT_A_RESULT);
  return readResult(path, document);
}

/**
 * Reads a parsed result.
 *
 * @throws {PersistError} when it is not a result of this kvlab's schema
 */
export function readResult(path: string, document: Fields): ResultDocument {
  const refuse = (reason: string) => new PersistError("read", path, reason);
  checkSchema(document.schema, refuse);
  const kvlab = textIn(document, "kvlab"), seed = numberIn(document, "seed");
  const options = fieldsIn(document, "options"), machine = fieldsIn(document, "machine");
  if (kvlab === undefined) throw refuse(incomplete("kvlab"));
  if (seed === undefined) throw refuse(incomplete("seed"));
  if (options === undefined) throw refuse(incomplete("options"));
  if (machine === undefined) throw refuse(incomplete("machine"));
  const fields = "runs" in document ? document.runs : [document];
  if (!Array.isArray(fields) || fields.length === 0 || !fields.every(isFields)) throw refuse(incomplete("runs"));
  const all = fields.map(readRun);
  const whole = all.filter(({ failed }) => failed === undefined);
  const runs = whole.length === 0 ? all : whole;
  const ending = endingOf(all, { leftOut: all.length - runs.length, asked: numberIn(document, "repeats_asked") });
  const args = textsIn(document, "arguments");
  return {
    path,
    kvlab,
    seed,
    options,
    ...given({ args }),
    machine,
    runs,
    repeats: runs.length,
    ending,
    samples: samplesOf(runs),
  };
}

function endingOf(
  runs: readonly RunDocument[],
  { leftOut, asked = 0 }: { readonly leftOut: number; readonly asked: number | undefined },
): Ending {
  const failed = runs.find((run) => run.failed !== undefined)?.failed;
  const stoppedBy = runs.find((run) => run.stoppedBy !== undefined)?.stoppedBy;
  const usedUp = runs.find((run) => run.usedUp !== undefined)?.usedUp;
  return {
    leftOut,
    ...given({ failed, stoppedBy, usedUp }),
    ...(asked > runs.length ? { asked } : {}),
  };
}

function samplesOf(runs: readonly RunDocument[]): Map<string, number[]> {
  const samples = new Map<string, number[]>();
  for (const { figures } of runs) {
    for (const [name, value] of figures) {
      const known = samples.get(name);
      if (known === undefined) samples.set(name, [value]);
      else known.push(value);
    }
  }
  return samples;
}

const NOT_A_RESULT = `it is not a result of kvlab (it has no schema ${RESULT_SCHEMA})`;

function incomplete(field: string): string {
  return `it is not a whole result of kvlab: ${field} is missing or wrong`;
}

function checkSchema(schema: unknown, refuse: (reason: string) => PersistError): void {
  if (schema === RESULT_SCHEMA) return;
  const version = typeof schema === "string" ? /^kvlab-result\/(\d{1,9})$/.exec(schema)?.[1] : undefined;
  if (version === undefined) throw refuse(NOT_A_RESULT);
  throw refuse(`its schema is kvlab-result/${version}, must be ${RESULT_SCHEMA}`);
}

/** A clause for each thing that a result lacks, to follow its name; none if it is whole. */
export function endingTexts({ failed, leftOut, stoppedBy, usedUp, asked }: Ending, repeats: number): string[] {
  const failure = leftOut === 0
    ? "failed, its figures are of the time until then"
    : "failed in a run that is left out of its figures";
  return [
    ...(failed === undefined ? [] : [`${failure}: ${failed}`]),
    ...(stoppedBy === undefined ? [] : [`was ended early by ${stoppedBy}`]),
    ...(usedUp === undefined ? [] : [`ended early: ${usedUp}`]),
    ...(asked === undefined ? [] : [`has ${formatCount(repeats, "whole run")} of ${asked}`]),
  ].map(escapeControls);
}
