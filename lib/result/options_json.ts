/**
 * The options in JSON: given on the command line or by default, under the names of their flags. The fields are
 * documented in `result_json.ts`.
 *
 * @module
 */
import type { BackendOptions } from "../backend/backend.ts";
import { withoutCredentials } from "../engine/credentials.ts";
import type { EngineSettings } from "../engine/engine.ts";
import { hasInserts, hasTheta } from "../load/mix_parts.ts";
import { OPERATION_NAMES } from "../load/operation.ts";
import type { WorkloadOptions } from "../load/workload.ts";
import type { LayoutOptions } from "../persist/layout/layout_options.ts";
import type { PersistencePolicy } from "../persist/policy.ts";
import type { RunOptions } from "../run/run_options.ts";
import { microsecondsOf, secondsOf, snakeCase } from "./format.ts";
import type { JsonObject } from "./json_value.ts";

/** The options under the names of their flags. */
export function optionsObject(options: RunOptions): JsonObject {
  const { threads, loadTimeMs, ops, warmupMs, pattern, ratePerSec, latencySample, intervalMs } = options;
  return {
    threads,
    ...(ops === undefined ? { load_time_sec: secondsOf(loadTimeMs) } : { ops }),
    ...(warmupMs === undefined ? {} : { warmup_sec: secondsOf(warmupMs) }),
    ...(ratePerSec === undefined ? { pattern } : { rate_per_sec: ratePerSec }),
    ...(latencySample === undefined ? {} : { latency_sample: latencySample }),
    ...(intervalMs === undefined ? {} : { interval_sec: secondsOf(intervalMs) }),
    ...workloadObject(options.workload),
    ...backendObject(options.backend),
  };
}

function workloadObject(workload: WorkloadOptions): JsonObject {
  if (workload.kind !== "mix") return { workload: workload.kind };
  const shares = OPERATION_NAMES.map((name, kind) => [name, workload.shares[kind] ?? 0] as const);
  return {
    workload: workload.name,
    shares: Object.fromEntries(shares.filter(([, share]) => share > 0)),
    keys: workload.keyCount,
    ...(hasInserts(workload) ? { max_keys: workload.keyCountMax } : {}),
    key_size_bytes: workload.keyBytes,
    value_size_bytes_min: workload.valueBytesMin,
    value_size_bytes_max: workload.valueBytesMax,
    ...(workload.compressible === 1 ? {} : { compressible: workload.compressible }),
    distribution: workload.distribution,
    ...(hasTheta(workload) ? { zipf_theta: workload.zipfTheta } : {}),
    preload: workload.preload,
  };
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
        ...layoutObject(backend.layout),
        sync: backend.sync,
        ...(backend.deviceProbe === undefined ? {} : { device_probe: backend.deviceProbe }),
      };
    case "engine":
      return {
        backend: backend.engine,
        ...(backend.output === undefined ? {} : { output: backend.output }),
        ...settingsObject(backend.settings),
        in_flight: backend.inFlight,
      };
  }
}

function settingsObject(settings: EngineSettings): JsonObject {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      snakeCase(name),
      typeof value === "string" ? withoutCredentials(value) : value,
    ]),
  );
}

function layoutObject(layout: LayoutOptions): JsonObject {
  switch (layout.kind) {
    case "snapshot":
      return { layout: layout.kind, replace: layout.replace };
    case "blocks":
      return { layout: layout.kind, block_size_bytes: layout.blockBytes };
    case "log":
      return { layout: layout.kind, log_size_bytes: layout.logBytes, queue_memory_bytes: layout.pendingBytes };
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
    case "commit":
      return { commit_delay_us: microsecondsOf(policy.delayMs) };
  }
}
