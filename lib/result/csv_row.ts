/**
 * Formats one row of CSV, quoted as in RFC 4180.
 *
 * @module
 */

/** What a cell may hold. */
export type Cell = string | number | boolean | null | undefined;

/** Characters that require a cell to be quoted. */
const SPECIAL = /[",\r\n]/;

/**
 * The cells as one row, followed by a bare line feed, as line-based tools expect. A cell is empty if its value is
 * absent, null, or not a finite number.
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
