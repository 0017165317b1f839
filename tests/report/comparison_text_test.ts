import { assert, assertAlmostEquals, assertEquals, assertFalse } from "@std/assert";
import { compareDocuments } from "../../lib/compare/comparison.ts";
import { judge } from "../../lib/compare/gate.ts";
import { parseResultDocument, resultJson } from "../../lib/result/result_document.ts";
import { comparisonJson, readComparison } from "../../lib/report/comparison_json.ts";
import { comparisonText, comparisonWarnings } from "../../lib/report/comparison_text.ts";
import { STYLED, TEXT_WIDTH, widthOf } from "../../lib/report/text_layout.ts";
import { VERSION } from "../../lib/version.ts";
import { documentOf, repeated, repeatsOf, single } from "../compare/fixtures.ts";
import { fileResult, machine, memoryResult, mixResult, swept } from "../result/fixtures.ts";

/** Compares files with these fields, named a.json, b.json and so on. */
function compare(...files: unknown[]) {
  return compareDocuments(files.map((fields, index) => documentOf(`runs/${"abcdefghi"[index]}.json`, fields)));
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
    `\
                      a          b   ratio
ops/s
  all threads       100  1,234,568  12,300
read latency
  p50              1 µs     812 ns   0.812
  p99              4 µs        0 s    0.00
update latency
  p50              2 µs          -       -
  p99            1.5 ms          -       -
files
  drain               -    12.3 ms       -
  bytes written       -    13.6 MB       -

ratio       to a
repeats     a single run cannot tell a difference from noise: measure with
              --repeat=4 or more
`,
  );
});

Deno.test("comparisonText() says first which results are not whole, and so do the warnings and the JSON", () => {
  const failed = { ...single, failed: "Cannot put: OOM\nagain" };
  const stopped = repeated([{ total_ops: 1, stopped_by: "SIGINT" }], { repeats_asked: 3 });
  const repeats = repeated([{ total_ops: 1 }, { total_ops: 2, failed: "Cannot get: gone" }], { repeats_asked: 2 });
  const comparison = compare(failed, stopped, repeats);
  const remarks = [
    "a failed, its figures are of the time until then: Cannot put: OOM\\x0aagain",
    "b was ended early by SIGINT",
    "b has 1 whole run of 3",
    "c failed in a run that is left out of its figures: Cannot get: gone",
  ];
  const [first = ""] = comparisonText(comparison).split("\n\n");
  assertEquals(first.replaceAll(/\n {14}/g, " ").split("\n").map((line) => line.slice(12)), remarks);
  assert(first.startsWith("not whole   a failed"), first);
  assertEquals(comparisonWarnings(comparison).slice(0, 4), remarks);
  const document = JSON.parse(comparisonJson(comparison));
  assertEquals(comparisonWarnings(readComparison(document).comparison), comparisonWarnings(comparison));
  const { files } = document;
  const fields = files.map((file: Record<string, unknown>) => [file.failed, file.left_out, file.repeats_asked]);
  assertEquals(fields, [["Cannot put: OOM\nagain", 0, 1], [null, 0, 3], ["Cannot get: gone", 1, 2]]);
  assertFalse(comparisonText(compare(single, single)).includes("not whole"));
});

Deno.test("comparisonText() and comparisonJson() say what the limits found before anything else", () => {
  const rates = (...samples: number[]) => repeatsOf("total_ops_per_sec", samples);
  const comparison = compare(rates(100, 101, 102, 103), rates(90, 91, 92, 93), rates(50), rates(99, 104, 102, 100));
  const gate = judge(comparison, { slower: 0.03 });
  const texts = [
    "exceeded: b is 9.85% slower than a (p = 0.029), 3% allowed",
    "undecided whether c is slower than a: 4 and 1 repeats are too few, --repeat=4 or more tell",
    "held: d is 0.49% slower than a (noise, p = 0.83), 3% allowed",
  ];
  const [first = ""] = comparisonText(comparison, { gate }).split("\n\n");
  assertEquals(first.replaceAll(/\n {14}/g, " ").split("\n").map((line) => line.slice(12)), texts);
  assert(first.startsWith("limits      exceeded: "), first);
  const document = JSON.parse(comparisonJson(comparison, gate));
  assertEquals(document.gate.verdict, "exceeded");
  assertEquals(document.gate.checks.map(({ text }: { text: string }) => text), texts);
  const [{ worse, p_value, text: _, ...check }] = document.gate.checks;
  assertEquals(check, {
    limit: "slower",
    file: "runs/b.json",
    operation: null,
    allowed: 0.03,
    verdict: "exceeded",
  });
  assertAlmostEquals(worse, 1 - 91.5 / 101.5);
  assertAlmostEquals(p_value, 2 / 70);
  assertFalse("gate" in JSON.parse(comparisonJson(comparison)));
});

Deno.test("comparisonText() shows the verdict and p beside each ratio when there are repeats", () => {
  const runs = (rates: number[], drains: number[]) =>
    repeated(rates.map((total_ops_per_sec, index) => ({ total_ops_per_sec, drain_sec: drains[index] })));
  const text = comparisonText(compare(
    runs([100, 101, 102, 103], [1, 2, 3, 4]),
    runs([200, 201, 202, 203], [1.5, 2.5, 3.5, 4.5]),
    runs([100, 101], [1, 2]),
  ));
  assertEquals(
    text,
    `\
                   a      b  ratio  verdict
ops/s
  all threads  101.5  201.5   1.99  differs, p = 0.029
files
  drain        2.5 s    3 s   1.20  noise, p = 0.69

                   a      c  ratio  verdict
ops/s
  all threads  101.5  100.5  0.990  too few repeats
files
  drain        2.5 s  1.5 s  0.600  too few repeats

ratio       to a
repeats     4 in a, 4 in b, 2 in c, values are medians
            p < 0.05 takes 4 in each file
verdict     differs: p < 0.05 in the two-sided Mann–Whitney U test
            each row is tested on its own,
              so one in 20 that do not differ will seem to
`,
  );
});

Deno.test("comparisonText() has as many files in a table as fit 80 columns, and each of them in one", () => {
  for (const files of [2, 5, 9]) {
    const text = comparisonText(compare(...Array.from({ length: files }, () => single)));
    const headings = text.split("\n").filter((line) => line.startsWith("   ") && line.includes(" ratio"));
    const names = headings.flatMap((line) => line.trim().split(/ +/).filter((word) => word !== "ratio").slice(1));
    assertEquals(names, Array.from("abcdefghi").slice(1, files));
    for (const line of text.split("\n")) assert(widthOf(line) <= TEXT_WIDTH, line);
    assert(headings.length <= Math.ceil(files / 3), `${headings.length} tables of ${files} files`);
  }
});

Deno.test("comparisonText() numbers files whose names are long", () => {
  const documents = ["file-with-a-very-long-name/x.json", "y/z.json"].map((path) => documentOf(path, single));
  const text = comparisonText(compareDocuments(documents));
  assert(/^ +file 1 +file 2 +ratio$/m.test(text), text);
  assert(
    text.includes(
      "\nfiles       file 1: file-with-a-very-long-name/x\n            file 2: y/z\nratio       to file 1\n",
    ),
    text,
  );
});

Deno.test("comparisonText() makes the ratio bold where a figure differs", () => {
  const rates = (...samples: number[]) => repeatsOf("total_ops_per_sec", samples);
  const bold = (text: string) => text.split("\x1b[1m").slice(1).map((part) => part.split("\x1b")[0]);
  assertEquals(bold(comparisonText(compare(rates(1, 2, 3, 4), rates(10, 20, 30, 40)), { style: STYLED })), ["10.0"]);
  assertEquals(bold(comparisonText(compare(rates(1, 2, 3, 4), rates(1, 2, 3, 4)), { style: STYLED })), []);
});

Deno.test("comparisonText() gives tiny p-values as a bound", () => {
  const low = Array.from({ length: 10 }, (_, index) => index + 1);
  const high = low.map((value) => value + 100);
  const files = [repeatsOf("total_ops_per_sec", low), repeatsOf("total_ops_per_sec", high)];
  const { table } = parts(comparisonText(compare(...files)));
  assert(table[2]?.endsWith("differs, p < 0.001"), table[2]);
});

Deno.test("comparisonText() names the test whatever it found", () => {
  const baseline = repeatsOf("total_ops_per_sec", [1, 2, 3, 4]);
  for (const samples of [[11, 12, 13, 14], [1, 2, 3, 4]]) {
    const { notes } = parts(comparisonText(compare(baseline, repeatsOf("total_ops_per_sec", samples))));
    assert(notes.includes("verdict     differs: p < 0.05 in the two-sided Mann–Whitney U test"));
  }
});

Deno.test("comparisonText() has no verdicts where the baseline or the other is a single run", () => {
  const many = repeatsOf("total_ops_per_sec", [1, 2, 3, 4, 5]);
  for (const files of [[single, many], [many, single]]) {
    const text = comparisonText(compare(...files));
    assertFalse(text.includes("verdict"));
    assert(text.includes("a single run cannot tell a difference from noise"));
  }
});

Deno.test("comparisonText() shows the figures that decide of real results, and no others", () => {
  const { stoppedBy: _, ...whole } = fileResult;
  const results = [memoryResult, mixResult, { ...whole, file: swept }];
  const documents = results.map((result, index) => parseResultDocument(`${index}`, resultJson(result, machine)));
  const { table } = parts(comparisonText(compareDocuments(documents)));
  assertEquals(table.slice(1).map((line) => line.slice(0, 24).trimEnd()), [
    "ops/s",
    "  all threads",
    "  with the drain",
    "  mean thread",
    "  asked",
    "  started late",
    "  never begun",
    "read latency",
    "  p50",
    "  p99",
    "  p99.9",
    "  max",
    "blocked",
    "  on lock",
    "  on queue",
    "lost in a process crash",
    "  writes, p99",
    "  writes, max",
    "  age, p99",
    "  age, max",
    "lost in a power loss",
    "  writes, p99",
    "  writes, max",
    "  age, p99",
    "  age, max",
    "files",
    "  put in file, p50",
    "  put in file, p99",
    "  reopen",
    "  drain",
    "  snapshots written",
    "  bytes written",
    "  written per byte put",
    "  longest flush",
  ]);
  assert(table.some((line) => /^ {2}on queue +- +12.5% +- +0% +-$/.test(line)));
});

Deno.test("comparisonText() leaves out a row of zeros that says nothing", () => {
  const blocked = (share: number) => ({ ...single, blocked_on_lock_share: share });
  assertFalse(comparisonText(compare(blocked(0), blocked(0))).includes("on lock"));
  assert(comparisonText(compare(blocked(0), blocked(0.1))).includes("on lock"));
});

Deno.test("comparisonText() keeps its lines whatever the files are called", () => {
  const documents = ["x\ny\u001b[2J.json", "z.json"].map((path) => documentOf(path, single));
  const { table } = parts(comparisonText(compareDocuments(documents)));
  assert(table[0]?.includes("x\\x0ay\\x1b[2J"));
});

Deno.test("comparisonWarnings() names what differs in one line, with the value in each file", () => {
  const other = {
    ...single,
    kvlab: "0.2.0",
    seed: 7,
    machine: { ...single.machine, cpu_count: 8 },
    options: { ...single.options, pattern: "bursty", output: null },
    stopped_by: "SIGINT",
  };
  assertEquals(comparisonWarnings(compare(single, other)), [
    "b was ended early by SIGINT",
    "a and b differ in kvlab (0.1.0, 0.2.0), machine.cpu_count (4, 8), options.pattern (consistent, bursty), " +
    "options.output (absent, null)",
  ]);
  // Flags say it in a user's own words, where both results have kept them.
  const args = (...own: string[]) => ["--threads=2", `--seed=${own.length}`, "file", "--queue-depth=9", ...own];
  const alternate = { ...other, arguments: args("--replace=alternate"), stopped_by: null };
  assertEquals(comparisonWarnings(compare({ ...single, arguments: args() }, alternate)), [
    "a and b differ in --replace (not given, alternate), kvlab (0.1.0, 0.2.0), machine.cpu_count (4, 8)",
  ]);
  const memory = { ...single, arguments: ["--threads=2", "memory"] };
  assertEquals(comparisonWarnings(compare({ ...single, arguments: args() }, memory)), [
    "a and b differ in the backend (file, memory), --queue-depth (9, not given)",
  ]);
  assertEquals(comparisonWarnings(compare(single, single)), []);
});

Deno.test("comparisonWarnings() are each one line whatever the files hold", () => {
  const other = { ...single, kvlab: "1\n2\u009b", options: { ...single.options, "a\nb": 1 }, stopped_by: "x\ny" };
  const warnings = comparisonWarnings(compare(single, other));
  assertEquals(warnings.length, 2);
  for (const warning of warnings) assertFalse(/\p{Cc}/u.test(warning), warning);
});

Deno.test("comparisonJson() has all figures, with samples, medians, intervals, ratios and tests", () => {
  const baseline = repeatsOf("anything", [1, 2, 3, 4]);
  const other = repeatsOf("anything", [20, 10, 30, 40], { seed: 7 });
  const text = comparisonJson(compare(baseline, other, repeatsOf("else", [5])));
  assert(text.startsWith("{\n  "));
  assert(text.endsWith("\n}\n"));
  const { schema, kvlab, test, files, differences, figures, ...rest } = JSON.parse(text);
  assertEquals([schema, rest], ["kvlab-comparison/1", {}]);
  assertEquals(kvlab, VERSION);
  assertEquals(test, { name: "two-sided Mann–Whitney U test", level: 0.05, repeats_needed: 4 });
  const { options, machine } = single;
  const whole = {
    kvlab: "0.1.0",
    failed: null,
    left_out: 0,
    stopped_by: null,
    ended_early: null,
    promises: null,
    power_loss: "measured",
    options,
    arguments: null,
    machine,
  };
  assertEquals(files, [
    { path: "runs/a.json", seed: 123, repeats: 4, repeats_asked: 4, ...whole },
    { path: "runs/b.json", seed: 7, repeats: 4, repeats_asked: 4, ...whole },
    { path: "runs/c.json", seed: 123, repeats: 1, repeats_asked: 1, ...whole },
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
