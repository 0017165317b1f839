/**
 * The configuration line: describes a run on stderr before it starts.
 *
 * @module
 */
import type { BackendOptions, EngineBackendOptions } from "../backend/backend.ts";
import { withoutCredentials } from "../engine/credentials.ts";
import { hasInserts, hasTheta } from "../load/mix_parts.ts";
import { OPERATION_NAMES } from "../load/operation.ts";
import type { WorkloadOptions } from "../load/workload.ts";
import type { LayoutOptions } from "../persist/layout/layout_options.ts";
import type { PersistencePolicy } from "../persist/policy.ts";
import type { RunOptions } from "../run/run_options.ts";
import {
  escapeControls,
  formatCount,
  formatSeconds,
  formatSize,
  microsecondsOf,
  operationName,
  ordinal,
  snakeCase,
} from "../result/format.ts";

/**
 * The run's options on one line, without a newline. The seed's workload is not mentioned, nor is whatever is off:
 *
 * ```text
 * kvlab 0.1.0: memory, 4 threads, consistent pattern, 10 s, latency of every operation, seed 123
 * kvlab 0.1.0: file synchronous (write period 500 µs), 128 files, json, temporary directory, 4 threads, …
 * kvlab 0.1.0: file asynchronous (queue depth 1024, 256MiB), 120 files, json, output DIR, 4 threads, …
 * kvlab 0.1.0: memory, 2 threads, workload b (95% read, 5% update), 10000000 keys of 16 B, values of 100 B,
 *   zipfian 0.99, preloaded, rate 10000/s, 1000000 operations after 2 s of warm-up, latency of every 128th, seed 1
 * ```
 */
export function configurationLine(options: RunOptions, version: string): string {
  const parts = [
    ...backendParts(options.backend),
    formatCount(options.threads, "thread"),
    ...workloadParts(options.workload),
    options.ratePerSec === undefined ? `${options.pattern} pattern` : `rate ${options.ratePerSec}/s`,
    lengthText(options),
    ...measurementParts(options),
    `seed ${options.seed}`,
  ];
  return `kvlab ${version}: ${parts.join(", ")}`;
}

function workloadParts(workload: WorkloadOptions): string[] {
  if (workload.kind !== "mix") return [];
  const { name, shares, keyCount, keyCountMax, keyBytes, valueBytesMin, valueBytesMax } = workload;
  const { compressible, distribution, zipfTheta, preload } = workload;
  const room = hasInserts(workload) ? ` (room for ${keyCountMax})` : "";
  const values = valueBytesMin === valueBytesMax ? `${valueBytesMax} B` : `${valueBytesMin} to ${valueBytesMax} B`;
  return [
    `workload ${name} (${sharesText(shares)})`,
    `${formatCount(keyCount, "key")}${room} of ${keyBytes} B`,
    `values of ${values}${compressible === 1 ? "" : `, compressible to ${compressible}`}`,
    hasTheta(workload) ? `${distribution} ${zipfTheta}` : distribution,
    preload ? "preloaded" : "not preloaded",
  ];
}

function sharesText(shares: readonly number[]): string {
  return OPERATION_NAMES.flatMap((name, kind) => {
    const share = shares[kind] ?? 0;
    return share === 0 ? [] : `${Number((share * 100).toPrecision(6))}% ${operationName(name)}`;
  }).join(", ");
}

function lengthText({ loadTimeMs, ops, warmupMs }: RunOptions): string {
  const length = ops === undefined ? `${formatSeconds(loadTimeMs)} s` : formatCount(ops, "operation");
  return warmupMs === undefined ? length : `${length} after ${formatSeconds(warmupMs)} s of warm-up`;
}

/** The interval that is not mentioned. */
const USUAL_INTERVAL_MS = 1000;

function measurementParts({ latencySample, intervalMs }: RunOptions): string[] {
  const parts: string[] = [];
  if (latencySample !== undefined) {
    parts.push(`latency of every ${latencySample === 1 ? "operation" : ordinal(latencySample)}`);
  }
  if (intervalMs !== undefined && intervalMs !== USUAL_INTERVAL_MS) {
    parts.push(`intervals of ${formatSeconds(intervalMs)} s`);
  }
  return parts;
}

function backendParts(backend: BackendOptions): string[] {
  switch (backend.kind) {
    case "memory":
      return ["memory"];
    case "file":
      return [
        `file ${policyText(backend.policy)}`,
        formatCount(backend.fileCount, "file"),
        backend.serializer,
        layoutText(backend.layout),
        `sync ${backend.sync}`,
        backend.output === undefined ? "temporary directory" : `output ${escapeControls(backend.output)}`,
        ...(backend.deviceProbe === false ? ["no device probe"] : []),
      ];
    case "engine":
      return [
        engineText(backend),
        ...(backend.output === undefined ? [] : [`output ${escapeControls(backend.output)}`]),
        ...(backend.inFlight === 1 ? [] : [`${backend.inFlight} in flight`]),
      ];
  }
}

/** The engine with its settings, such as `sqlite (journal wal, busy timeout 10000 ms)`. */
function engineText({ engine, settings }: EngineBackendOptions): string {
  const texts = Object.entries(settings).map(([name, value]) => settingText(snakeCase(name), value));
  return texts.length === 0 ? engine : `${engine} (${texts.join(", ")})`;
}

function settingText(name: string, value: string | number | boolean): string {
  const [, bare = name, unit] = /^(.*)_(bytes|ms)$/.exec(name) ?? [];
  const text = bare.replaceAll("_", " ");
  if (unit === "bytes") return `${text} ${formatSize(Number(value))}`;
  if (unit === "ms") return `${text} ${value} ms`;
  return value === true ? text : `${text} ${escapeControls(withoutCredentials(String(value)))}`;
}

function layoutText(layout: LayoutOptions): string {
  switch (layout.kind) {
    case "snapshot":
      return `replace ${layout.replace}`;
    case "blocks":
      return `blocks of ${formatSize(layout.blockBytes)}`;
    case "log":
      return `logs of ${formatSize(layout.logBytes)}`;
  }
}

function policyText(policy: PersistencePolicy): string {
  switch (policy.kind) {
    case "synchronous":
      return `synchronous (write period ${microsecondsOf(policy.periodMs)} µs)`;
    case "asynchronous":
      return `asynchronous (queue depth ${policy.queueDepth}, ${formatSize(policy.queueMemoryBytes)})`;
    case "periodic":
      return `periodic (flush period ${microsecondsOf(policy.periodMs)} µs)`;
    case "commit":
      return `commit (delay ${microsecondsOf(policy.delayMs)} µs)`;
  }
}
