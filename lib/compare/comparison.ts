/**
 * Compares the results of several files: which differences are more than noise, and what makes the results hard to
 * compare. It knows only the documents; the reports put it into words.
 *
 * @module
 */
import { median } from "simple-statistics";
import { leastPValue, mannWhitney } from "./mann_whitney.ts";
import type { Fields } from "../result/json.ts";
import { readResultFile, type ResultDocument } from "../result/result_document.ts";

/** The test that tells a difference from noise. */
export const TEST_NAME = "two-sided Mann–Whitney U test";

/** A p-value below this counts as a difference. */
export const SIGNIFICANCE_LEVEL = 0.05;

/** With fewer repeats there is no noise to compare a difference with. */
export const TESTED_SAMPLES_MIN = 2;

/** Results compared with a baseline. */
export interface Comparison {
  /** The first is the baseline. */
  readonly documents: readonly ResultDocument[];
  /** All figures that any document has: the baseline's in its order, then those of the others. */
  readonly figures: readonly ComparedFigure[];
  /** Whatever else is not the same in all documents. */
  readonly differences: readonly Difference[];
}

/** One figure of all documents. */
export interface ComparedFigure {
  readonly name: string;
  /** The value in each document, in order; undefined if a document has none. */
  readonly values: readonly (ComparedValue | undefined)[];
}

/** One figure of one document. */
export interface ComparedValue {
  /** At least one. */
  readonly samples: readonly number[];
  readonly median: number;
  /** To the baseline's median; absent for the baseline itself, and if its median is missing or 0. */
  readonly ratio?: number;
  /** Absent for the baseline itself, and if either has fewer than 2 samples. */
  readonly test?: NoiseTest;
}

/**
 * The verdict of the test:
 *
 * - `differs`: p is below {@linkcode SIGNIFICANCE_LEVEL};
 * - `within noise`: it is not;
 * - `too few repeats`: with so few samples it could not be, whatever their values.
 */
export type Verdict = "differs" | "within noise" | "too few repeats";

/** Whether a figure differs from the baseline's by more than noise. */
export interface NoiseTest {
  /** Of the two-sided Mann–Whitney U test. */
  readonly pValue: number;
  readonly verdict: Verdict;
}

/** Something besides the figures that is not the same in all documents. */
export interface Difference {
  /** `kvlab`, `seed`, or the path to an option or a fact of the machine, such as `options.threads`. */
  readonly key: string;
  /** The value in each document, in order; undefined if a document has none. */
  readonly values: readonly unknown[];
}

/**
 * Reads result files and compares them with the first.
 *
 * @throws {PersistError} when a file cannot be read or holds no result
 */
export function compareFiles(paths: readonly string[]): Comparison {
  return compareDocuments(paths.map(readResultFile));
}

/** Compares results with the first. */
export function compareDocuments(documents: readonly ResultDocument[]): Comparison {
  const names = new Set(documents.flatMap(({ samples }) => [...samples.keys()]));
  const figures = Array.from(names, (name) => compareFigure(name, documents.map(({ samples }) => samples.get(name))));
  return { documents, figures, differences: differencesOf(documents) };
}

function compareFigure(name: string, samples: readonly (readonly number[] | undefined)[]): ComparedFigure {
  const [baseline, ...others] = samples;
  return {
    name,
    values: [
      baseline === undefined ? undefined : { samples: baseline, median: median(baseline) },
      ...others.map((other) => other === undefined ? undefined : compareSamples(baseline, other)),
    ],
  };
}

function compareSamples(baseline: readonly number[] | undefined, samples: readonly number[]): ComparedValue {
  const value = { samples, median: median(samples) };
  if (baseline === undefined) return value;
  const baselineMedian = median(baseline);
  return {
    ...value,
    ...(baselineMedian === 0 ? {} : { ratio: value.median / baselineMedian }),
    ...(Math.min(baseline.length, samples.length) < TESTED_SAMPLES_MIN ? {} : { test: testNoise(baseline, samples) }),
  };
}

/** Tests whether two sets of at least {@linkcode TESTED_SAMPLES_MIN} samples differ by more than noise. */
export function testNoise(baseline: readonly number[], samples: readonly number[]): NoiseTest {
  const { pValue } = mannWhitney(baseline, samples);
  if (leastPValue(baseline.length, samples.length) >= SIGNIFICANCE_LEVEL) return { pValue, verdict: "too few repeats" };
  return { pValue, verdict: pValue < SIGNIFICANCE_LEVEL ? "differs" : "within noise" };
}

function differencesOf(documents: readonly ResultDocument[]): Difference[] {
  const facts = documents.map(({ kvlab, seed, machine, options }) => flatten({ kvlab, seed, machine, options }));
  const keys = new Set(facts.flatMap((fact) => [...fact.keys()]));
  return Array.from(keys, (key) => ({ key, values: facts.map((fact) => fact.get(key)) }))
    .filter(({ values: [first, ...others] }) => others.some((other) => other !== first));
}

/** The leaf values, each under its path joined with dots. */
function flatten(value: unknown, path = "", flat = new Map<string, unknown>()): Map<string, unknown> {
  if (typeof value !== "object" || value === null) return flat.set(path, value);
  for (const [key, inner] of Object.entries(value as Fields)) {
    flatten(inner, path === "" ? key : `${path}.${key}`, flat);
  }
  return flat;
}
