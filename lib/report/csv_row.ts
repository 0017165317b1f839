/**
 * The CSV row: one line of a table as RFC 4180 quotes it.
 *
 * @module
 */

/** What a cell may hold. */
export type Cell = string | number | boolean | null | undefined;

/** What cannot stand in a cell without quotes. */
const SPECIAL = /[",\r\n]/;

/**
 * The cells as one row, ended by a line feed alone, as the tools that read lines want it. A cell is empty when its value
 * is absent, null, or not a finite number.
 */
export function csvRow(cells: readonly Cell[]): string {
  return cells.map(cellText).join(",") + "\n";
}

function cellText(value: Cell): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "number" && !Number.isFinite(value)) return "";
  const text = String(value);
  return SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
