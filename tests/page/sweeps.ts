/**
 * Sweeps for the tests of the report, put together from runs: as many configurations as asked, each with runs of its
 * own speed and loss.
 *
 * @module
 */
import { SWEEP_KIND, SWEEP_VERSION, type SweepLine } from "../../lib/sweep/lines.ts";
import type { ConfigurationEntry, ConfigurationSummary, LossSummary, SweepHeader } from "../../lib/sweep/lines.ts";
import { statesOf } from "../../lib/page/map_view.ts";
import { Rng } from "../../lib/load/rng.ts";
import { resultText } from "./results.ts";

/** Runs by kind of configuration, of which each of the sweep's is made. */
const KINDS = [
  { backend: "memory", layout: null, result: "memory", args: () => ["memory"] },
  { backend: "file", layout: "snapshot", result: "periodic", args: flushArgs("--replace=alternate") },
  { backend: "file", layout: "log", result: "commit", args: flushArgs("--layout=log") },
  {
    backend: "file",
    layout: "snapshot",
    result: "open_loop",
    args: (at: number) => ["file", "--file-count=16", `--queue-depth=${at * 16}`],
  },
  {
    backend: "sqlite",
    layout: null,
    result: "commit",
    args: (at: number) => ["sqlite", "--synchronous=normal", `--cache-size=${at}MiB`],
  },
] as const;

function flushArgs(flag: string) {
  return (at: number) => ["file", "--file-count=128", `--flush-period-us=${at * 1000}`, flag, "--sync=data"];
}

/** What a sweep is to be. */
export interface SweepParts {
  readonly configurations: number;
  readonly runs: number;
  /** Whether it came to its end. */
  readonly ended?: boolean;
}

/** The lines of a sweep, as its results file has them. */
export function sweepText({ configurations, runs, ended = true }: SweepParts): string {
  const rng = new Rng(7, 7);
  const entries = Array.from({ length: configurations }, (_, at): ConfigurationEntry => {
    const { backend, layout, args } = KINDS[at % KINDS.length]!;
    const list = args(at + 1);
    return {
      id: `c${String(at + 1).padStart(2, "0")}`,
      name: `number ${at + 1}`,
      args: list,
      command: ["kvlab", "--threads=2", "--load-time-sec=1", ...list].join(" "),
      backend,
      layout,
      promises: { process_crash: "what came since the last flush", power_loss: "nothing of it is synced" },
    };
  });
  const memory = JSON.parse(resultText("memory"));
  const header: SweepHeader = {
    kind: SWEEP_KIND,
    version: SWEEP_VERSION,
    kvlab: memory.kvlab,
    started_at: "2026-01-02T03:04:05.000Z",
    seed: 7,
    load_args: ["--threads=2", "--load-time-sec=1", "--pattern=unthrottled"],
    options: { threads: 2, load_time_sec: 1, workload: "seed" },
    machine: memory.machine,
    configurations: entries,
  };
  const speeds = entries.map((_, at) => at === 0 ? 2e6 : 10 ** (3.5 + 2.5 * rng.fraction()));
  const lines: SweepLine[] = [];
  for (let round = 1; round <= runs; round++) {
    for (const [at, { id }] of entries.entries()) {
      lines.push(runLine(id, { at, round, speed: speeds[at]! * (0.9 + 0.2 * rng.fraction()) }));
    }
  }
  lines.push({
    kind: "failure",
    configuration: entries.at(-1)!.id,
    round: 1,
    started_at: "2026-01-02T03:05:05.000Z",
    took_ms: 5,
    reason: "Cannot open <script>alert(1)</script>: no such engine",
  });
  for (const id of ["c02", "c03"]) {
    lines.push({
      kind: "crash",
      configuration: id,
      started_at: "2026-01-02T03:06:05.000Z",
      took_ms: 5,
      result: JSON.parse(resultText("crash")),
    });
  }
  if (ended) lines.push(summaryLine(entries, speeds, runs));
  return [header, ...lines].map((line) => JSON.stringify(line) + "\n").join("");
}

function runLine(id: string, { at, round, speed }: { at: number; round: number; speed: number }): SweepLine {
  const document = JSON.parse(resultText(KINDS[at % KINDS.length]!.result));
  const started = Date.parse("2026-01-02T03:04:05Z") + (round * 60 + at) * 1000;
  return {
    kind: "run",
    configuration: id,
    round,
    started_at: new Date(started).toISOString(),
    took_ms: 1000,
    result: { ...document, total_ops_per_sec: speed },
  };
}

function summaryLine(entries: readonly ConfigurationEntry[], speeds: readonly number[], runs: number): SweepLine {
  const losses = entries.map(({ backend }, at): LossSummary => {
    if (backend === "memory") return { writes: "everything", age_ms: "everything" };
    if (at % 7 === 2) return { writes: 0, age_ms: 0 };
    return {
      writes: at * 130,
      age_ms: at * 3.7,
      p99_writes: at * 80,
      p99_age_ms: at * 2,
      max_writes: at * 120,
      max_age_ms: at * 3.4,
    };
  });
  const states = statesOf(entries.map((_, at) => ({ opsPerSec: speeds[at]!, loss: losses[at]!.age_ms })));
  const configurations = entries.map(({ id }, at): ConfigurationSummary => ({
    id,
    runs,
    median_ops_per_sec: speeds[at]!,
    ci95: runs < 6 ? null : [speeds[at]! * 0.93, speeds[at]! * 1.06],
    loss: {
      process_crash: losses[at]!,
      power_loss: at % 3 === 0 ? { writes: "everything", age_ms: "everything" } : losses[at]!,
    },
    state: at === 9 ? "tied" : states[at]!,
    beside: [],
    kills: null,
  }));
  const best = configurations.find(({ state, loss }) =>
    state === "frontier" && loss.process_crash.age_ms !== "everything"
  );
  const entry = entries.find(({ id }) => id === best?.id) ?? entries[0]!;
  return {
    kind: "summary",
    lose_at_most: { age_ms: 10 },
    on: "process-crash",
    unit: "age_ms",
    ended: "separated",
    frontier: configurations.filter(({ state }) => state === "frontier").map(({ id }) => id),
    answer:
      `fastest with at most 10 ms at risk when the process dies: ${entry.name} (${entry.id}) at 1.81 M ops/s (1.74–1.88)`,
    answered: [entry.id],
    configurations,
    baseline_drift: { configuration: "c01", runs, ratio: 0.98, spread: 1.1 },
  };
}
