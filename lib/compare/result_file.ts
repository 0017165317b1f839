/**
 * Reads result files: the documents that `--format=json` prints.
 *
 * @module
 */
import { parseJson } from "../persist/json_text.ts";
import { PersistError } from "../persist/persist_error.ts";
import { RESULT_SCHEMA } from "../version.ts";

/** A JSON object whose fields have not been checked. */
export type Fields = Readonly<Record<string, unknown>>;

/** The result of one run or of several repeats, as read from its file. */
export interface ResultDocument {
  readonly path: string;
  /** The version of kvlab that measured. */
  readonly kvlab: string;
  readonly seed: number;
  /** By flag name. */
  readonly options: Fields;
  readonly machine: Fields;
  /** Number of runs that the samples are of: those of {@linkcode wholeRuns}. */
  readonly repeats: number;
  readonly ending: Ending;
  /**
   * The values of each figure, by its name in the document, one from every run that has it, in the order of the runs:
   * durations in seconds, rates per second. The latencies of an operation are figures named like
   * `read_latency_p99_sec`, and in an open loop `read_uncorrected_latency_p99_sec`.
   */
  readonly samples: ReadonlyMap<string, readonly number[]>;
}

/** What makes a result less than the whole of what was asked for. */
export interface Ending {
  /** How a run failed in the middle of its load. */
  readonly failed?: string;
  /** Runs that failed and are left out; 0 if all failed, so that the figures are of the time until then. */
  readonly leftOut: number;
  /** The signal that ended a run early. */
  readonly stoppedBy?: string;
  /** Why a run ended early, if it ran out of records to insert. */
  readonly usedUp?: string;
  /** How many runs were asked for, if there are fewer. */
  readonly asked?: number;
}

/** The runs that did not fail, which alone can be compared; or all of them if each failed. */
export function wholeRuns(runs: readonly Fields[]): readonly Fields[] {
  const whole = runs.filter(({ failed }) => typeof failed !== "string");
  return whole.length === 0 ? runs : whole;
}

/**
 * Reads the result of a run, or of repeats.
 *
 * @throws {PersistError} when the file cannot be read or holds no result of this kvlab's schema
 */
export function readResultFile(path: string): ResultDocument {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    throw new PersistError("read", path, error);
  }
  return parseResultDocument(path, text);
}

/**
 * Parses a result.
 *
 * @param path where the text comes from, for errors
 * @throws {PersistError} when it is not a result of this kvlab's schema
 */
export function parseResultDocument(path: string, text: string): ResultDocument {
  const refuse = (reason: string) => new PersistError("read", path, reason);
  let document: unknown;
  try {
    document = parseJson(text);
  } catch (error) {
    if (error instanceof RangeError) throw refuse(error.message);
    throw refuse(text.trim() === "" ? "it is empty" : "it is not JSON (only results of --format=json can be compared)");
  }
  if (!isFields(document)) throw refuse(NOT_A_RESULT);
  const { schema, kvlab, seed, options, machine } = document;
  checkSchema(schema, refuse);
  if (typeof kvlab !== "string") throw refuse(incomplete("kvlab"));
  if (typeof seed !== "number") throw refuse(incomplete("seed"));
  if (!isFields(options)) throw refuse(incomplete("options"));
  if (!isFields(machine)) throw refuse(incomplete("machine"));
  const runs = "runs" in document ? document.runs : [document];
  if (!Array.isArray(runs) || runs.length === 0 || !runs.every(isFields)) throw refuse(incomplete("runs"));
  const whole = wholeRuns(runs);
  return {
    path,
    kvlab,
    seed,
    options,
    machine,
    repeats: whole.length,
    ending: endingOf(runs, document.repeats_asked),
    samples: samplesOf(whole),
  };
}

function endingOf(runs: readonly Fields[], asked: unknown): Ending {
  const first = (name: string) => runs.map((run) => run[name]).find((value) => typeof value === "string");
  const [failed, stoppedBy, usedUp] = [first("failed"), first("stopped_by"), first("ended_early")];
  return {
    ...(failed === undefined ? {} : { failed }),
    leftOut: runs.length - wholeRuns(runs).length,
    ...(stoppedBy === undefined ? {} : { stoppedBy }),
    ...(usedUp === undefined ? {} : { usedUp }),
    ...(typeof asked === "number" && asked > runs.length ? { asked } : {}),
  };
}

const NOT_A_RESULT = `it is not a result of kvlab (it has no schema ${RESULT_SCHEMA})`;

function incomplete(field: string): string {
  return `it is not a whole result of kvlab: ${field} is missing or wrong`;
}

function checkSchema(schema: unknown, refuse: (reason: string) => PersistError): void {
  if (schema === RESULT_SCHEMA) return;
  const version = typeof schema === "string" ? /^kvlab-result\/(\d{1,9})$/.exec(schema)?.[1] : undefined;
  if (version === undefined) throw refuse(NOT_A_RESULT);
  throw refuse(`its schema is kvlab-result/${version}, must be ${RESULT_SCHEMA}`);
}

/** The fields of an operation that hold its latencies. */
const LATENCIES = ["latency", "uncorrected_latency"];

function samplesOf(runs: readonly Fields[]): Map<string, number[]> {
  const samples = new Map<string, number[]>();
  for (const run of runs) {
    for (const [name, value] of figuresOf(run)) {
      const known = samples.get(name);
      if (known === undefined) samples.set(name, [value]);
      else known.push(value);
    }
  }
  return samples;
}

/**
 * The numbers of a run, and those of its operations' latencies. In a single run, the seed is among its fields and is
 * left out.
 */
function figuresOf({ seed: _, operations, ...run }: Fields): Map<string, number> {
  const figures = new Map<string, number>();
  const add = (prefix: string, fields: Fields) => {
    for (const [name, value] of Object.entries(fields)) {
      // JSON has no NaN, but 1e999 is Infinity.
      if (typeof value === "number" && Number.isFinite(value)) figures.set(`${prefix}${name}`, value);
    }
  };
  add("", run);
  for (const operation of Array.isArray(operations) ? operations.filter(isFields) : []) {
    if (typeof operation.operation !== "string") continue;
    for (const kind of LATENCIES) {
      const latency = operation[kind];
      if (isFields(latency)) add(`${operation.operation}_${kind}_`, latency);
    }
  }
  return figures;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
