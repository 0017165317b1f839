/**
 * The CSV reader: reads tables by the grammar of RFC 4180, for the tests of what writes them.
 *
 * @module
 */
import { assert } from "@std/assert";

/** One cell, quoted or not, and what ends it. */
const CELL = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\n)/y;

/** The rows of a table whose every row, the last one too, a line feed ends. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  CELL.lastIndex = 0;
  for (let end = 0; end < text.length; end = CELL.lastIndex) {
    const match = CELL.exec(text);
    assert(match !== null, `no cell at ${JSON.stringify(text.slice(end))}`);
    const [, quoted, plain = "", separator] = match;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (separator === ",") continue;
    rows.push(row);
    row = [];
  }
  assert(row.length === 0, "the last row has no end");
  return rows;
}

/** The rows below the header, each by the header's names. */
export function parseTable(text: string): Record<string, string>[] {
  const [header = [], ...rows] = parseCsv(text);
  return rows.map((row) => {
    assert(row.length === header.length, `${row.length} cells under ${header.length} names`);
    return Object.fromEntries(header.map((name, column) => [name, row[column] ?? ""]));
  });
}
