/**
 * The comparison: the results of several files side by side, with what tells a difference from noise and what makes
 * them hard to compare. It knows the documents alone; the reports say it in words.
 *
 * @module
 */
import { median } from "simple-statistics";
import { leastPValue, mannWhitney } from "./mann_whitney.ts";
import { type Fields, readResultFile, type ResultDocument } from "./result_file.ts";

/** A difference is one where chance alone would make it less often than this. */
export const SIGNIFICANCE_LEVEL = 0.05;

/** Repeats without which there is no noise to tell a difference from. */
const TESTED_SAMPLES_MIN = 2;

/** Results side by side. */
export interface Comparison {
  /** The first is the baseline. */
  readonly documents: readonly ResultDocument[];
  /** All figures that any of the documents has: the baseline's in its order, then those of the others. */
  readonly figures: readonly ComparedFigure[];
  /** What was not the same. */
  readonly differences: readonly Difference[];
}

/** One figure of all documents. */
export interface ComparedFigure {
  readonly name: string;
  /** The value in each document, in their order; undefined where a document has none. */
  readonly values: readonly (ComparedValue | undefined)[];
}

/** One figure of one document. */
export interface ComparedValue {
  /** At least one. */
  readonly samples: readonly number[];
  readonly median: number;
  /** To the baseline's median; absent for the baseline itself, and where it has no median other than 0. */
  readonly ratio?: number;
  /** Absent for the baseline itself, and where either has fewer than 2 samples. */
  readonly test?: NoiseTest;
}

/**
 * What the test says of a difference:
 *
 * - `differs`: p is below {@linkcode SIGNIFICANCE_LEVEL};
 * - `within noise`: it is not;
 * - `too few repeats`: with so few samples it could not be, whatever they were.
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
  /** In each document, in their order: a value, null, or undefined where a document has none. */
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

function testNoise(baseline: readonly number[], samples: readonly number[]): NoiseTest {
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

/** The values at the ends of all paths, under the parts of the path with dots between them. */
function flatten(value: unknown, path = "", flat = new Map<string, unknown>()): Map<string, unknown> {
  if (typeof value !== "object" || value === null) return flat.set(path, value);
  for (const [key, inner] of Object.entries(value as Fields)) {
    flatten(inner, path === "" ? key : `${path}.${key}`, flat);
  }
  return flat;
}
