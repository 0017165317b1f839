/**
 * Tests of how the page shows what contradicts itself in a history.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { contradictionObject } from "../../lib/result/contradiction_document.ts";
import { reportHtml } from "../../lib/page/page.ts";
import { parseSource } from "../../lib/page/source.ts";
import { resultText } from "./results.ts";

const STALE = contradictionObject({
  key: "user<7>",
  name: "stale read",
  unit: "us",
  operations: [
    { process: "0", operation: "write", value: '"a"', call: 1.5, return: 2 },
    { process: "1", operation: "write", value: '"b"', call: 3, return: null },
    { process: "1", operation: "read", value: '"b"', call: 4, return: 5 },
    { process: "0", operation: "read", value: '"a"', call: 1006, return: 1007 },
  ],
});

Deno.test("the page says that a history is not linearizable, and draws what contradicts itself", () => {
  const text = JSON.stringify({ ...JSON.parse(resultText("memory")), contradictions: [STALE] });
  const page = reportHtml([parseSource("stale.json", text)]);
  assertStringIncludes(page, "its history is not linearizable: stale read of user&lt;7&gt;");
  const [section = ""] = page.match(/<section id="contradictions"[^]*?<\/section>/) ?? [];
  // A wide picture and a narrow one, each with a bar for each operation.
  assertEquals(section.match(/<svg/g)?.length, 2);
  assertEquals(section.match(/stroke-width="10"/g)?.length ?? 0, 2);
  for (const shown of ["0: write", "1: read", "1,006 µs to 1,007 µs", "no return known"]) {
    assertStringIncludes(section, shown);
  }
});

Deno.test("the page has no such section where nothing contradicts itself", () => {
  const page = reportHtml([parseSource("memory.json", resultText("memory"))]);
  assertEquals(page.includes('id="contradictions"'), false);
});
