/**
 * Elements that several sections of the page share; among them tables that the page's script can sort and filter.
 *
 * @module
 */
import { type Html, html, type HtmlValue } from "../html.ts";
import { Plot, svgOf, type Width } from "../picture/plot.ts";

/** A section with its heading and one sentence on how to read it. */
export function section(
  { id, title, reading }: { readonly id: string; readonly title: string; readonly reading?: string },
  ...content: readonly HtmlValue[]
): Html {
  return html`
    <section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${reading === undefined ? undefined : html`<p class="reading">${reading}</p>`}
    ${content}
    </section>
  `;
}

/** A chart in both widths, one of which the style sheet shows. */
export function picture(drawn: (width: Width) => Html): Html {
  return html`
    <div class="picture">
      <div class="wide">${drawn("wide")}</div>
      <div class="narrow">${drawn("narrow")}</div>
    </div>
  `;
}

/** A command that can be copied; nothing where it is not known. */
export function commandHtml(command: string | undefined, of: string): Html | undefined {
  if (command === undefined) return undefined;
  return html`
    <div class="command"><code>${command}</code>
    <button type="button" class="copy" aria-label="Copy the command of ${of}" hidden>Copy</button></div>
  `;
}

/** Arguments, each of which stays on one line. */
export function flagsHtml(title: string): Html {
  return html`<span class="flags">${
    title.split(" ").map((argument) =>
      html`
        <i>${argument}</i>
      `
    )
  }</span>`;
}

/** One of Plot's symbols, as an image of its own. */
export function symbolSvg({ color, symbol }: { readonly color: string; readonly symbol: string }): Html {
  const svg = svgOf({
    label: "",
    width: 16,
    height: 16,
    margin: 0,
    axis: null,
    marks: [
      Plot.dot([{}], { symbol: symbol as Plot.SymbolType, r: 5, fill: color, stroke: color, frameAnchor: "middle" }),
    ],
  });
  return html`<span aria-hidden="true">${svg}</span>`;
}

/** A patch of a colour. */
export function swatchSvg(color: string): Html {
  return html`
    <svg class="swatch" viewBox="0 0 14 14" aria-hidden="true">
      <rect width="14" height="14" rx="3" fill="${color}" />
    </svg>
  `;
}

/** A list that explains colours. */
export function legend(entries: readonly { readonly sign: Html; readonly text: string }[]): Html {
  return html`
    <ul class="legend">${entries.map(({ sign, text }) => html`<li>${sign}${text}</li>`)}</ul>
  `;
}

/** One column. */
export interface TableColumn {
  readonly heading: string;
  /** Whether it holds text rather than numbers. */
  readonly isText?: boolean;
}

/** One cell. */
export interface TableCell {
  readonly shown: HtmlValue;
  /** What the column is sorted by; absent if there is nothing to show. */
  readonly value?: string | number;
}

/** One row. */
export interface TableRow {
  readonly cells: readonly TableCell[];
  /** The index of the configuration that it is about, if any. */
  readonly configuration?: number;
}

/** The parts of a table. */
interface TableParts {
  readonly id: string;
  /** Describes the table to screen readers. */
  readonly label: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly TableRow[];
  /** An example of a filter, shown if there are enough rows to filter. */
  readonly filterExample?: string;
}

/** With this many rows a filter is offered. */
const FILTER_ROWS = 6;

/** A cell with a number in it, or an empty one. */
export function numberCell(value: number | undefined, shown: (value: number) => string): TableCell {
  return value === undefined ? { shown: "–" } : { shown: shown(value), value };
}

/** A table; columns that are empty in every row are left out. */
export function tableHtml({ id, label, columns, rows, filterExample }: TableParts): Html {
  const used = [...columns.keys()].filter((at) => at === 0 || rows.some(({ cells }) => cells[at]?.value !== undefined));
  const filter = rows.length < FILTER_ROWS ? undefined : html`<div class="filter" data-table="${id}" hidden>
<label for="${id}-filter">Filter</label>
<input id="${id}-filter" type="search" autocomplete="off" placeholder="${filterExample ?? ""}">
<output for="${id}-filter"></output></div>`;
  return html`
    ${filter}<div class="scroll" tabindex="0" role="region" aria-label="${label}">
      <table id="${id}" class="sortable">
        <thead>
          <tr>${used.map((at) => headingHtml(columns[at]))}</tr>
        </thead>
        <tbody>
    ${rows.map((row) => rowHtml(row, used, columns))}</tbody>
      </table>
    </div>
  `;
}

function headingHtml(column: TableColumn | undefined): Html {
  return html`
    <th scope="col" aria-sort="none" ${className(column)}><button type="button">${column?.heading}</button></th>
  `;
}

function rowHtml({ cells, configuration }: TableRow, used: readonly number[], columns: readonly TableColumn[]): Html {
  const of = configuration === undefined ? undefined : html`
    data-configuration="${configuration}"
  `;
  return html`
    <tr${of}>${used.map((at) => cellHtml(cells[at], columns[at]))}</tr>
  `;
}

function cellHtml(cell: TableCell | undefined, column: TableColumn | undefined): Html {
  return html`<td${className(column)} data-value="${cell?.value ?? ""}">${cell?.shown}</td>`;
}

function className(column: TableColumn | undefined): Html | undefined {
  if (column?.isText !== true) return undefined;
  return html`
    class="text"
  `;
}
