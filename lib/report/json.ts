/**
 * Room of the JSON result: what a program reads on stdout when a run has ended. The entry calls it; it knows only the
 * result and the machine.
 *
 * The document is one object:
 *
 * - `kvlab`: the version that measured;
 * - the figures of the text result under the same names, except that a duration is a number of seconds and its name
 *   says so: `total_runtime_sec`, `drain_sec`. Rates are not rounded. The file backend's figures are absent for memory;
 * - `stopped_by`: `"SIGINT"`, `"SIGTERM"` or null;
 * - `set_aside_files`, for the file backend: `{ path, backup_path, reason }` of each file that could not be read;
 * - `seed`, and `options` by the names of their flags: `threads`, `load_time_sec`, `pattern`, `backend`, and for the
 *   file backend `output` (null: a temporary directory), `file_count`, `serializer`, then `write_period_us`
 *   (synchronous) or `queue_depth` and `queue_memory_bytes` (asynchronous);
 * - `threads`: per load worker `thread` (its index), `ops`, `reads`, `writes`, `hits`, `runtime_sec`, `ops_per_sec`;
 * - `machine`: `cpu_count`, `cpu_model`, `memory_bytes`, `os`, `kernel`, `arch`, `deno_version`, `v8_version`; the model,
 *   the memory and the kernel are null where kvlab may not know them.
 *
 * @module
 */
import type { BackendOptions } from "../backend/backend.ts";
import type { PersistencePolicy } from "../persist/policy.ts";
import type { RunOptions } from "../run/options.ts";
import { perSecond, type RunResult, type ThreadResult } from "../run/result.ts";
import { VERSION } from "../version.ts";
import { figures } from "./figures.ts";
import { microsecondsOf, secondsOf } from "./format.ts";
import type { Machine } from "./machine.ts";

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [name: string]: JsonValue };

/** The result as one JSON object, indented by two spaces and ended by a line feed. Its fields: see the module. */
export function resultJson(result: RunResult, machine: Machine): string {
  const document: JsonObject = {
    kvlab: VERSION,
    ...figuresObject(result),
    stopped_by: result.stoppedBy ?? null,
    ...setAsideFilesObject(result),
    ...powerLossObject(result),
    seed: result.options.seed,
    options: optionsObject(result.options),
    threads: result.threads.map(threadObject),
    machine: machineObject(machine),
  };
  return JSON.stringify(document, null, 2) + "\n";
}

/** The figures under the names that they have in the document. */
export function figuresObject(result: RunResult): JsonObject {
  return Object.fromEntries(
    figures(result).map(({ name, kind, value }) =>
      kind === "duration" ? [`${name}_sec`, secondsOf(value)] : [name, value]
    ),
  );
}

function setAsideFilesObject({ file }: RunResult): JsonObject {
  if (file === undefined) return {};
  const setAsideFiles = file.filesSetAside.map(({ path, backupPath, reason }) => ({
    path,
    backup_path: backupPath,
    reason,
  }));
  return { set_aside_files: setAsideFiles };
}

function powerLossObject({ file }: RunResult): JsonObject {
  return file === undefined ? {} : { power_loss: file.powerLoss === undefined ? "everything" : "measured" };
}

/** The options under the names of their flags. */
export function optionsObject({ threads, loadTimeMs, pattern, backend }: RunOptions): JsonObject {
  return { threads, load_time_sec: secondsOf(loadTimeMs), pattern, ...backendObject(backend) };
}

function backendObject(backend: BackendOptions): JsonObject {
  switch (backend.kind) {
    case "memory":
      return { backend: backend.kind };
    case "file":
      return {
        backend: backend.kind,
        output: backend.output ?? null,
        file_count: backend.fileCount,
        serializer: backend.serializer,
        ...policyObject(backend.policy),
        replace: backend.replace,
        sync: backend.sync,
      };
  }
}

function policyObject(policy: PersistencePolicy): JsonObject {
  switch (policy.kind) {
    case "synchronous":
      return { write_period_us: microsecondsOf(policy.periodMs) };
    case "asynchronous":
      return { queue_depth: policy.queueDepth, queue_memory_bytes: policy.queueMemoryBytes };
    case "periodic":
      return { flush_period_us: microsecondsOf(policy.periodMs) };
  }
}

function threadObject({ thread, runtimeMs, ops, reads, writes, hits }: ThreadResult): JsonObject {
  return {
    thread,
    ops,
    reads,
    writes,
    hits,
    runtime_sec: secondsOf(runtimeMs),
    ops_per_sec: perSecond(ops, runtimeMs),
  };
}

function machineObject(machine: Machine): JsonObject {
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
