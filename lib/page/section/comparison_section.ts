/**
 * A comparison's section: how each figure differs from the baseline's, and whether by more than noise.
 *
 * @module
 */
import { type ComparedValue, SIGNIFICANCE_LEVEL } from "../../compare/comparison.ts";
import { TEST_NAME } from "../../report/comparison_json.ts";
import { shortNames } from "../../report/short_names.ts";
import { type Html, html } from "../html.ts";
import type { ComparisonSource } from "../source.ts";
import { figureName, figureText } from "../wording.ts";
import { section } from "./parts.ts";
import { numberCell, type TableCell, type TableColumn, tableHtml } from "./table.ts";

/** The section of one comparison; `at` is its index in the report. */
export function comparisonSection({ path, comparison, checks }: ComparisonSource, at: number): Html {
  const { documents, figures, differences } = comparison;
  const names = shortNames(documents.map(({ path }) => path));
  const columns: TableColumn[] = [
    { heading: "Figure", isText: true },
    ...names.flatMap((name, index) =>
      index === 0
        ? [{ heading: `${name} (baseline)` }]
        : [{ heading: name }, { heading: "times the baseline" }, { heading: "beyond noise?", isText: true }]
    ),
  ];
  const rows = figures.map(({ name, values }) => ({
    cells: [
      { shown: figureName(name), value: name },
      ...values.flatMap((value, index) => valueCells(name, value, index === 0)),
    ],
  }));
  return section(
    {
      id: `comparison-${at + 1}`,
      title: "Compared",
      reading: `Medians, and each as a multiple of ${names[0]}'s; “differs” means that chance alone would do that in ` +
        `less than ${100 * SIGNIFICANCE_LEVEL}% of cases (${TEST_NAME}).`,
    },
    notes(checks.map(({ text }) => text)),
    notes(
      differences.map(({ key, values }) =>
        `${key}: ${values.map((value, index) => `${JSON.stringify(value ?? null)} in ${names[index]}`).join(", ")}`
      ),
    ),
    tableHtml({
      id: `comparison-${at + 1}-table`,
      label: `Comparison of ${path}`,
      columns,
      rows,
      filterExample: "such as: p99 differs",
    }),
  );
}

function notes(texts: readonly string[]): Html | undefined {
  return texts.length === 0 ? undefined : html`<ul class="notes">${texts.map((text) => html`<li>${text}</li>`)}</ul>`;
}

function valueCells(name: string, value: ComparedValue | undefined, isBaseline: boolean): TableCell[] {
  const cell = numberCell(value?.median, (median) => figureText(name, median));
  if (isBaseline) return [cell];
  const verdict = value?.test?.verdict;
  return [
    cell,
    numberCell(value?.ratio, (ratio) => `${ratio.toPrecision(3)}×`),
    verdict === undefined ? { shown: "–" } : { shown: verdict, value: verdict },
  ];
}
