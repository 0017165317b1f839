/**
 * Room of the configuration line: what a run is about to do, said on stderr before it starts. The entry calls it; it
 * knows only the options.
 *
 * @module
 */
import type { BackendOptions } from "../backend/backend.ts";
import type { PersistencePolicy } from "../persist/policy.ts";
import type { RunOptions } from "../run/options.ts";
import { escapeControls, formatCount, formatSeconds, formatSize, microsecondsOf } from "./format.ts";

/**
 * The run's options on one line, without a line feed:
 *
 * ```text
 * kvlab 0.1.0: memory, 4 threads, consistent pattern, 10 s, seed 123
 * kvlab 0.1.0: file synchronous (write period 500 µs), 128 files, json, temporary directory, 4 threads, …
 * kvlab 0.1.0: file asynchronous (queue depth 1024, 256MiB), 120 files, json, output DIR, 4 threads, …
 * ```
 */
export function configurationLine(options: RunOptions, version: string): string {
  const parts = [
    ...backendParts(options.backend),
    formatCount(options.threads, "thread"),
    `${options.pattern} pattern`,
    `${formatSeconds(options.loadTimeMs)} s`,
    `seed ${options.seed}`,
  ];
  return `kvlab ${version}: ${parts.join(", ")}`;
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
        `replace ${backend.replace}`,
        `sync ${backend.sync}`,
        backend.output === undefined ? "temporary directory" : `output ${escapeControls(backend.output)}`,
      ];
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
  }
}
