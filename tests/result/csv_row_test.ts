import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { csvRow } from "../../lib/result/result_csv.ts";
import { parseCsv } from "./csv_reading.ts";

Deno.test("csvRow() quotes what would not stay in its cell, and nothing else", () => {
  const cells = [
    ["plain text", "plain text"],
    ["a,b", '"a,b"'],
    ['the "best"', '"the ""best"""'],
    ['"', '""""'],
    ["two\nlines", '"two\nlines"'],
    ["a\rb", '"a\rb"'],
    ["it's", "it's"],
    [" spaced ", " spaced "],
  ];
  assertEquals(csvRow(cells.map(([value]) => value)), cells.map(([, text]) => text).join(",") + "\n");
});

Deno.test("csvRow() leaves the cell of an absent value empty, and shows every other one", () => {
  assertEquals(csvRow([undefined, null, NaN, Infinity, -Infinity, ""]), ",,,,,\n");
  assertEquals(csvRow([0, -1.5, 1e-9, 2 ** 53, false, true]), "0,-1.5,1e-9,9007199254740992,false,true\n");
});

Deno.test("csvRow() is read back as it was by a CSV reader", () => {
  const cell = fc.string({ unit: fc.constantFrom(",", '"', "\n", "\r", " ", "a", "é") });
  // A row of one empty cell is an empty line, which readers take for none.
  const row = fc.array(cell, { minLength: 2, maxLength: 5 });
  fc.assert(fc.property(row, (cells) => assertEquals(parseCsv(csvRow(cells)), [cells])));
});
