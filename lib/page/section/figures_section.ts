/**
 * All figures of a few configurations side by side.
 *
 * @module
 */
import { type Html, html, NOTHING } from "../html.ts";
import { medianOf } from "../measures.ts";
import type { Configuration } from "../report_data.ts";
import { figureName, figureText } from "../wording.ts";
import { section } from "./parts.ts";
import { numberCell, tableHtml } from "./table.ts";

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
    html``,
  );
}
