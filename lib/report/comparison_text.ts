/**
 * Reports a comparison of results as text. Pure functions that depend on the comparison alone.
 *
 * @module
 */
import { chunk } from "simple-statistics";
import {
  type ComparedValue,
  type Comparison,
  type Difference,
  SIGNIFICANCE_LEVEL,
  TEST_NAME,
} from "../compare/comparison.ts";
import type { Gate, GateCheck } from "../compare/gate.ts";
import { samplesNeeded } from "../compare/mann_whitney.ts";
import { endingTexts, type ResultDocument } from "../result/result_document.ts";
import { escapeControls, fileNames, numberFormat, operationName, readableShare } from "../result/format.ts";
import { listNames } from "../option/wording.ts";
import { readableFigure, sectionRows, type ShownFigure, shownFigures } from "../result/figures.ts";
import {
  blockLines,
  type Column,
  type Group,
  PLAIN,
  tableLines,
  TEXT_WIDTH,
  type TextStyle,
  widthOf,
} from "./text_layout.ts";

const NOTHING = "-";
const readableRatio = numberFormat({ minimumSignificantDigits: 3, maximumSignificantDigits: 3 });

/** If a file's name is longer, the tables number the files instead. */
const HEADING_WIDTH_MAX = 16;

/**
 * The comparison in tables, with a row for each deciding figure; above, what the results lack and what the limits
 * found, and notes below. Values are medians; next to each, except the baseline's, are its ratio to the baseline and,
 * given repeats, the test's verdict. A table has as many files as fit its width.
 */
export function comparisonText(
  comparison: Comparison,
  { gate, style = PLAIN }: { readonly gate?: Gate | undefined; readonly style?: TextStyle } = {},
): string {
  const { documents, figures } = comparison;
  const samples = new Map(figures.map(({ name, values }) => [name, values.flatMap((value) => value?.samples ?? [])]));
  const shown = shownFigures(samples);
  const values = new Map(figures.map((figure) => [figure.name, figure.values]));
  const headings = headingsOf(documents);
  const roles = documents.map((_, index) => ({
    index,
    heading: headings[index] ?? "",
    tested: shown.some(({ name }) => values.get(name)?.[index]?.test !== undefined),
  }));
  const tableOf = (others: readonly Role[]) => {
    const table = [...roles.slice(0, 1), ...others];
    const cellsOf = (name: string) =>
      table.flatMap((role) => cells(name, values.get(name)?.[role.index], { role, style }));
    return tableLines([{ heading: "", align: "left" }, ...table.flatMap(columnsOf)], sectionRows(shown, cellsOf));
  };
  const tables = tablesThatFit(roles.slice(1), tableOf);
  const first = blockLines([
    { label: "not whole", lines: endingRemarks(documents).map((remark) => [style.bold(remark)]) },
    { label: "limits", lines: (gate?.checks ?? []).map((check) => [checkLine(check, documents, style)]) },
  ]);
  return [
    ...first,
    ...(first.length === 0 ? [] : [""]),
    ...tables.flatMap((lines) => [...lines, ""]),
    ...blockLines(notes(comparison, shown)),
  ].join("\n") + "\n";
}

function checkLine(check: GateCheck, documents: readonly ResultDocument[], style: TextStyle): string {
  const text = checkText(check, documents);
  return check.verdict === "held" ? text : style.bold(text);
}

/** What each result lacks of what was asked for: one line each, without a newline. */
function endingRemarks(documents: readonly ResultDocument[]): string[] {
  const names = fileNames(documents.map(({ path }) => path));
  return documents.flatMap(({ ending, repeats }, index) =>
    endingTexts(ending, repeats).map((text) => `${names[index]} ${text}`)
  );
}

/** The baseline next to as many of the others as fit, then next to the following ones. */
function tablesThatFit(others: readonly Role[], tableOf: (others: readonly Role[]) => string[]): string[][] {
  for (let perTable = others.length; perTable > 1; perTable--) {
    const tables = chunk(others, perTable).map(tableOf);
    if (tables.every((lines) => lines.every((line) => widthOf(line) <= TEXT_WIDTH))) return tables;
  }
  return chunk(others, 1).map(tableOf);
}

/** What makes the results hard to compare: one line each, without a newline; first what they lack. */
export function comparisonWarnings({ documents, differences }: Comparison): string[] {
  const names = fileNames(documents.map(({ path }) => path));
  const flags = differingFlags(documents);
  const differing = [...(flags ?? []), ...differences.filter(({ key }) => isWorthSaying(key, flags !== undefined))]
    .map(({ key, values }) => {
      const none = key.startsWith("--") ? "not given" : "absent";
      return `${key} (${values.map((value) => value === undefined ? none : String(value)).join(", ")})`;
    });
  return [
    ...endingRemarks(documents),
    ...(differing.length === 0 ? [] : [escapeControls(`${listNames(names, "and")} differ in ${differing.join(", ")}`)]),
  ];
}

/** Whether a difference besides the flags tells something: seeds always differ, and flags say what options are. */
function isWorthSaying(key: string, hasFlags: boolean): boolean {
  return key !== "seed" && !(hasFlags && key.startsWith("options."));
}

/** The flags and backends that the results do not share; `undefined` where an older kvlab did not keep them. */
function differingFlags(documents: readonly ResultDocument[]): Difference[] | undefined {
  const known = documents.flatMap(({ args }) => args === undefined ? [] : [flagsIn(args)]);
  if (known.length < documents.length) return undefined;
  const keys = new Set(known.flatMap((flags) => [...flags.keys()]));
  keys.delete("--seed");
  return Array.from(keys, (key) => ({ key, values: known.map((flags) => flags.get(key)) }))
    .filter(({ values: [first, ...others] }) => others.some((other) => other !== first));
}

/** The flags by name with their values, and the backend. */
function flagsIn(args: readonly string[]): Map<string, string> {
  return new Map(args.map((arg): [string, string] => {
    if (!arg.startsWith("--")) return ["the backend", arg];
    const [name = "", ...value] = arg.split("=");
    return [name, value.length === 0 ? "given" : value.join("=")];
  }));
}

/** The headings of the files' columns: their names, or numbers if a name is too long. */
function headingsOf(documents: readonly ResultDocument[]): string[] {
  const names = fileNames(documents.map(({ path }) => path));
  return names.every((name) => widthOf(name) <= HEADING_WIDTH_MAX)
    ? names
    : names.map((_, index) => `file ${index + 1}`);
}

/** A document's role in a table; the first is the baseline. */
interface Role {
  readonly index: number;
  readonly heading: string;
  /** Whether any of its figures was tested. */
  readonly tested: boolean;
}

function columnsOf({ index, heading, tested }: Role): Column[] {
  return [
    { heading, align: "right" },
    ...(index === 0 ? [] : [{ heading: "ratio", align: "right" } as const]),
    ...(tested ? [{ heading: "verdict", align: "left" } as const] : []),
  ];
}

function cells(
  name: string,
  value: ComparedValue | undefined,
  { role: { index, tested }, style }: { role: Role; style: TextStyle },
): string[] {
  const differs = value?.test?.verdict === "differs";
  const ratio = value?.ratio === undefined ? NOTHING : readableRatio(value.ratio);
  return [
    value === undefined ? NOTHING : readableFigure(name, value.median),
    ...(index === 0 ? [] : [differs ? style.bold(ratio) : ratio]),
    ...(tested ? [verdictText(value)] : []),
  ];
}

function verdictText(value: ComparedValue | undefined): string {
  if (value?.test === undefined) return NOTHING;
  const { verdict, pValue } = value.test;
  if (verdict === "too few repeats") return verdict;
  return `${verdict === "differs" ? "differs" : "noise"}, ${pText(pValue)}`;
}

/** What a reader needs to know about the tables. */
function notes({ documents, figures }: Comparison, shown: readonly ShownFigure[]): Group[] {
  const names = fileNames(documents.map(({ path }) => path));
  const headings = headingsOf(documents);
  const shownNames = new Set(shown.map(({ name }) => name));
  const verdicts = new Set(
    figures.filter(({ name }) => shownNames.has(name)).flatMap(({ values }) =>
      values.map((value) => value?.test?.verdict)
    ),
  );
  const needed = samplesNeeded(SIGNIFICANCE_LEVEL);
  const tested = verdicts.has("differs") || verdicts.has("within noise");
  const repeated = documents.some(({ repeats }) => repeats > 1);
  return [
    {
      label: "files",
      lines: names.flatMap((name, index) => name === headings[index] ? [] : [[`${headings[index]}: ${name}`]]),
    },
    { label: "ratio", lines: [[`to ${headings[0]}`]] },
    {
      label: "repeats",
      lines: [
        repeated
          ? [...documents.map(({ repeats }, index) => `${repeats} in ${headings[index]}`), "values are medians"]
          : [],
        verdicts.has("too few repeats") ? [`p < ${SIGNIFICANCE_LEVEL} takes ${needed} in each file`] : [],
        documents.some(({ repeats }) => repeats === 1)
          ? [`a single run cannot tell a difference from noise: measure with --repeat=${needed} or more`]
          : [],
      ],
    },
    {
      label: "verdict",
      lines: tested
        ? [[`differs: p < ${SIGNIFICANCE_LEVEL} in the ${TEST_NAME}`], [
          "each row is tested on its own",
          "so one in 20 that do not differ will seem to",
        ]]
        : [],
    },
  ];
}

/**
 * A check in one sentence, without a full stop:
 *
 * ```text
 * exceeded: b is 5.2% slower than a (p = 0.029), 3% allowed
 * held: read p99 of b is 12% higher than of a (noise, p = 0.34), 10% allowed
 * undecided whether b is slower than a: 1 and 1 repeats are too few, --repeat=4 or more tell
 * ```
 */
export function checkText(check: GateCheck, documents: readonly ResultDocument[]): string {
  const { limited, document, operation, limit, worse = 0, test, verdict, reason } = check;
  const names = fileNames(documents.map(({ path }) => path));
  const [first, other] = [names[0], names[document]];
  const what = limited === "slower"
    ? other
    : `${operation === undefined ? "the" : operationName(operation)} p99 of ${other}`;
  const [more, less] = limited === "slower" ? ["slower", "faster"] : ["higher", "lower"];
  const than = limited === "slower" ? `than ${first}` : `than of ${first}`;
  if (verdict === "undecided") return `undecided whether ${what} is ${more} ${than}: ${reason}`;
  const noise = test === undefined || test.verdict === "differs" ? [] : ["noise"];
  const remarks = [...noise, ...(test === undefined ? [] : [pText(test.pValue)])].join(", ");
  const change = `${readableShare(Math.abs(worse))} ${worse > 0 ? more : less}`;
  return `${verdict}: ${what} is ${change} ${than} (${remarks}), ${readableShare(limit)} allowed`;
}

/** A p-value with its name. */
function pText(pValue: number): string {
  return pValue < 0.001 ? "p < 0.001" : `p = ${pValue.toPrecision(2)}`;
}
