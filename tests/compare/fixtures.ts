/**
 * Result documents with known figures, for the tests of what reads and compares them.
 *
 * @module
 */
import { parseResultDocument, type ResultDocument } from "../../lib/result/result_document.ts";
import { RESULT_SCHEMA } from "../../lib/version.ts";

/** The fields of a single run's document. */
export const single = {
  schema: RESULT_SCHEMA,
  kvlab: "0.1.0",
  total_ops: 1000,
  total_runtime_sec: 10,
  total_ops_per_sec: 100,
  stopped_by: null,
  operations: [
    { operation: "read", count: 400, latency: { count: 40, p50_sec: 1e-6, p99_sec: 4e-6 } },
    {
      operation: "update",
      count: 600,
      latency: { count: 60, p50_sec: 2e-6, p99_sec: 0.0015 },
      uncorrected_latency: { count: 60, p50_sec: 1e-6, p99_sec: 0.0005 },
    },
    { operation: "insert", count: 0 },
  ],
  seed: 123,
  options: { threads: 4, pattern: "consistent", mix: { shares: [0.5, 0.5] } },
  machine: { cpu_count: 4, os: "linux" },
};

/** The document of repeats, one of each list of figures. */
export function repeated(runs: readonly Record<string, unknown>[], changes: Record<string, unknown> = {}) {
  const { schema, kvlab, seed, options, machine } = single;
  return { schema, kvlab, repeats: runs.length, summary: {}, seed, options, machine, runs, ...changes };
}

/** The document of repeats of one figure. */
export function repeatsOf(name: string, samples: readonly number[], changes: Record<string, unknown> = {}) {
  return repeated(samples.map((sample) => ({ [name]: sample })), changes);
}

/** What a file with those fields is read as. */
export function documentOf(path: string, fields: unknown): ResultDocument {
  return parseResultDocument(path, JSON.stringify(fields));
}
