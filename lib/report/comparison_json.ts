/**
 * A comparison in JSON, written and read again.
 *
 * @module
 */
import {
  compareDocuments,
  type ComparedValue,
  type Comparison,
  SIGNIFICANCE_LEVEL,
  TEST_NAME,
} from "../compare/comparison.ts";
import type { Gate } from "../compare/gate.ts";
import { samplesNeeded } from "../compare/mann_whitney.ts";
import { documentText, type Fields, fieldsIn, isFields, numberIn, rowsIn, textIn, textsIn } from "../result/json.ts";
import type { Ending, ResultDocument } from "../result/result_document.ts";
import { readEnding, readRun, type RunDocument } from "../result/run_document.ts";
import { summarize } from "../result/statistics.ts";
import { COMPARISON_SCHEMA, VERSION } from "../version.ts";
import { given } from "../option/given.ts";
import { checkText } from "./comparison_text.ts";

/**
 * The comparison as one JSON object, indented by two spaces and followed by a newline:
 *
 * - `schema`: {@linkcode COMPARISON_SCHEMA}, and `kvlab`: the version that compared;
 * - `files`: for each document, baseline first: `path`, `kvlab`, `seed`, `repeats` and how many were asked for as
 *   `repeats_asked`, `failed` (how a run did, or null), `left_out` (how many runs failed and are not among the
 *   samples, as others did not fail), `stopped_by` and `ended_early` (as in a run's result), `promises` (in words; null
 *   if unknown), `power_loss`, `options`, `arguments` (null if unknown), `machine`;
 * - `test`: its `name`, the `level` below which p means a difference, and the `repeats_needed` in each file to get
 *   there;
 * - `differences`: `key` and `values`, one per file, of what is not the same in all; null where a file has none;
 * - `figures`: by name, with a value for each file: null if it has none, otherwise the `samples`, their `median`,
 *   `min`, `max`, `ci95_low`, `ci95_high`, the `ratio` to the baseline, and the `p_value` and `verdict` of the test,
 *   each null if there is none;
 * - `gate`, if there were limits: what they found, as in {@linkcode gateObject}.
 */
export function comparisonJson({ documents, figures, differences }: Comparison, gate?: Gate): string {
  const document = {
    schema: COMPARISON_SCHEMA,
    kvlab: VERSION,
    files: documents.map(fileObject),
    test: { name: TEST_NAME, level: SIGNIFICANCE_LEVEL, repeats_needed: samplesNeeded(SIGNIFICANCE_LEVEL) },
    differences: differences.map(({ key, values }) => ({ key, values: values.map((value) => value ?? null) })),
    figures: Object.fromEntries(figures.map(({ name, values }) => [name, values.map(valueObject)])),
    ...(gate === undefined ? {} : { gate: gateObject(gate, documents) }),
  };
  return documentText(document);
}

/**
 * The limits' part of a comparison's JSON: the `verdict`, and for each check its `limit` (`slower` or `p99_higher`),
 * the `file`, the `operation` (null for the throughput), how much is `allowed`, by which share it is `worse` (below 0:
 * better), the `p_value`, its `verdict`, and all of it in words as `text`.
 */
function gateObject({ verdict, checks }: Gate, documents: readonly ResultDocument[]) {
  return {
    verdict,
    checks: checks.map((check) => ({
      limit: check.limited === "slower" ? "slower" : "p99_higher",
      file: documents[check.document]?.path ?? null,
      operation: check.operation ?? null,
      allowed: check.limit,
      worse: check.worse ?? null,
      p_value: check.test?.pValue ?? null,
      verdict: check.verdict,
      text: checkText(check, documents),
    })),
  };
}

function fileObject({ path, kvlab, seed, repeats, ending, runs, options, args, machine }: ResultDocument) {
  const [run] = runs;
  const { failed = null, leftOut, stoppedBy = null, usedUp = null, asked } = ending;
  return {
    path,
    kvlab,
    seed,
    repeats,
    repeats_asked: asked ?? repeats + leftOut,
    failed,
    left_out: leftOut,
    stopped_by: stoppedBy,
    ended_early: usedUp,
    promises: run?.promises ?? null,
    power_loss: run?.loss.power_loss.isEverything ? "everything" : "measured",
    options,
    arguments: args ?? null,
    machine,
  };
}

function valueObject(value: ComparedValue | undefined) {
  if (value === undefined) return null;
  const { samples, ratio, test } = value;
  const { median, min, max, interval } = summarize(samples);
  return {
    samples,
    median,
    min,
    max,
    ...(interval === undefined ? {} : { ci95_low: interval.low, ci95_high: interval.high }),
    ratio: ratio ?? null,
    p_value: test?.pValue ?? null,
    verdict: test?.verdict ?? null,
  };
}

/** A comparison, as read from its JSON. */
export interface ComparisonDocument {
  /** Its documents' runs have the figures that all of a file's runs had, and nothing else. */
  readonly comparison: Comparison;
  /** What its limits found, if it had any. */
  readonly checks: readonly CheckDocument[];
}

/** What one limit found. */
export interface CheckDocument {
  /** In words. */
  readonly text: string;
  readonly isHeld: boolean;
}

/** Whether a document without a schema is a comparison of the first version, which wrote none. */
export function isFirstComparison(document: Fields): boolean {
  return Array.isArray(document.files) && fieldsIn(document, "figures") !== undefined;
}

/** Reads what {@linkcode comparisonJson} has written, and compares its samples again. */
export function readComparison(document: Fields): ComparisonDocument {
  const figures = Object.entries(fieldsIn(document, "figures") ?? {});
  const documents = rowsIn(document, "files").map((file, at): ResultDocument => {
    const samples = new Map(figures.flatMap(([name, values]) => {
      const own = samplesIn(Array.isArray(values) ? values[at] : undefined);
      return own.length === 0 ? [] : [[name, own] as const];
    }));
    const options = fieldsIn(file, "options") ?? {};
    const args = textsIn(file, "arguments");
    return {
      path: textIn(file, "path") ?? `file ${at + 1}`,
      kvlab: textIn(file, "kvlab") ?? "",
      seed: numberIn(file, "seed") ?? 0,
      options,
      ...given({ args }),
      machine: fieldsIn(file, "machine") ?? {},
      runs: runsOf(samples, "promises" in file ? file : firstPromises(options)),
      repeats: numberIn(file, "repeats") ?? 0,
      ending: endingIn(file),
      samples,
    };
  });
  return {
    comparison: compareDocuments(documents),
    checks: rowsIn(fieldsIn(document, "gate") ?? {}, "checks")
      .map((check) => ({ text: textIn(check, "text") ?? "", isHeld: check.verdict === "held" })),
  };
}

function samplesIn(value: unknown): number[] {
  const samples = isFields(value) ? value.samples : undefined;
  return Array.isArray(samples) ? samples.filter((sample) => typeof sample === "number") : [];
}

/** Turns the samples of each figure into the figures of each run. */
function runsOf(
  samples: ReadonlyMap<string, readonly number[]>,
  { promises, power_loss }: Fields,
): RunDocument[] {
  const count = Math.max(0, ...Array.from(samples.values(), (own) => own.length));
  // A figure that some runs lack cannot be assigned to the runs that have it.
  const shared = [...samples].filter(([, own]) => own.length === count);
  return Array.from(
    { length: count },
    (_, run) => readRun({ ...Object.fromEntries(shared.map(([name, own]) => [name, own[run]])), promises, power_loss }),
  );
}

/** The first version left the promises out; some follow from the options. */
function firstPromises({ backend, sync }: Fields): Fields {
  if (backend === "memory") return { promises: { process_crash: "everything", power_loss: "everything" } };
  return backend === "file" && sync === "none" ? { power_loss: "everything" } : {};
}

function endingIn(file: Fields): Ending {
  const repeats = numberIn(file, "repeats") ?? 0, leftOut = numberIn(file, "left_out") ?? 0;
  const asked = numberIn(file, "repeats_asked") ?? 0;
  return { leftOut, ...readEnding(file), ...(asked > repeats + leftOut ? { asked } : {}) };
}
