/**
 * The documents of a sweep's runs, as `--format=json` would print them, and the entries of its configurations.
 *
 * @module
 */
import type { Fields } from "../../lib/result/json.ts";
import type { ConfigurationEntry, RunLine, SummaryLine, SweepHeader } from "../../lib/sweep/lines.ts";
import { SweepResults } from "../../lib/sweep/results.ts";
import { parseSweepFile, type SweepFileContent } from "../../lib/sweep/results_file.ts";
import { spaceOf, summarizeSweep } from "../../lib/sweep/summary.ts";

/** The result of a run with a gauge. */
export function fileRun(
  opsPerSec: number,
  { ageMs, boundMs, writes = 100 }: { ageMs: number; boundMs?: number; writes?: number },
): Fields {
  return {
    total_ops_per_sec: opsPerSec,
    process_crash_writes_p99: writes / 2,
    process_crash_writes_max: writes,
    process_crash_age_p99_sec: ageMs / 2000,
    process_crash_age_max_sec: ageMs / 1000,
    ...(boundMs === undefined ? {} : { process_crash_age_bound_sec: boundMs / 1000 }),
    power_loss: "everything",
    promises: { process_crash: "the last moments", power_loss: "everything that was never synced", failover: null },
  };
}

/** The result of a run in memory alone. */
export function memoryRun(opsPerSec: number): Fields {
  return {
    total_ops_per_sec: opsPerSec,
    promises: { process_crash: "everything", power_loss: "everything", failover: null },
  };
}

/** The result of a run on an engine that promises to lose nothing. */
export function safeRun(opsPerSec: number): Fields {
  const none = { writes_bound: 0, age_bound_sec: 0 };
  return {
    total_ops_per_sec: opsPerSec,
    promises: {
      process_crash: "nothing",
      power_loss: "the commits since the last checkpoint",
      failover: null,
      process_crash_writes_bound: none.writes_bound,
      process_crash_age_bound_sec: none.age_bound_sec,
    },
  };
}

export function entryOf(id: string, name: string, args: readonly string[]): ConfigurationEntry {
  const [backend = ""] = args;
  return { id, name, args, command: `kvlab --seed=1 ${args.join(" ")}`, backend, layout: null, promises: null };
}

export const ENTRIES = [
  entryOf("c01", "memory", ["memory"]),
  entryOf("c02", "file, flush 2 ms", ["file", "--flush-period-us=2000"]),
  entryOf("c03", "file, flush 50 ms", ["file", "--flush-period-us=50000"]),
  entryOf("c04", "sqlite", ["sqlite"]),
];

export const HEADER: SweepHeader = {
  kind: "kvlab/sweep",
  version: 1,
  kvlab: "0.1.0",
  started_at: "2026-01-02T03:04:05.000Z",
  seed: 1,
  load_args: ["--seed=1"],
  options: {},
  machine: {},
  configurations: ENTRIES,
};

export function runLine(configuration: string, round: number, result: Fields): RunLine {
  return { kind: "run", configuration, round, started_at: "2026-01-02T03:04:06.000Z", took_ms: 1000, result };
}

/** The result of a run at a rate, some of whose operations had the latency that counts. */
export function withP99(run: Fields, p99Ms: number): Fields {
  const latencyOf = (ms: number) => ({ p99_sec: ms / 1000 });
  return {
    ...run,
    operations: [
      { operation: "read", count: 100, latency: latencyOf(p99Ms / 10) },
      { operation: "update", count: 100, latency: latencyOf(p99Ms) },
    ],
  };
}

/**
 * A sweep of rates within a p99 of 5 ms: memory and the file backend keep up 300,000 operations a second, the engine
 * none.
 */
export function ratesSweep(trialCount = 14): { readonly lines: readonly RunLine[]; readonly summary: SummaryLine } {
  const lines = ["c01", "c02", "c04"].flatMap((id) => {
    const run = id === "c01" ? memoryRun(2_000_000) : id === "c02" ? fileRun(400_000, { ageMs: 4 }) : safeRun(9_000);
    const trials = Array.from({ length: trialCount }, (_, trial) => (id === "c04" ? 7 : 700) * 2 ** trial);
    return [
      runLine(id, 1, run),
      ...trials.map((rate, trial) => ({
        ...runLine(id, 2 + trial, withP99(run, id === "c04" || rate > 300_000 ? 9 : 1)),
        rate_per_sec: rate,
      })),
    ];
  });
  const question = { axis: { crash: "process_crash", unit: "age_ms" }, limit: 10, p99Ms: 5 } as const;
  const summary = summarizeSweep({
    entries: ENTRIES,
    space: spaceOf(ENTRIES, 1, question),
    question,
    results: new SweepResults(lines),
    ended: "budget",
  });
  return { lines, summary };
}

/** What a results file holds. */
export function readSweepFile(path: string): SweepFileContent {
  return parseSweepFile(path, Deno.readTextFileSync(path));
}
