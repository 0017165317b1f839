/**
 * The sources of a report: reads files written by kvlab, whose first words say what they are.
 *
 * @module
 */
import { type CrashDocument, isFirstCrash, readCrash } from "../crash/crash_document.ts";
import { parseJson } from "../system/json_text.ts";
import { PersistError } from "../system/persist_error.ts";
import { type HistoryDocument, readCheck } from "../report/check_text.ts";
import { type ComparisonDocument, isFirstComparison, readComparison } from "../report/comparison_json.ts";
import { type Fields, fieldsIn, isFields } from "../result/json.ts";
import { readResult, type ResultDocument } from "../result/result_document.ts";
import { readRun, type RunDocument } from "../result/run_document.ts";
import {
  type CrashLine,
  type FailureLine,
  type RunLine,
  type SummaryLine,
  SWEEP_KIND,
  type SweepHeader,
} from "../sweep/lines.ts";
import { parseSweepFile } from "../sweep/results_file.ts";
import { CHECK_SCHEMA, COMPARISON_SCHEMA, CRASH_SCHEMA } from "../version.ts";
import { given } from "../option/given.ts";

/** The content of one file. */
export type Source = RunsSource | CrashSource | ComparisonSource | CheckSource | SweepSource;

/** A run, or its repeats. */
export interface RunsSource {
  readonly kind: "runs";
  readonly path: string;
  readonly result: ResultDocument;
}

/** What kills have cost. */
export interface CrashSource {
  readonly kind: "crash";
  readonly path: string;
  readonly crash: CrashDocument;
}

/** A comparison of results. */
export interface ComparisonSource extends ComparisonDocument {
  readonly kind: "comparison";
  readonly path: string;
}

/** Histories that were recorded elsewhere. */
export interface CheckSource {
  readonly kind: "check";
  readonly path: string;
  readonly histories: readonly HistoryDocument[];
}

/** A sweep, complete or as far as it got. */
export interface SweepSource {
  readonly kind: "sweep";
  readonly path: string;
  readonly header: SweepHeader;
  readonly runs: readonly SweepRun[];
  readonly failures: readonly FailureLine[];
  readonly crashes: readonly CrashLine[];
  /** The last one; absent if the sweep was cut off. */
  readonly summary?: SummaryLine;
}

/** A run of a sweep, with what it measured. */
export interface SweepRun extends Omit<RunLine, "result"> {
  readonly options: Fields;
  readonly run: RunDocument;
}

/**
 * Parses the content of a file.
 *
 * @param path where it comes from, for errors
 * @throws {PersistError} when it is damaged, or nothing that kvlab writes
 */
export function parseSource(path: string, text: string): Source {
  const refuse = (reason: string) => new PersistError("read", path, reason);
  if (text.trim() === "") throw refuse("it is empty");
  const first = jsonIn(text.slice(0, lineEnd(text)));
  if (isFields(first) && first.kind === SWEEP_KIND) return parseSweep(path, text);
  const document = jsonIn(text);
  if (document instanceof RangeError) throw refuse(document.message);
  if (document === undefined) {
    throw refuse("it is not JSON, must be what --result, --format=json or a sweep's --results has written");
  }
  if (!isFields(document)) throw refuse(NOTHING_OF_KVLAB);
  switch (document.schema) {
    case CRASH_SCHEMA:
      return { kind: "crash", path, crash: readCrash(document) };
    case COMPARISON_SCHEMA:
      return { kind: "comparison", path, ...readComparison(document) };
    case CHECK_SCHEMA:
      return { kind: "check", path, histories: readCheck(document) };
    case undefined:
      if (isFirstCrash(document)) return { kind: "crash", path, crash: readCrash(document) };
      if (isFirstComparison(document)) return { kind: "comparison", path, ...readComparison(document) };
      throw refuse(NOTHING_OF_KVLAB);
    default:
      return { kind: "runs", path, result: readResult(path, document) };
  }
}

const NOTHING_OF_KVLAB = "it is not a result of kvlab: neither a run, a crash, a comparison, a check nor a sweep";

/** A last line that was being written when the sweep was killed is left out; any other damage is an error. */
function parseSweep(path: string, text: string): SweepSource {
  const { header, lines } = parseSweepFile(path, text);
  const summary = lines.findLast((line) => line.kind === "summary");
  return {
    kind: "sweep",
    path,
    header,
    runs: lines.filter((line) => line.kind === "run").map(readRunLine),
    failures: lines.filter((line) => line.kind === "failure"),
    crashes: lines.filter((line) => line.kind === "crash"),
    ...given({ summary }),
  };
}

function readRunLine({ result, ...line }: RunLine): SweepRun {
  return { ...line, options: fieldsIn(result, "options") ?? {}, run: readRun(result) };
}

function lineEnd(text: string): number {
  const end = text.indexOf("\n");
  return end < 0 ? text.length : end;
}

/** What a text says in JSON: `undefined` if it says nothing, an error if too much. */
function jsonIn(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    return error instanceof RangeError ? error : undefined;
  }
}
