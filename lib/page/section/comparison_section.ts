/**
 * A comparison's section: how each figure differs from the baseline's, and whether by more than noise.
 *
 * @module
 */
import { shortNames } from "../../report/short_names.ts";
import { type Fields, fieldsIn, isFields, numberIn, rowsIn, textIn } from "../fields.ts";
import { type Html, html } from "../html.ts";
import type { ComparisonSource } from "../source.ts";
import { figureName, figureText } from "../wording.ts";
import { section } from "./parts.ts";
import { type TableCell, type TableColumn, tableHtml } from "./table.ts";

/** The section of one comparison; `at` is its index in the report. */
export function comparisonSection({ path, result }: ComparisonSource, at: number): Html {
  const names = shortNames(rowsIn(result, "files").map((file) => textIn(file, "path") ?? ""));
  const figures = Object.entries(fieldsIn(result, "figures") ?? {});
  const level = numberIn(fieldsIn(result, "test") ?? {}, "level") ?? 0.05;
  const columns: TableColumn[] = [
    { heading: "Figure", isText: true },
    ...names.flatMap((name, index) =>
      index === 0
        ? [{ heading: `${name} (baseline)` }]
        : [{ heading: name }, { heading: "times the baseline" }, { heading: "beyond noise?", isText: true }]
    ),
  ];
  const rows = figures.map(([name, values]) => ({
    cells: [
      { shown: figureName(name), value: name },
      ...names.flatMap((_, index) => valueCells(name, Array.isArray(values) ? values[index] : undefined, index === 0)),
    ],
  }));
  return section(
    {
      id: `comparison-${at + 1}`,
      title: "Compared",
      reading:
        `Medians, and each as a multiple of ${
          names[0]
        }'s; “differs” means that chance alone would do that in less than ` +
        `${100 * level}% of cases (two-sided Mann–Whitney U test).`,
    },
    checksHtml(result),
    rowsIn(result, "differences").length === 0
      ? undefined
      : html`<ul class="notes">${
        rowsIn(result, "differences").map(({ key, values }) =>
          html`<li>${String(key)}: ${
            (Array.isArray(values) ? values : []).map((value, index) => `${JSON.stringify(value)} in ${names[index]}`)
              .join(", ")
          }</li>`
        )
      }</ul>`,
    tableHtml({
      id: `comparison-${at + 1}-table`,
      label: `Comparison of ${path}`,
      columns,
      rows,
      filterExample: "such as: p99 differs",
    }),
  );
}

/** What the comparison's limits found, if it had any. */
function checksHtml(result: Fields): Html | undefined {
  const checks = rowsIn(fieldsIn(result, "gate") ?? {}, "checks");
  if (checks.length === 0) return undefined;
  return html`<ul class="notes">${checks.map((check) => html`<li>${textIn(check, "text")}</li>`)}</ul>`;
}

function valueCells(name: string, value: unknown, isBaseline: boolean): TableCell[] {
  const fields = isFields(value) ? value : {};
  const middle = numberIn(fields, "median"), ratio = numberIn(fields, "ratio"), verdict = textIn(fields, "verdict");
  const cell = middle === undefined ? { shown: "–" } : { shown: figureText(name, middle), value: middle };
  if (isBaseline) return [cell];
  return [
    cell,
    ratio === undefined ? { shown: "–" } : { shown: `${ratio.toPrecision(3)}×`, value: ratio },
    verdict === undefined ? { shown: "–" } : { shown: verdict, value: verdict },
  ];
}
