import { assert, assertAlmostEquals, assertEquals, assertFalse } from "@std/assert";
import { compareDocuments } from "../../lib/compare/comparison.ts";
import { parseResultDocument } from "../../lib/compare/result_file.ts";
import { comparisonJson, comparisonText, comparisonWarnings } from "../../lib/report/comparison_text.ts";
import { resultJson } from "../../lib/report/result_json.ts";
import { VERSION } from "../../lib/version.ts";
import { documentOf, repeated, repeatsOf, single } from "../compare/fixtures.ts";
import { fileResult, machine, memoryResult, mixResult, swept } from "./fixtures.ts";

/** Compares files with these fields, named a.json, b.json and so on. */
function compare(...files: unknown[]) {
  return compareDocuments(files.map((fields, index) => documentOf(`runs/${"abc"[index]}.json`, fields)));
}

/** The lines of the table, and those under it. */
function parts(text: string): { table: string[]; notes: string[] } {
  const [table = "", notes = ""] = text.split("\n\n");
  return { table: table.split("\n"), notes: notes.trimEnd().split("\n") };
}

Deno.test("comparisonText() shows runs side by side, in readable units, with - for what one does not have", () => {
  const slower = {
    ...single,
    total_ops_per_sec: 1_234_567.8,
    drain_sec: 0.0123456,
    bytes_written: 13_600_000,
    operations: [{ operation: "read", latency: { p50_sec: 8.12e-7, p99_sec: 0 } }],
  };
  assertEquals(
    comparisonText(compare(single, slower)),
    `figure                   a           b   ratio
total_ops_per_sec      100   1,234,568  12,300
read_latency_p50      1 µs      812 ns   0.812
read_latency_p99      4 µs         0 s    0.00
update_latency_p50    2 µs           -       -
update_latency_p99  1.5 ms           -       -
drain                    -    12.35 ms       -
bytes_written            -  13,600,000       -

ratio: to a
A single run cannot tell a difference from noise: measure with --repeat=4 or more.
`,
  );
});

Deno.test("comparisonText() shows the verdict and p beside each ratio when there are repeats", () => {
  const runs = (rates: number[], drains: number[]) =>
    repeated(rates.map((total_ops_per_sec, index) => ({ total_ops_per_sec, drain_sec: drains[index] })));
  const { table, notes } = parts(comparisonText(compare(
    runs([100, 101, 102, 103], [1, 2, 3, 4]),
    runs([200, 201, 202, 203], [1.5, 2.5, 3.5, 4.5]),
    runs([100, 101], [1, 2]),
  )));
  assertEquals(table, [
    "figure                 a      b  ratio  verdict                      c  ratio  verdict",
    "total_ops_per_sec  101.5  201.5   1.99  differs (p = 0.029)      100.5  0.990  too few repeats",
    "drain              2.5 s    3 s   1.20  within noise (p = 0.69)  1.5 s  0.600  too few repeats",
  ]);
  assertEquals(notes, [
    "ratio: to a",
    "repeats: 4 in a, 4 in b, 2 in c; values are their medians",
    "differs: two-sided Mann–Whitney U test, p < 0.05",
    "Each row is tested on its own: of 20 rows that do not differ, one is expected to seem to.",
    "too few repeats: p < 0.05 is out of reach, 4 repeats in each file are needed",
  ]);
});

Deno.test("comparisonText() gives tiny p-values as a bound", () => {
  const low = Array.from({ length: 10 }, (_, index) => index + 1);
  const high = low.map((value) => value + 100);
  const files = [repeatsOf("total_ops_per_sec", low), repeatsOf("total_ops_per_sec", high)];
  const { table } = parts(comparisonText(compare(...files)));
  assert(table[1]?.endsWith("differs (p < 0.001)"));
});

Deno.test("comparisonText() names the test whatever it found", () => {
  const baseline = repeatsOf("total_ops_per_sec", [1, 2, 3, 4]);
  for (const samples of [[11, 12, 13, 14], [1, 2, 3, 4]]) {
    const { notes } = parts(comparisonText(compare(baseline, repeatsOf("total_ops_per_sec", samples))));
    assert(notes.includes("differs: two-sided Mann–Whitney U test, p < 0.05"));
  }
});

Deno.test("comparisonText() has no verdicts where the baseline or the other is a single run", () => {
  const many = repeatsOf("total_ops_per_sec", [1, 2, 3, 4, 5]);
  for (const files of [[single, many], [many, single]]) {
    const { table, notes } = parts(comparisonText(compare(...files)));
    assertFalse(table[0]?.includes("verdict"));
    assert(notes.includes("A single run cannot tell a difference from noise: measure with --repeat=4 or more."));
    assertFalse(notes.some((note) => note.startsWith("differs")));
  }
});

Deno.test("comparisonText() shows the figures of interest of real results, and no others", () => {
  const results = [memoryResult, mixResult, { ...fileResult, file: swept }];
  const documents = results.map((result, index) =>
    parseResultDocument(
      `${index}`,
      resultJson(result, machine),
    )
  );
  const { table } = parts(comparisonText(compareDocuments(documents)));
  assertEquals(table.slice(1).map((line) => line.split(" ")[0]), [
    "total_ops_per_sec",
    "average_ops_per_sec",
    "total_ops_per_sec_with_drain",
    "read_latency_p50",
    "read_latency_p99",
    "read_latency_p999",
    "read_latency_max",
    "drain",
    "process_crash_writes_p99",
    "process_crash_writes_max",
    "process_crash_age_p99",
    "process_crash_age_max",
    "power_loss_writes_p99",
    "power_loss_writes_max",
    "power_loss_age_p99",
    "power_loss_age_max",
    "time_to_persist_p99",
    "blocked_on_lock",
    "blocked_on_lock_share",
    "blocked_on_queue",
    "blocked_on_queue_share",
    "bytes_written",
  ]);
  assert(table.some((line) => /^blocked_on_queue_share +- +12.5% +- +0% +-$/.test(line)));
});

Deno.test("comparisonText() keeps its lines whatever the files are called", () => {
  const documents = ["x\ny\u001b[2J.json", "z.json"].map((path) => documentOf(path, single));
  const { table } = parts(comparisonText(compareDocuments(documents)));
  assert(table[0]?.includes("x\\x0ay\\x1b[2J"));
});

Deno.test("comparisonWarnings() names what differs, with the value in each file", () => {
  const other = {
    ...single,
    kvlab: "0.2.0",
    seed: 7,
    machine: { ...single.machine, cpu_count: 8 },
    options: { ...single.options, pattern: "bursty", output: null },
    stopped_by: "SIGINT",
  };
  assertEquals(comparisonWarnings(compare(single, other)), [
    'kvlab differs: "0.1.0" in a, "0.2.0" in b',
    "seed differs: 123 in a, 7 in b",
    "machine.cpu_count differs: 4 in a, 8 in b",
    'options.pattern differs: "consistent" in a, "bursty" in b',
    "options.output differs: absent in a, null in b",
    "b was ended early by SIGINT",
  ]);
  assertEquals(comparisonWarnings(compare(single, single)), []);
});

Deno.test("comparisonWarnings() are each one line whatever the files hold", () => {
  const other = { ...single, kvlab: "1\n2\u009b", options: { ...single.options, "a\nb": 1 }, stopped_by: "x\ny" };
  for (const warning of comparisonWarnings(compare(single, other))) assertFalse(/\p{Cc}/u.test(warning), warning);
});

Deno.test("comparisonJson() has all figures, with samples, medians, intervals, ratios and tests", () => {
  const baseline = repeatsOf("anything", [1, 2, 3, 4]);
  const other = repeatsOf("anything", [20, 10, 30, 40], { seed: 7 });
  const text = comparisonJson(compare(baseline, other, repeatsOf("else", [5])));
  assert(text.startsWith("{\n  "));
  assert(text.endsWith("\n}\n"));
  const { kvlab, test, files, differences, figures, ...rest } = JSON.parse(text);
  assertEquals(rest, {});
  assertEquals(kvlab, VERSION);
  assertEquals(test, { name: "two-sided Mann–Whitney U test", level: 0.05, repeats_needed: 4 });
  const { options, machine } = single;
  assertEquals(files, [
    { path: "runs/a.json", kvlab: "0.1.0", seed: 123, repeats: 4, stopped_by: null, options, machine },
    { path: "runs/b.json", kvlab: "0.1.0", seed: 7, repeats: 4, stopped_by: null, options, machine },
    { path: "runs/c.json", kvlab: "0.1.0", seed: 123, repeats: 1, stopped_by: null, options, machine },
  ]);
  assertEquals(differences, [{ key: "seed", values: [123, 7, 123] }]);
  const [first, second, third] = figures.anything;
  assertEquals(first, {
    samples: [1, 2, 3, 4],
    median: 2.5,
    min: 1,
    max: 4,
    ratio: null,
    p_value: null,
    verdict: null,
  });
  assertEquals([second.median, second.ratio, second.verdict], [25, 10, "differs"]);
  assertAlmostEquals(second.p_value, 2 / 70, 1e-12);
  assertEquals(third, null);
  const [none, , alone] = figures.else;
  assertEquals([none, alone.median, alone.ci95_low, alone.ci95_high], [null, 5, undefined, undefined]);
});
