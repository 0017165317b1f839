/**
 * Tests of how the page shows what contradicts itself in a history.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { contradictionObject } from "../../lib/result/contradiction_document.ts";
import { reportHtml } from "../../lib/page/page.ts";
import { parseSource } from "../../lib/page/source.ts";
import { CHECK_SCHEMA } from "../../lib/version.ts";
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

Deno.test("the page shows histories that were recorded elsewhere, and draws what contradicts itself in them", () => {
  const histories = [
    { path: "stale<1>.edn", judgement: "not_linearizable", operations: 4, contradictions: [STALE] },
    { path: "sound.edn", judgement: "linearizable", operations: 1000, contradictions: [] },
  ];
  const text = JSON.stringify({ schema: CHECK_SCHEMA, linearizable: false, histories });
  const page = reportHtml([parseSource("check.json", text)]);
  assertStringIncludes(page, "<h1>2 histories</h1>");
  assertEquals(page.includes('id="environment"'), false);
  const [section = ""] = page.match(/<section id="histories"[^]*?<\/section>/) ?? [];
  assertEquals(section.match(/<svg/g)?.length, 2);
  for (const shown of ["stale&lt;1&gt;.edn", "not linearizable, 4 operations", "stale read of user&lt;7&gt;"]) {
    assertStringIncludes(section, shown);
  }
  assertStringIncludes(section, "linearizable, 1,000 operations");
  // Beside a run it is one section more.
  const both = reportHtml([parseSource("check.json", text), parseSource("memory.json", resultText("memory"))]);
  assertStringIncludes(both, 'id="histories"');
  assertStringIncludes(both, 'id="figures"');
});

Deno.test("the page has no such section where nothing contradicts itself", () => {
  const page = reportHtml([parseSource("memory.json", resultText("memory"))]);
  assertEquals(page.includes('id="contradictions"'), false);
});
