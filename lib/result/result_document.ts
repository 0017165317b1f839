/**
 * Reads result files: the documents that `--format=json` prints.
 *
 * @module
 */
import { parseJson } from "../system/json_text.ts";
import { PersistError } from "../system/persist_error.ts";
import { RESULT_SCHEMA } from "../version.ts";
import { type Fields, fieldsIn, isFields, numberIn, textIn, textsIn } from "./json.ts";
import { readRun, type RunDocument } from "./run_document.ts";
import { escapeControls, formatCount } from "./format.ts";
import { given } from "../option/given.ts";

/** The result of one run or of several repeats, as read from its file. */
export interface ResultDocument {
  readonly path: string;
  /** The version of kvlab that measured. */
  readonly kvlab: string;
  readonly seed: number;
  /** By flag name. */
  readonly options: Fields;
  /** Those of kvlab that give these options, and the seed; absent where an older kvlab wrote the file. */
  readonly args?: readonly string[];
  readonly machine: Fields;
  /** Those that did not fail, which alone can be compared; or all of them if each failed. */
  readonly runs: readonly RunDocument[];
  /** Number of runs that the samples are of. */
  readonly repeats: number;
  readonly ending: Ending;
  /**
   * The values of each figure, by its name in the document, one from every run that has it, in the order of the runs:
   * durations in seconds, rates per second.
   */
  readonly samples: ReadonlyMap<string, readonly number[]>;
}

/** What makes a result less than the whole of what was asked for. */
export interface Ending extends Pick<RunDocument, "failed" | "stoppedBy" | "usedUp"> {
  /** Runs that failed and are left out; 0 if all failed, so that the figures are of the time until then. */
  readonly leftOut: number;
  /** How many runs were asked for, if there are fewer. */
  readonly asked?: number;
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
  return readResult(path, document);
}

/**
 * Reads a parsed result.
 *
 * @throws {PersistError} when it is not a result of this kvlab's schema
 */
export function readResult(path: string, document: Fields): ResultDocument {
  const refuse = (reason: string) => new PersistError("read", path, reason);
  checkSchema(document.schema, refuse);
  const kvlab = textIn(document, "kvlab"), seed = numberIn(document, "seed");
  const options = fieldsIn(document, "options"), machine = fieldsIn(document, "machine");
  if (kvlab === undefined) throw refuse(incomplete("kvlab"));
  if (seed === undefined) throw refuse(incomplete("seed"));
  if (options === undefined) throw refuse(incomplete("options"));
  if (machine === undefined) throw refuse(incomplete("machine"));
  const fields = "runs" in document ? document.runs : [document];
  if (!Array.isArray(fields) || fields.length === 0 || !fields.every(isFields)) throw refuse(incomplete("runs"));
  const all = fields.map(readRun);
  const whole = all.filter(({ failed }) => failed === undefined);
  const runs = whole.length === 0 ? all : whole;
  const ending = endingOf(all, { leftOut: all.length - runs.length, asked: numberIn(document, "repeats_asked") });
  const args = textsIn(document, "arguments");
  return {
    path,
    kvlab,
    seed,
    options,
    ...given({ args }),
    machine,
    runs,
    repeats: runs.length,
    ending,
    samples: samplesOf(runs),
  };
}

function endingOf(
  runs: readonly RunDocument[],
  { leftOut, asked = 0 }: { readonly leftOut: number; readonly asked: number | undefined },
): Ending {
  const failed = runs.find((run) => run.failed !== undefined)?.failed;
  const stoppedBy = runs.find((run) => run.stoppedBy !== undefined)?.stoppedBy;
  const usedUp = runs.find((run) => run.usedUp !== undefined)?.usedUp;
  return {
    leftOut,
    ...given({ failed, stoppedBy, usedUp }),
    ...(asked > runs.length ? { asked } : {}),
  };
}

function samplesOf(runs: readonly RunDocument[]): Map<string, number[]> {
  const samples = new Map<string, number[]>();
  for (const { figures } of runs) {
    for (const [name, value] of figures) {
      const known = samples.get(name);
      if (known === undefined) samples.set(name, [value]);
      else known.push(value);
    }
  }
  return samples;
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

/** A clause for each thing that a result lacks, to follow its name; none if it is whole. */
export function endingTexts({ failed, leftOut, stoppedBy, usedUp, asked }: Ending, repeats: number): string[] {
  const failure = leftOut === 0
    ? "failed, its figures are of the time until then"
    : "failed in a run that is left out of its figures";
  return [
    ...(failed === undefined ? [] : [`${failure}: ${failed}`]),
    ...(stoppedBy === undefined ? [] : [`was ended early by ${stoppedBy}`]),
    ...(usedUp === undefined ? [] : [`ended early: ${usedUp}`]),
    ...(asked === undefined ? [] : [`has ${formatCount(repeats, "whole run")} of ${asked}`]),
  ].map(escapeControls);
}
