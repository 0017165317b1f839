/**
 * The sources of a report: parses files written by kvlab, whose kind is recognized by their content.
 *
 * @module
 */
import { type Ending, parseResultDocument, wholeRuns } from "../compare/result_file.ts";
import { parseJson } from "../persist/json_text.ts";
import { PersistError } from "../persist/persist_error.ts";
import {
  type CrashLine,
  type FailureLine,
  type RunLine,
  type SummaryLine,
  SWEEP_KIND,
  type SweepHeader,
} from "../sweep/lines.ts";
import { parseSweepFile } from "../sweep/results_file.ts";
import { type Fields, fieldsIn, isFields, rowsIn } from "./fields.ts";

/** The content of one file. */
export type Source = RunsSource | CrashSource | ComparisonSource | SweepSource;

/** A run, or its repeats. */
export interface RunsSource {
  readonly kind: "runs";
  readonly path: string;
  readonly kvlab: string;
  readonly seed: number;
  readonly options: Fields;
  readonly machine: Fields;
  /** At least one, in order; without those that failed, if others did not. */
  readonly runs: readonly Fields[];
  readonly ending: Ending;
}

/** What kills have cost. */
export interface CrashSource {
  readonly kind: "crash";
  readonly path: string;
  readonly result: Fields;
}

/** A comparison of results. */
export interface ComparisonSource {
  readonly kind: "comparison";
  readonly path: string;
  readonly result: Fields;
}

/** A sweep, complete or as far as it got. */
export interface SweepSource {
  readonly kind: "sweep";
  readonly path: string;
  readonly header: SweepHeader;
  readonly runs: readonly RunLine[];
  readonly failures: readonly FailureLine[];
  readonly crashes: readonly CrashLine[];
  /** The last one; absent if the sweep was cut off. */
  readonly summary?: SummaryLine;
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
  if (isFields(document) && "schema" in document) return runsSource(path, document, text);
  if (isFields(document) && "kills_held" in document && Array.isArray(document.rows)) {
    return { kind: "crash", path, result: document };
  }
  if (isFields(document) && Array.isArray(document.files) && fieldsIn(document, "figures") !== undefined) {
    return { kind: "comparison", path, result: document };
  }
  throw refuse("it is not a result of kvlab: neither a run, a crash, a comparison nor a sweep");
}

function runsSource(path: string, document: Fields, text: string): RunsSource {
  const { kvlab, seed, options, machine, ending } = parseResultDocument(path, text);
  const runs = wholeRuns("runs" in document ? rowsIn(document, "runs") : [document]);
  return { kind: "runs", path, kvlab, seed, options, machine, runs, ending };
}

/** A last line that was being written when the sweep was killed is left out; any other damage is an error. */
function parseSweep(path: string, text: string): SweepSource {
  const { header, lines } = parseSweepFile(path, text);
  if (!isWhole(header)) throw new PersistError("read", path, "line 1 is not a whole header of a sweep");
  const summary = lines.findLast((line) => line.kind === "summary" && Array.isArray(line.configurations));
  return {
    kind: "sweep",
    path,
    header,
    runs: lines.filter((line) => line.kind === "run"),
    failures: lines.filter((line) => line.kind === "failure"),
    crashes: lines.filter((line) => line.kind === "crash"),
    ...(summary?.kind === "summary" ? { summary } : {}),
  };
}

/** Whether everything is there that a report shows. */
function isWhole(header: unknown): boolean {
  return isFields(header) && isFields(header.options) && isFields(header.machine) && Array.isArray(header.load_args) &&
    typeof header.kvlab === "string" && typeof header.started_at === "string" && Array.isArray(header.configurations) &&
    header.configurations.length > 0;
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
