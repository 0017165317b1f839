import { assertEquals } from "@std/assert";
import { tableLines } from "../../lib/report/text_layout.ts";

Deno.test("tableLines() aligns texts to the left and numbers to the right, without spaces at the end", () => {
  const columns = [{ heading: "name", align: "left" }, { heading: "n", align: "right" }, {
    heading: "note",
    align: "left",
  }] as const;
  assertEquals(tableLines(columns, [["a", "1,000", "x"], ["longer", "7", ""]]), [
    "name        n  note",
    "a       1,000  x",
    "longer      7",
  ]);
});

Deno.test("tableLines() counts characters, not their UTF-16 units", () => {
  const columns = [{ heading: "𝛼", align: "right" }, { heading: "b", align: "right" }] as const;
  assertEquals(tableLines(columns, [["1 µs", "2"], ["10 µs", "3"]]), ["    𝛼  b", " 1 µs  2", "10 µs  3"]);
});

Deno.test("tableLines() is the headings alone when there are no rows", () => {
  assertEquals(tableLines([{ heading: "name", align: "left" }], []), ["name"]);
});
