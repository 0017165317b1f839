/**
 * The text result: what a person reads on stdout when a run has ended.
 *
 * ```text
 * total_ops: 419392
 * total_runtime: 10.005221101s
 * total_ops_per_sec: 41917.31
 * average_ops_per_sec: 10480.18
 *
 * operations  42,058 reads, 377,334 updates, 83% of reads hit
 * threads     4, at 10,102 to 10,833 ops/s
 * latency, µs           p50       p90       p99     p99.9       max
 *   read              0.330     0.650      2.24      18.9     1,514
 *   update             4.74      6.53      26.9       137     2,836
 * blocked     0.07% of the time on the queue, 0.01% on locks
 * may lose    process crash: at most 1028 writes
 *             power loss: everything that was never synced (--sync=none)
 * at risk     process crash: at most 505 writes, 36.3 ms old (bound 1,028 writes),
 *               99% of the time at most 412, 21.7 ms old
 *             power loss: everything, for --sync=none
 * …
 * ```
 *
 * The seed's four lines are as its program prints them. Below them are groups, of which only those that apply are
 * shown.
 *
 * @module
 */
import {
  type EngineResult,
  type FileResult,
  type LatencySummary,
  perSecond,
  type RunResult,
  type ThreadResult,
  totals,
} from "../run/run_result.ts";
import { type FigurePhrases, figurePhrases } from "../result/figures.ts";
import {
  escapeControls,
  formatRate,
  formatSeconds,
  operationName,
  ordinal,
  readableCount,
  readableDuration,
  readableNumber,
  readableShare,
} from "../result/format.ts";
import { contradictionBlocks } from "./contradiction_text.ts";
import { type Block, blockLines, type Group, PLAIN, tableLines, type TextStyle } from "./text_layout.ts";
import { traceIn } from "../result/replay_figures.ts";
import type { Omission, TraceSummary } from "../replay/trace_summary.ts";
import type { Promises } from "../engine/promises.ts";
import type { FileBackendOptions } from "../backend/backend.ts";
import type { ExposureBound } from "../persist/policy/policy_module.ts";
import { rateOf } from "../run/run_options.ts";
import type { ExposureSummary } from "../run/exposure_sampler.ts";

/** The result in lines, each followed by a newline; rate and loss are emphasized if the style allows. */
export function summaryText(result: RunResult, style: TextStyle = PLAIN): string {
  const lines = [...seedLines(result, style), "", ...blockLines(resultBlocks(result, style))];
  return lines.map((line) => `${line}\n`).join("");
}

/** The text below the seed's four lines, in order. */
function resultBlocks(result: RunResult, style: TextStyle): Block[] {
  const { file, engine, promises, threads, options: { backend } } = result;
  const phrases = figurePhrases(result);
  const trace = traceIn(result.options);
  return [
    { label: "operations", lines: [[...operationPhrases(result), ...phrases("operations")]] },
    { label: "threads", lines: [threadPhrases(threads)] },
    { label: "preload", lines: [phrases("preload")] },
    ...(trace === undefined ? [] : [traceGroup(trace, phrases("trace"))]),
    ...latencyBlocks(result),
    { label: "rate", lines: [phrases("rate"), phrases("timer")] },
    { label: "waits", lines: [phrases("waits")] },
    { label: "blocked", lines: [blockedPhrases(threads)] },
    ...historyBlocks(result, phrases("history"), style),
    ...engineGroups(engine),
    promiseGroup(promises),
    ...(file === undefined ? [] : riskGroups(file, style)),
    ...(file === undefined || backend.kind !== "file" ? [] : fileGroups(file, backend, phrases)),
    { label: "costs", lines: [phrases("costs")] },
    ...endingGroups(result),
  ];
}

/** What a run says besides its figures, for reports that show the figures themselves. */
export function remarkGroups(result: RunResult, style: TextStyle): Group[] {
  const { file, engine, promises } = result;
  const trace = traceIn(result.options);
  return [
    ...(trace === undefined ? [] : [traceGroup(trace, figurePhrases(result)("trace"))]),
    ...engineGroups(engine),
    promiseGroup(promises),
    ...(file === undefined ? [] : [brokenGroup(file, style)]),
    ...endingGroups(result),
  ];
}

function seedLines({ threads }: RunResult, style: TextStyle): string[] {
  const { ops, runtimeMs, opsPerSec, averageOpsPerSec } = totals(threads);
  return [
    `total_ops: ${ops}`,
    `total_runtime: ${formatSeconds(runtimeMs)}s`,
    `total_ops_per_sec: ${style.bold(formatRate(opsPerSec))}`,
    `average_ops_per_sec: ${formatRate(averageOpsPerSec)}`,
  ];
}

/** What ended the load early. */
function endingGroups({ usedUp, failed, stoppedBy }: RunResult): Group[] {
  return [
    { label: "ended", lines: usedUp === undefined ? [] : [[`early: ${usedUp}`]] },
    { label: "failed", lines: failed === undefined ? [] : [[failed]] },
    { label: "stopped by", lines: stoppedBy === undefined ? [] : [[stoppedBy]] },
  ];
}

function operationPhrases({ operations, threads }: RunResult): string[] {
  const { reads, hits } = totals(threads);
  const counts = operations.map(({ operation, count }) => readableCount(count, operationName(operation)));
  if (counts.length === 0) return ["none"];
  return reads === 0 ? counts : [...counts, `${readableShare(hits / reads)} of reads hit`];
}

/** The range of the threads' own rates; a mean would hide one that starves. */
function threadPhrases(threads: readonly ThreadResult[]): string[] {
  if (threads.length < 2) return [];
  const rates = threads.map(({ ops, runtimeMs }) => perSecond(ops, runtimeMs));
  const [slowest, fastest] = [Math.min(...rates), Math.max(...rates)].map(readableNumber);
  return [`${threads.length}, at ${slowest} to ${fastest} ops/s`];
}

/** Smaller shares are not shown. */
const SHARE_MIN = 0.000_05;

/** How the waits of kvlab's own backends are called; others go by their own names. */
const WAITS: Readonly<Record<string, string>> = { lock: "locks", queue: "the queue", write: "writes" };

function blockedPhrases(threads: readonly ThreadResult[]): string[] {
  const runtimeMs = threads.reduce((sum, { runtimeMs }) => sum + runtimeMs, 0);
  return Object.keys(threads[0]?.blocked ?? {})
    .map((wait) => ({ wait, share: threads.reduce((sum, { blocked }) => sum + (blocked[wait] ?? 0), 0) / runtimeMs }))
    .filter(({ share }) => share >= SHARE_MIN)
    .toSorted((a, b) => b.share - a.share)
    .map(({ wait, share }, index) => {
      const what = WAITS[wait] ?? operationName(wait);
      return `${readableShare(share)}${index === 0 ? " of the time" : ""} on ${what}`;
    });
}

const PERCENTILES = ["p50", "p90", "p99", "p99.9", "max"];

/** Narrower columns are widened, so that the tables of similar runs look alike. */
const COLUMN_WIDTH_MIN = 8;
const LABEL_WIDTH_MIN = 15;

/**
 * A row in microseconds for each kind of operation that was timed; nothing if none was. In an open loop, latencies
 * count from the intended start, and a second row counts from the actual one.
 *
 * ```text
 * latency, µs           p50       p90       p99     p99.9       max
 *   read              0.330     0.650      2.24      18.9     1,514
 *   update             4.74      6.53      26.9       137     2,836
 *             every 128th was timed
 * ```
 */
function latencyBlocks({ operations, options }: RunResult): Block[] {
  const { latencySample = 1 } = options;
  const rows = operations.flatMap(({ operation, latency, uncorrectedLatency }) => [
    ...(latency === undefined ? [] : [[`  ${operationName(operation)}`, ...cells(latency)]]),
    ...(uncorrectedLatency === undefined ? [] : [["    uncorrected", ...cells(uncorrectedLatency)]]),
  ]);
  if (rows.length === 0) return [];
  const table = tableLines([
    { heading: "latency, µs".padEnd(LABEL_WIDTH_MIN), align: "left" },
    ...PERCENTILES.map((heading) => ({ heading: heading.padStart(COLUMN_WIDTH_MIN), align: "right" } as const)),
  ], rows);
  const notes = [
    ...(latencySample === 1 ? [] : [`every ${ordinal(latencySample)} was timed`]),
    ...(rateOf(options) === undefined ? [] : ["from the intended start", "uncorrected from the actual one"]),
  ];
  return [table, { label: "", lines: [notes] }];
}

function cells({ p50Ms, p90Ms, p99Ms, p999Ms, maxMs }: LatencySummary): string[] {
  return [p50Ms, p90Ms, p99Ms, p999Ms, maxMs].map(microseconds);
}

/** To three digits; no more are measured. */
function microseconds(durationMs: number): string {
  const us = durationMs * 1000;
  const digits = us < 1 ? 3 : us < 10 ? 2 : us < 100 ? 1 : 0;
  return us.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/**
 * What the text says of a trace that was replayed.
 *
 * ```text
 * trace       twitter, 12,345 lines, 12,340 operations, 1,234 keys, over 60.0 s
 *             not replayed: 3 touch, 1 flush_all
 *             1 malformed line, line 17: "1584,nz:u:"
 *             1 key longer than 1 KiB, line 5: 2,000 B
 * ```
 *
 * @param phrases what the figures say of it
 */
function traceGroup(trace: TraceSummary, phrases: readonly string[]): Group {
  const { format, unknown, malformed, longKeys, longValues } = trace;
  const names = Object.entries(unknown).map(([name, count]) => `${readableNumber(count)} ${escapeControls(name)}`);
  return {
    label: "trace",
    lines: [
      [format, ...phrases],
      names.length === 0 ? [] : [`not replayed: ${names[0]}`, ...names.slice(1)],
      omissionPhrases(malformed, "malformed line", JSON.stringify(malformed.text)),
      omissionPhrases(longKeys, "key", `${readableNumber(Number(longKeys.text))} B`, "s longer than 1 KiB"),
      omissionPhrases(longValues, "value", `${readableNumber(Number(longValues.text))} B`, "s longer than 1 MiB"),
    ],
  };
}

/** What is left out, and the first of it. */
function omissionPhrases({ count, line }: Omission, noun: string, first: string, what = "s"): string[] {
  if (count === 0) return [];
  const counted = count === 1 ? `1 ${noun}${what.slice(1)}` : `${readableNumber(count)} ${noun}${what}`;
  return [`${counted}, ${count === 1 ? "" : "the first "}in line ${line}: ${first}`];
}

/** Whether the history can be, and what contradicts itself in it. */
function historyBlocks({ history }: RunResult, phrases: readonly string[], style: TextStyle): Block[] {
  if (history === undefined) return [];
  const { contradicting, undecided, contradictions, isCut } = history;
  const contradict = contradicting === 1 ? "contradicts itself" : "contradict themselves";
  const verdict = contradicting > 0
    ? `not linearizable: ${readableCount(contradicting, "key")} that ${contradict}`
    : undecided > 0
    ? "undecided"
    : "linearizable";
  return [
    {
      label: "history",
      lines: [[style.bold(verdict), ...phrases], isCut ? ["only its beginning: there was no room for more"] : []],
    },
    ...contradictionBlocks(contradictions),
  ];
}

/** The engine, its version, and its settings as read back from it. */
export function engineGroups(engine: EngineResult | undefined): Group[] {
  if (engine === undefined) return [];
  const settings = Object.entries(engine.settings).map(([name, value]) => `${name}=${value}`);
  const counts = Object.entries(engine.counts ?? {}).filter(([, count]) => count > 0)
    .map(([name, count]) => `${count.toLocaleString("en-US")} ${name.replaceAll("_", " ")}`);
  return [{ label: "engine", lines: [[`${engine.title} ${engine.version}`, ...settings], counts] }];
}

/** The most that the backend promises to lose in each kind of failure; the same lines for every backend. */
export function promiseGroup({ processCrash, powerLoss, failover }: Promises): Group {
  return {
    label: "may lose",
    lines: [
      [`process crash: ${processCrash.text}`],
      [`power loss: ${powerLoss.text}`],
      failover === undefined ? [] : [`failover: ${failover.text}`],
    ],
  };
}

/** What was at risk during the load, and which promises about it were broken. */
function riskGroups(file: FileResult, style: TextStyle): Group[] {
  const { processCrash, processCrashBound, powerLoss } = file;
  return [
    {
      label: "at risk",
      lines: [
        exposurePhrases("process crash", processCrash, { bound: processCrashBound, style }),
        powerLoss === undefined
          ? [`power loss: ${style.bold(NOTHING_SYNCED)}`]
          : exposurePhrases("power loss", powerLoss, { style }),
      ],
    },
    brokenGroup(file, style),
  ];
}

/** The promises that were broken. */
function brokenGroup({ brokenBounds }: FileResult, style: TextStyle): Group {
  return { label: "broken", lines: brokenBounds.map((broken) => [style.bold(broken)]) };
}

/** What was read, written and synced, and what the device could do. */
function fileGroups(file: FileResult, backend: FileBackendOptions, phrases: FigurePhrases): Group[] {
  return [
    { label: "found", lines: [[...phrases("found"), ...damagePhrases(file)]] },
    {
      label: "files",
      lines: [
        [`${readableNumber(file.files)} of ${backend.serializer}`, ...phrases("files")],
        phrases("syncs"),
        phrases("flushes"),
      ],
    },
    { label: "persisted", lines: [phrases("persisted")] },
    { label: "device", lines: [devicePhrases(file, phrases("device"))] },
  ];
}

/** What a power loss would lose if nothing is ever synced. */
const NOTHING_SYNCED = "everything, for --sync=none";

function exposurePhrases(
  crash: string,
  { writes, ageMs }: ExposureSummary,
  { bound = {}, style }: { bound?: ExposureBound; style: TextStyle },
): string[] {
  const most = writes.max === 0
    ? "nothing"
    : `at most ${readableCount(writes.max, "write")}, ${readableDuration(ageMs.max)} old`;
  const usually = `99% of the time at most ${readableNumber(Math.round(writes.p99))}, ${
    readableDuration(ageMs.p99)
  } old`;
  return [`${crash}: ${style.bold(most)}${boundText(bound)}`, ...(writes.max === 0 ? [] : [usually])];
}

function boundText({ writes, ageMs }: ExposureBound): string {
  const bounds = [
    ...(writes === undefined ? [] : [readableCount(writes, "write")]),
    ...(ageMs === undefined || ageMs === 0 ? [] : [readableDuration(ageMs)]),
  ];
  return bounds.length === 0 ? "" : ` (bound ${bounds.join(", ")})`;
}

function damagePhrases({ filesSetAside, filesTorn }: FileResult): string[] {
  return [
    ...(filesTorn.length === 0 ? [] : [`${readableCount(filesTorn.length, "torn file")} mended`]),
    ...(filesSetAside.length === 0 ? [] : [`${readableCount(filesSetAside.length, "damaged file")} set aside`]),
  ];
}

function devicePhrases({ fileSystem }: FileResult, [first, ...others]: string[]): string[] {
  if (first === undefined) return fileSystem === undefined ? [] : [fileSystem];
  return [`${fileSystem ?? "file system unknown"}: ${first}`, ...others];
}
