/**
 * Tests of the output's flags: where a run's figures go, and what is refused because a file cannot hold it.
 *
 * @module
 */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { OUTPUT_FLAGS, RUN_FORMAT_NAMES } from "../../lib/command/flags/command_flags.ts";
import { parseCommand } from "../../lib/command/parse_command.ts";
import { assertCommand, assertRefused, DEFAULTS, MEMORY_RUN, parseRun } from "./command_lines.ts";

const RUN = { kind: "run", options: MEMORY_RUN, format: "text", quiet: false, repeat: 1 } as const;

Deno.test("parseCommand() reads each format of a run, and the switch that keeps it quiet", () => {
  for (const format of RUN_FORMAT_NAMES) assertCommand(`--format=${format} memory`, { ...RUN, format });
  for (const line of ["--quiet memory", "memory --quiet", "--quiet memory --quiet"]) {
    assertCommand(line, { ...RUN, quiet: true });
  }
  assertRefused("--quiet=yes memory", '--quiet takes no value, got "yes"');
});

Deno.test("parseCommand() reads each file of a run", () => {
  assertCommand("--result=a.json memory", { ...RUN, resultFile: "a.json" });
  assertCommand("--series a.csv memory", { ...RUN, seriesFile: "a.csv" });
  assertCommand("--report a.html memory", { ...RUN, reportFile: "a.html" });
  assertCommand("--histograms=dir/a memory", { ...RUN, histogramsPrefix: "dir/a" });
  assertCommand("--result=a.json --series=a.csv --histograms=a --repeat=1 memory", {
    ...RUN,
    resultFile: "a.json",
    seriesFile: "a.csv",
    histogramsPrefix: "a",
  });
  assertCommand("--result=a.json --repeat=5 memory", { ...RUN, resultFile: "a.json", repeat: 5 });
  assertCommand("--report=a.html --repeat=5 memory", { ...RUN, reportFile: "a.html", repeat: 5 });
});

Deno.test("parseCommand() keeps odd names of files as they are", () => {
  for (const name of ["a=b", "=", "memory", "-1", "a,b", "1e3", " ", "é\n", "__proto__", "--quiet", "--no-x=1"]) {
    for (
      const [flag, field] of [
        ["result", "resultFile"],
        ["series", "seriesFile"],
        ["report", "reportFile"],
        ["histograms", "histogramsPrefix"],
      ]
    ) {
      assertEquals(parseCommand(["memory", `--${flag}=${name}`], DEFAULTS), { ...RUN, [field ?? ""]: name });
    }
  }
});

Deno.test("parseCommand() refuses files without a name", () => {
  const rows = [["result", "a file"], ["series", "a file"], ["report", "a file"], [
    "histograms",
    "a prefix of file names",
  ]] as const;
  for (const [name, allowed] of rows) {
    assertRefused(["memory", `--${name}=`], `--${name} needs a value, must be ${allowed}`);
    assertRefused(["memory", `--${name}`], `--${name} needs a value, must be ${allowed}`);
    assertRefused([`--${name}`, "", "memory"], `--${name} needs a value, must be ${allowed}`);
  }
  assertEquals(["format", ...rows.map(([name]) => name)], Object.values(OUTPUT_FLAGS).map(({ name }) => name));
});

Deno.test("parseCommand() refuses files of one run for several", () => {
  const one = "holds a single run, got --repeat=2: leave one of them out";
  assertRefused("--repeat=2 --series=a.csv memory", `--series ${one}`);
  assertRefused("--repeat=2 --histograms=a memory", `--histograms ${one}`);
});

Deno.test("parseCommand() refuses histograms of operations that are not timed", () => {
  const refusal = "--histograms needs operations that are timed, got --latency-sample=0";
  assertRefused("--histograms=a --latency-sample=0 memory", refusal);
  assertStrictEquals(parseRun("--histograms=a --latency-sample=1 memory").histogramsPrefix, "a");
});

Deno.test("parseCommand() refuses two outputs in one file", () => {
  assertRefused("--result=a --series=a memory", '--result and --series must be different files, got "a" for both');
  assertRefused("--result=a --report=a memory", '--result and --report must be different files, got "a" for both');
  assertRefused("--report=a --series=a memory", '--series and --report must be different files, got "a" for both');
});
