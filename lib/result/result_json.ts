/**
 * The JSON result: what a program reads on stdout when a run has ended.
 *
 * The document is one object:
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
 * - `phases`: `{ phase, duration_sec }` for each part of the run, in order;
 * - `operations`: for each kind that the load had, `operation`, `count`, and if any was timed `latency`: `count` (of
 *   those timed), `min_sec`, `mean_sec`, `p50_sec`, `p90_sec`, `p99_sec`, `p999_sec`, `max_sec`, and `percentiles`:
 *   `{ percent, sec }` for each, down to the last operation. In an open loop it counts from the intended start, and
 *   `uncorrected_latency` from the actual one;
 * - `threads`: for each load worker `thread` (its index), `ops`, `reads`, `writes`, `hits`, `runtime_sec`,
 *   `ops_per_sec`, and `blocked_on_NAME_sec` for each wait that the backend has: `lock`, `queue`, `write`;
 * - `series`, if one was asked for: for each interval `end_sec` (from the load's start), `duration_sec`, `ops`,
 *   `ops_per_sec`, `reads`, `writes`, `latency` (of all kinds together), and for the file backend, as of its end,
 *   `process_crash_writes`, `process_crash_age_sec`, `power_loss_writes`, `power_loss_age_sec`, `queued`, and during it
 *   `snapshots_written`, `bytes_written`;
 * - `seed`, and `options` under the names of their flags; whatever is off or does not apply to the run is absent:
 *   - `threads`, `load_time_sec` or else the `ops` that end the load, `warmup_sec`, `pattern` or else the open loop's
 *     `rate_per_sec`, `latency_sample`, `interval_sec`;
 *   - `workload`, and for a mix `shares` (from 0 to 1, by operation, those above 0), `keys`, `max_keys` (with inserts),
 *     `key_size_bytes`, `value_size_bytes_min`, `value_size_bytes_max`, `compressible` (below 1), `distribution`,
 *     `zipf_theta` (zipfian and latest), `preload`;
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
 * @module
 */
import type { RunResult } from "../run/run_result.ts";
import { RESULT_SCHEMA, VERSION } from "../version.ts";
import type { Machine } from "./machine.ts";
import { runObject } from "./run_document.ts";
import type { JsonObject } from "./json.ts";
import { argumentsOf, optionsObject } from "./option/options.ts";

/**
 * The result as one JSON object, indented by two spaces and followed by a newline. The module comment documents its
 * fields.
 */
export function resultJson(result: RunResult, machine: Machine): string {
  const document: JsonObject = {
    schema: RESULT_SCHEMA,
    kvlab: VERSION,
    ...runObject(result),
    seed: result.options.seed,
    options: optionsObject(result.options),
    arguments: argumentsOf(result.options),
    machine: machineObject(machine),
  };
  return JSON.stringify(document, null, 2) + "\n";
}

/** Where a run was measured. */
export function machineObject(machine: Machine): JsonObject {
  return {
    cpu_count: machine.cpuCount,
    cpu_model: machine.cpuModel,
    memory_bytes: machine.memoryBytes,
    os: machine.os,
    kernel: machine.kernel,
    arch: machine.arch,
    deno_version: machine.denoVersion,
    v8_version: machine.v8Version,
  };
}
