/**
 * All figures side by side: of a few configurations, and of a comparison, which says how each differs from the
 * baseline, and whether by more than noise.
 *
 * @module
 */
import { type Html, html, NOTHING } from "../html.ts";
import { medianOf } from "../measures.ts";
import type { Configuration } from "../report_data.ts";
import { figureName, figureText } from "../wording.ts";
import { numberCell, section, type TableCell, type TableColumn, tableHtml } from "./parts.ts";
import { type ComparedValue, SIGNIFICANCE_LEVEL, TEST_NAME } from "../../compare/comparison.ts";
import { shortNames } from "../../result/format.ts";
import type { ComparisonSource } from "../source.ts";

/** With more configurations the table would not be readable. */
const CONFIGURATIONS_MAX = 6;

/** The names of all figures of a configuration: the numbers of its runs and of its kills. */
export function figureNames({ runs }: Configuration): string[] {
  return [...new Set(runs.flatMap(({ run }) => [...run.figures.keys()]))];
}

/** The section; empty if there are many configurations, since the page's script then shows the figures of one. */
export function figuresSection(configurations: readonly Configuration[]): Html {
  const measured = configurations.filter(({ runs }) => runs.length > 0);
  if (measured.length === 0 || measured.length > CONFIGURATIONS_MAX) return NOTHING;
  const names = [...new Set(measured.flatMap(figureNames))];
  const isRepeated = measured.some(({ runs }) => runs.length > 1);
  return section(
    {
      id: "figures",
      title: "All figures",
      reading: "The names are those of --format=json, without their units." +
        (isRepeated ? " Of repeats, the medians are shown." : ""),
    },
    tableHtml({
      id: "figures-table",
      label: "All figures",
      columns: [
        { heading: "Figure", isText: true },
        ...measured.map(({ called }) => ({ heading: measured.length === 1 ? "Value" : called })),
      ],
      rows: names.map((name) => ({
        cells: [
          { shown: figureName(name), value: name },
          ...measured.map(({ runs }) => numberCell(medianOf(runs, name), (value) => figureText(name, value))),
        ],
      })),
      filterExample: "such as: process crash p99",
    }),
  );
}

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
