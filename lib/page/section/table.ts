/**
 * Tables that the page's script can sort and filter.
 *
 * @module
 */
import { type Html, html, type HtmlValue } from "../html.ts";

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
export interface TableParts {
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
