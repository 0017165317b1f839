/**
 * A run in JSON, written and read again: everything in a result that belongs to a single run rather than to its options
 * or its machine. The fields are documented in `result_document.ts`.
 *
 * @module
 */
import type { Loss, Promises } from "../engine/promises.ts";
import {
  type EngineResult,
  type OperationResult,
  perSecond,
  type RunResult,
  type SeriesRow,
  type ThreadResult,
} from "../run/run_result.ts";
import type { ShownContradiction } from "../history/recorded_history.ts";
import { contradictionObject, readContradictions } from "./contradiction_document.ts";
import { type Figure, figureEntry } from "./figure.ts";
import { loadFigures } from "./figures.ts";
import { THROUGHPUT } from "./load_figures.ts";
import { traceIn, traceObject } from "./replay_figures.ts";
import { type Fields, fieldsIn, type JsonObject, type JsonValue, numberIn, rowsIn, textIn } from "./json.ts";
import { secondsOf } from "../option/units.ts";
import { millisecondsOf } from "./format.ts";
import { type LatencyDocument, latencyFigures, latencyObject, readLatencies } from "./latency_document.ts";
import { given } from "../option/given.ts";

/** The kinds of crash whose loss a run tells, in the order shown to users. */
export const CRASH_KINDS = ["process_crash", "power_loss"] as const;

export type CrashKind = typeof CRASH_KINDS[number];

/** A run, as read from a document; whatever it does not say is absent. */
export interface RunDocument {
  /** All of its numbers, and those of its operations' latencies, by their names in JSON: durations are in seconds. */
  readonly figures: ReadonlyMap<string, number>;
  /** Operations per second of all threads; 0 if it does not say. */
  readonly opsPerSec: number;
  /** What is promised for each kind of crash, in words. */
  readonly promises?: Readonly<Record<CrashKind, string>>;
  readonly loss: Readonly<Record<CrashKind, LossDocument>>;
  readonly latencies: readonly LatencyDocument[];
  /** The intervals of the load; empty if no series was asked for. */
  readonly series: readonly IntervalDocument[];
  /** What exceeded the promises, each as one sentence. */
  readonly brokenBounds: readonly string[];
  /** What contradicts itself in its history. */
  readonly contradictions: readonly ShownContradiction[];
  /** How it failed in the middle of its load. */
  readonly failed?: string;
  /** The signal that ended it early. */
  readonly stoppedBy?: string;
  /** Why it ended early, if it ran out of records to insert. */
  readonly usedUp?: string;
}

/** What a crash would have lost. */
export interface LossDocument {
  /** Whether nothing would have survived. */
  readonly isEverything: boolean;
  readonly writes: LossFigures;
  readonly ageMs: LossFigures;
}

/** A loss in one unit. */
export interface LossFigures {
  /** What is promised at most. */
  readonly bound?: number;
  /** What the gauge showed 99% of the time, and at its worst. */
  readonly p99?: number;
  readonly max?: number;
}

/** One interval of a load: its numbers by their names in JSON, of which {@linkcode SERIES} says what they are. */
export type IntervalDocument = { readonly end_sec: number } & Readonly<Record<string, number | undefined>>;

/** The names of the figures of a loss. A backend without a gauge has its bounds among its promises. */
const LOSS_NAMES = {
  process_crash: {
    writes: ["process_crash_writes_bound", "process_crash_writes_p99", "process_crash_writes_max"],
    age: ["process_crash_age_bound_sec", "process_crash_age_p99_sec", "process_crash_age_max_sec"],
  },
  power_loss: {
    writes: ["power_loss_writes_bound", "power_loss_writes_p99", "power_loss_writes_max"],
    age: ["power_loss_age_bound_sec", "power_loss_age_p99_sec", "power_loss_age_max_sec"],
  },
} as const;

/** How a run can fall short: the signal that ended it, why it ended early, and how it failed. */
export const ENDINGS = ["stopped_by", "ended_early", "failed"] as const;

/** The loss that is not bounded. */
const EVERYTHING = "everything";

/** Reads what {@linkcode runObject} has written, whichever version has. */
export function readRun(run: Fields): RunDocument {
  const { seed: _, ...own } = run;
  const figures = new Map([...numbersIn(own), ...latencyFigures(run)]);
  const promises = fieldsIn(run, "promises") ?? {};
  const processCrash = textIn(promises, "process_crash"), powerLoss = textIn(promises, "power_loss");
  const isNothingSynced = textIn(run, "power_loss") === EVERYTHING;
  return {
    figures,
    opsPerSec: figures.get(THROUGHPUT) ?? 0,
    ...(processCrash === undefined || powerLoss === undefined
      ? {}
      : { promises: { process_crash: processCrash, power_loss: powerLoss } }),
    loss: {
      process_crash: lossIn(figures, promises, "process_crash", processCrash === EVERYTHING),
      power_loss: lossIn(figures, promises, "power_loss", powerLoss === EVERYTHING || isNothingSynced),
    },
    latencies: readLatencies(run, figures),
    series: rowsIn(run, "series").flatMap(readInterval),
    brokenBounds: Array.isArray(run.broken_bounds) ? run.broken_bounds.filter((one) => typeof one === "string") : [],
    contradictions: readContradictions(run),
    ...readEnding(run),
  };
}

/** Reads how a run fell short, of a run's document or of what a comparison says of a file. */
export function readEnding(fields: Fields): Pick<RunDocument, "failed" | "stoppedBy" | "usedUp"> {
  const [stoppedBy, usedUp, failed] = ENDINGS.map((name) => textIn(fields, name));
  return given({ failed, stoppedBy, usedUp });
}

/** All numbers of an object, by their names. */
export function numbersIn(fields: Fields): [name: string, value: number][] {
  return Object.keys(fields).flatMap((name): [string, number][] => {
    const value = numberIn(fields, name);
    return value === undefined ? [] : [[name, value]];
  });
}

function lossIn(
  figures: ReadonlyMap<string, number>,
  promises: Fields,
  crash: CrashKind,
  isEverything: boolean,
): LossDocument {
  const read = (names: readonly [string, string, string], of: (value: number) => number): LossFigures => {
    const [bound, p99, max] = names.map((name) => figures.get(name) ?? numberIn(promises, name))
      .map((value) => value === undefined ? undefined : of(value));
    return {
      ...given({ bound, p99, max }),
    };
  };
  const { writes, age } = LOSS_NAMES[crash];
  return { isEverything, writes: read(writes, (count) => count), ageMs: read(age, millisecondsOf) };
}

function readInterval(row: Fields): IntervalDocument[] {
  const end_sec = numberIn(row, "end_sec");
  return end_sec === undefined ? [] : [{ ...Object.fromEntries(numbersIn(row)), end_sec }];
}

/** The part of the document for one run. */
export function runObject(result: RunResult): JsonObject {
  const { file, history, operations, phases, series } = result;
  const trace = traceIn(result.options);
  return {
    ...figuresObject(loadFigures(result)),
    ...(trace === undefined ? {} : { replay: traceObject(trace) }),
    stopped_by: result.stoppedBy ?? null,
    promises: promisesObject(result.promises),
    ...(result.engine === undefined ? {} : { engine: engineObject(result.engine) }),
    ...given({ ended_early: result.usedUp, failed: result.failed }),
    ...(result.file === undefined ? {} : { broken_bounds: [...result.file.brokenBounds] }),
    ...(file === undefined ? {} : {
      set_aside_files: file.filesSetAside.map(({ path, backupPath, reason }) => ({
        path,
        backup_path: backupPath,
        reason,
      })),
      power_loss: file.powerLoss === undefined ? "everything" : "measured",
      file_system: file.fileSystem ?? null,
    }),
    ...(history === undefined ? {} : { contradictions: history.contradictions.map(contradictionObject) }),
    phases: phases.map(({ phase, durationMs }) => ({ phase, duration_sec: secondsOf(durationMs) })),
    operations: operations.map(operationObject),
    threads: result.threads.map(threadObject),
    ...(series === undefined ? {} : { series: series.map(seriesObject) }),
  };
}

/** The most that the backend promises to lose in each kind of failure; `failover` is null without a second copy. */
export function promisesObject({ processCrash, powerLoss, failover }: Promises): JsonObject {
  return {
    process_crash: processCrash.text,
    power_loss: powerLoss.text,
    failover: failover?.text ?? null,
    ...boundsObject("process_crash", processCrash),
    ...boundsObject("power_loss", powerLoss),
    ...(failover === undefined ? {} : boundsObject("failover", failover)),
  };
}

/** The bounds of a promise, if it has any. */
function boundsObject(failure: string, { writesMax, ageMsMax }: Loss): JsonObject {
  return {
    ...(writesMax === undefined ? {} : { [`${failure}_writes_bound`]: writesMax }),
    ...(ageMsMax === undefined ? {} : { [`${failure}_age_bound_sec`]: secondsOf(ageMsMax) }),
  };
}

/** An engine as JSON. */
export function engineObject({ title, version, settings, counts }: EngineResult): JsonObject {
  return {
    name: title,
    version,
    settings: { ...settings },
    ...(counts === undefined ? {} : { counts: { ...counts } }),
  };
}

/** Figures under the names that they have in the document. */
export function figuresObject(figures: readonly Figure[]): JsonObject {
  return Object.fromEntries(figures.map(figureEntry));
}

function operationObject({ operation, count, records, latency, uncorrectedLatency }: OperationResult): JsonObject {
  return {
    operation,
    count,
    ...given({ records }),
    ...(latency === undefined ? {} : { latency: latencyObject(latency) }),
    ...(uncorrectedLatency === undefined ? {} : { uncorrected_latency: latencyObject(uncorrectedLatency) }),
  };
}

function threadObject({ thread, runtimeMs, ops, reads, writes, hits, blocked }: ThreadResult): JsonObject {
  return {
    thread,
    ops,
    reads,
    writes,
    hits,
    runtime_sec: secondsOf(runtimeMs),
    ops_per_sec: perSecond(ops, runtimeMs),
    ...Object.fromEntries(Object.entries(blocked).map(([name, ms]) => [`blocked_on_${name}_sec`, secondsOf(ms)])),
  };
}

/** What the document has of each interval, by name; undefined where the interval does not have it. */
export const SERIES: Readonly<Record<string, (row: SeriesRow) => JsonValue | undefined>> = {
  end_sec: ({ endMs }) => secondsOf(endMs),
  duration_sec: ({ durationMs }) => secondsOf(durationMs),
  ops: ({ ops }) => ops,
  ops_per_sec: ({ opsPerSec }) => opsPerSec,
  reads: ({ reads }) => reads,
  writes: ({ writes }) => writes,
  latency: ({ latency }) => latency && latencyObject(latency),
  process_crash_writes: ({ file }) => file?.processCrashWrites,
  process_crash_age_sec: ({ file }) => file && secondsOf(file.processCrashAgeMs),
  power_loss_writes: ({ file }) => file?.powerLossWrites,
  power_loss_age_sec: ({ file }) => file?.powerLossAgeMs === undefined ? undefined : secondsOf(file.powerLossAgeMs),
  queued: ({ file }) => file?.queued,
  snapshots_written: ({ file }) => file?.snapshotsWritten,
  bytes_written: ({ file }) => file?.bytesWritten,
};

/** An interval as the document has it. */
export function seriesObject(row: SeriesRow): JsonObject {
  const values = Object.entries(SERIES).map(([name, of]) => [name, of(row)] as const);
  return Object.fromEntries(values.flatMap(([name, value]) => value === undefined ? [] : [[name, value]]));
}
