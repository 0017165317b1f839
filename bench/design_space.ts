/**
 * The design-space table: every policy, replacement strategy and sync level under one load, beside memory alone. Prints
 * a Markdown table; `deno task table` runs it.
 *
 * Each configuration's runs alternate with runs of the memory backend, and the share of memory is the median of the
 * pairs' ratios, so that a machine whose speed drifts still gives a fair comparison.
 *
 * @module
 */
import type { FileBackendOptions } from "../lib/backend/backend.ts";
import { crash } from "../lib/crash/crash.ts";
import { NUMBERED_SEED_MIX } from "../lib/load/numbered_workload.ts";
import { REPLACE_NAMES, type ReplaceName } from "../lib/persist/layout/layout_options.ts";
import { type PersistencePolicy, SYNC_NAMES, type SyncName } from "../lib/persist/policy.ts";
import type { RunOptions } from "../lib/run/run_options.ts";
import { type FileResult, type RunResult, totals } from "../lib/run/run_result.ts";
import { run } from "../lib/run/runner.ts";

const PAIRS = 3;
const KILLS = 3;
const LOAD_TIME_MS = 1000;
const WARMUP_MS = 500;
const FILE_COUNT = 128;

const POLICIES: readonly { flag: string; policy: PersistencePolicy }[] = [
  { flag: "--write-period-us=500", policy: { kind: "synchronous", periodMs: 0.5 } },
  {
    flag: "--queue-depth=8192",
    policy: { kind: "asynchronous", queueDepth: 8192, queueMemoryBytes: 256 * 2 ** 20 },
  },
  { flag: "--flush-period-us=50000", policy: { kind: "periodic", periodMs: 50 } },
  { flag: "--commit-delay-us=0", policy: { kind: "commit", delayMs: 0 } },
];

const LOAD = {
  threads: 1,
  loadTimeMs: LOAD_TIME_MS,
  warmupMs: WARMUP_MS,
  pattern: "unthrottled",
  workload: { kind: "seed" },
  seed: 1,
} as const satisfies Omit<RunOptions, "backend">;

/** What one configuration was measured to do. */
interface Row {
  readonly opsPerSec: number;
  readonly shareOfMemory: number;
  readonly file: FileResult;
  readonly lostMax: number;
}

async function measure(policy: PersistencePolicy, replace: ReplaceName, sync: SyncName): Promise<Row> {
  const backend: FileBackendOptions = {
    kind: "file",
    fileCount: FILE_COUNT,
    serializer: "json",
    policy,
    layout: { kind: "snapshot", replace },
    sync,
  };
  const rates: number[] = [];
  const shares: number[] = [];
  let last: RunResult | undefined;
  for (let pair = 0; pair < PAIRS; pair++) {
    const memory = totals((await run({ ...LOAD, backend: { kind: "memory" } })).threads).opsPerSec;
    last = await run({ ...LOAD, backend });
    const rate = totals(last.threads).opsPerSec;
    rates.push(rate);
    shares.push(rate / memory);
  }
  const { kills } = await crash({
    kills: KILLS,
    options: { ...LOAD, loadTimeMs: 300, warmupMs: 0, workload: NUMBERED_SEED_MIX, backend },
  });
  if (last?.file === undefined) throw new Error("The file backend gave no file result");
  const lostMax = Math.max(...kills.map(({ lost }) => lost));
  return { opsPerSec: median(rates), shareOfMemory: median(shares), file: last.file, lostMax };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function rowText(flag: string, replace: ReplaceName, sync: SyncName, row: Row): string {
  const { writes, ageMs } = row.file.processCrash;
  return [
    `\`${flag}\``,
    replace,
    sync,
    count(row.opsPerSec),
    `${(100 * row.shareOfMemory).toFixed(row.shareOfMemory < 0.01 ? 2 : 1)}%`,
    `${count(writes.p99)} / ${count(writes.max)}`,
    `${milliseconds(ageMs.p99)} / ${milliseconds(ageMs.max)}`,
    row.file.powerLoss === undefined ? "everything" : count(row.file.powerLoss.writes.max),
    count(row.lostMax),
  ].join(" | ");
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function milliseconds(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

if (import.meta.main) {
  const columns = [
    "policy",
    "replace",
    "sync",
    "ops/s",
    "of memory",
    "writes at risk, p99 / max",
    "oldest, p99 / max",
    "power loss, max",
    `lost, most of ${KILLS} kills`,
  ];
  const lines = [columns.join(" | "), columns.map(() => "---").join(" | ")];
  for (const { flag, policy } of POLICIES) {
    for (const replace of REPLACE_NAMES) {
      for (const sync of SYNC_NAMES) {
        lines.push(rowText(flag, replace, sync, await measure(policy, replace, sync)));
        Deno.stderr.writeSync(new TextEncoder().encode("."));
      }
    }
  }
  Deno.stdout.writeSync(new TextEncoder().encode("\n" + lines.map((line) => `| ${line} |`).join("\n") + "\n"));
  Deno.exit(0);
}
