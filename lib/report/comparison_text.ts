/**
 * The comparison's report: results side by side, as text or JSON. Pure functions; they know only the comparison.
 *
 * @module
 */
import { type ComparedFigure, type ComparedValue, type Comparison, SIGNIFICANCE_LEVEL } from "../compare/comparison.ts";
import { samplesNeeded } from "../compare/mann_whitney.ts";
import type { ResultDocument } from "../compare/result_file.ts";
import { summarize } from "../compare/statistics.ts";
import { VERSION } from "../version.ts";
import { escapeControls, readableDuration, readableNumber, readableShare } from "./format.ts";
import { shortNames } from "./short_names.ts";
import { type Column, tableLines } from "./table.ts";

/** The figures that the text shows, in its order; a pattern stands for all figures that match it, in their own order. */
const SHOWN: readonly RegExp[] = [
  /^total_ops_per_sec$/,
  /^average_ops_per_sec$/,
  /^total_ops_per_sec_with_drain$/,
  /^(read|update|insert|read_modify_write)_latency_(p50|p99|p999|max)_sec$/,
  /^drain_sec$/,
  /^process_crash_\w+_(p99|max)(_sec)?$/,
  /^power_loss_\w+_(p99|max)(_sec)?$/,
  /^time_to_persist_p99_sec$/,
  /^blocked_on_\w+$/,
  /^bytes_written$/,
];

const TEST_NAME = "two-sided Mann–Whitney U test";
const NOTHING = "-";
const RATIO = new Intl.NumberFormat("en-US", { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });

/**
 * The comparison as a table, with a row for each figure of interest that a document has, and an empty line and notes
 * under it. Values are medians; beside each but the baseline's are its ratio to the baseline and, where there are
 * repeats, the test's verdict.
 */
export function comparisonText({ documents, figures }: Comparison): string {
  const shown = SHOWN.flatMap((pattern) => figures.filter(({ name }) => pattern.test(name)));
  const roles = namesOf(documents).map((name, index) => ({
    name,
    baseline: index === 0,
    tested: shown.some(({ values }) => values[index]?.test !== undefined),
  }));
  const columns: Column[] = [{ heading: "figure", align: "left" }, ...roles.flatMap(columnsOf)];
  const rows = shown.map(({ name, values }) => [
    textName(name),
    ...roles.flatMap((role, index) => cells(name, values[index], role)),
  ]);
  return [...tableLines(columns, rows), "", ...notes(documents, shown)].join("\n") + "\n";
}

/** What makes the results hard to compare, each in one line without a line feed. */
export function comparisonWarnings({ documents, differences }: Comparison): string[] {
  const names = namesOf(documents);
  return [
    ...differences.map(({ key, values }) => {
      const list = values.map((value, index) =>
        `${value === undefined ? "absent" : JSON.stringify(value)} in ${names[index]}`
      );
      return escapeControls(`${key} differs: ${list.join(", ")}`);
    }),
    ...documents.flatMap(({ stoppedBy }, index) =>
      stoppedBy === undefined ? [] : [escapeControls(`${names[index]} was ended early by ${stoppedBy}`)]
    ),
  ];
}

/**
 * The comparison as one JSON object, indented by two spaces and ended by a line feed:
 *
 * - `kvlab`: the version that compared;
 * - `files`: of each document, the baseline first, `path`, `kvlab`, `seed`, `repeats`, `stopped_by`, `options`, `machine`;
 * - `test`: its `name`, the `level` below which p means a difference, and `repeats_needed` of each file to get there;
 * - `differences`: `key` and `values`, one for each file, of what is not the same in all: null where a file has none;
 * - `figures`: by name, with a value for each file: null where it has none, else the `samples`, their `median`, `min`,
 *   `max`, `ci95_low`, `ci95_high`, the `ratio` to the baseline, and `p_value` and `verdict` of the test, each null where
 *   there is none.
 */
export function comparisonJson({ documents, figures, differences }: Comparison): string {
  const document = {
    kvlab: VERSION,
    files: documents.map(fileObject),
    test: { name: TEST_NAME, level: SIGNIFICANCE_LEVEL, repeats_needed: samplesNeeded(SIGNIFICANCE_LEVEL) },
    differences: differences.map(({ key, values }) => ({ key, values: values.map((value) => value ?? null) })),
    figures: Object.fromEntries(figures.map(({ name, values }) => [name, values.map(valueObject)])),
  };
  return JSON.stringify(document, null, 2) + "\n";
}

function fileObject({ path, kvlab, seed, repeats, stoppedBy, options, machine }: ResultDocument) {
  return { path, kvlab, seed, repeats, stopped_by: stoppedBy ?? null, options, machine };
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

/** The files' names, each on its line whatever is in it. */
function namesOf(documents: readonly ResultDocument[]): string[] {
  return shortNames(documents.map(({ path }) => path)).map(escapeControls);
}

/** A document tells a figure's kind by its name. */
function isDuration(name: string): boolean {
  return name.endsWith("_sec") && !name.endsWith("_per_sec");
}

function isShare(name: string): boolean {
  return name.endsWith("_share");
}

/** The text result's name of a figure: durations show their unit in the value. */
function textName(name: string): string {
  return isDuration(name) ? name.slice(0, -"_sec".length) : name;
}

/** What a document is in the table. */
interface Role {
  readonly name: string;
  readonly baseline: boolean;
  /** Whether any of its figures was tested. */
  readonly tested: boolean;
}

function columnsOf({ name, baseline, tested }: Role): Column[] {
  return [
    { heading: name, align: "right" },
    ...(baseline ? [] : [{ heading: "ratio", align: "right" } as const]),
    ...(tested ? [{ heading: "verdict", align: "left" } as const] : []),
  ];
}

function cells(name: string, value: ComparedValue | undefined, { baseline, tested }: Role): string[] {
  const readable = isDuration(name) ? readableDuration : isShare(name) ? readableShare : readableNumber;
  return [
    value === undefined ? NOTHING : readable(value.median),
    ...(baseline ? [] : [value?.ratio === undefined ? NOTHING : RATIO.format(value.ratio)]),
    ...(tested ? [verdictText(value)] : []),
  ];
}

function verdictText(value: ComparedValue | undefined): string {
  if (value?.test === undefined) return NOTHING;
  const { verdict, pValue } = value.test;
  if (verdict === "too few repeats") return verdict;
  return `${verdict} (${pValue < 0.001 ? "p < 0.001" : `p = ${pValue.toPrecision(2)}`})`;
}

/** What a reader must know of the table, in lines. */
function notes(documents: readonly ResultDocument[], shown: readonly ComparedFigure[]): string[] {
  const names = namesOf(documents);
  const verdicts = new Set(shown.flatMap(({ values }) => values.map((value) => value?.test?.verdict)));
  const needed = samplesNeeded(SIGNIFICANCE_LEVEL);
  const lines = [`ratio: to ${names[0]}`];
  if (documents.some(({ repeats }) => repeats > 1)) {
    const list = documents.map(({ repeats }, index) => `${repeats} in ${names[index]}`);
    lines.push(`repeats: ${list.join(", ")}; values are their medians`);
  }
  if (verdicts.has("differs") || verdicts.has("within noise")) {
    lines.push(
      `differs: ${TEST_NAME}, p < ${SIGNIFICANCE_LEVEL}`,
      `Each row is tested on its own: of 20 rows that do not differ, one is expected to seem to.`,
    );
  }
  if (verdicts.has("too few repeats")) {
    lines.push(`too few repeats: p < ${SIGNIFICANCE_LEVEL} is out of reach, ${needed} repeats in each file are needed`);
  }
  if (documents.some(({ repeats }) => repeats === 1)) {
    lines.push(`A single run cannot tell a difference from noise: measure with --repeat=${needed} or more.`);
  }
  return lines;
}
