/**
 * Tests of the names beside the rows of a chart: what tells configurations apart stays, whatever must be cut off.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { rowsFrame } from "../../../lib/page/picture/row_pictures.ts";
import type { Subject } from "../../../lib/page/palette.ts";

/** Configurations of files, which have no names of their own. */
function namesOf(...titles: string[]): string[] {
  const subjects = titles.map((title, index) => {
    const configuration = { id: `f${index}`, called: `f${index}`, title };
    return { index, configuration, color: "red", stands: true } as unknown as Subject;
  });
  const { y } = rowsFrame(subjects, { width: "wide" });
  const format = (y as { tickFormat: (index: number) => string }).tickFormat;
  return titles.map((_, index) => format(index));
}

Deno.test("rowsFrame() names a row by what its configuration has alone, and flags as a user writes them", () => {
  const common = "file --file-count=128 --queue-depth=8192 --queue-memory=268435456";
  assertEquals(namesOf(common, `${common} --replace=alternate`), ["f0 ", "f1  --replace=alternate"]);
  assertEquals(namesOf("file --file-count=16"), ["f0  file --file-count=16"]);
  assertEquals(namesOf("memory", "file --file-count=1"), ["f0  memory", "f1  file --file-count=1"]);
});
