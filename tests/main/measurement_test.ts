/**
 * Tests of what measured runs print and write, as a user starts them.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { namesIn, temporaryDirectory } from "../run/files.ts";
import { assertCode, kvlab, linesOf } from "./kvlab.ts";

const SHORT = ["--threads=2", "--ops=20k", "--pattern=unthrottled"];
const FILE = ["file", "--file-count=4", "--flush-period-us=20000", "--replace=alternate"];

// deno-lint-ignore no-explicit-any -- a document is looked into at many places
async function json(args: readonly string[]): Promise<any> {
  const ended = await kvlab([...args, "--format=json"]);
  assertCode(ended, 0);
  return JSON.parse(ended.stdout);
}

for (const workload of ["a", "b", "c", "d", "f"]) {
  Deno.test(`workload ${workload} preloads its records and finds every one that it reads`, async () => {
    const document = await json([...SHORT, `--workload=${workload}`, "--keys=3k", "--value-size=10-40", ...FILE]);
    assertEquals(document.preload_keys, 3_000);
    assertGreater(document.reads, 0);
    assertEquals(document.hits, document.reads);
    assertEquals(document.options.workload, workload);
    const names = document.operations.map(({ operation }: { operation: string }) => operation);
    const others = { a: "update", b: "update", d: "insert", f: "read_modify_write" } as Record<string, string>;
    assertEquals(names, ["read", ...(workload in others ? [others[workload]] : [])]);
    assertEquals(
      document.phases.map(({ phase }: { phase: string }) => phase),
      ["prepare", "preload", "preload_flush", "load", "drain"],
    );
  });
}

Deno.test("an own mix does what its flags say", async () => {
  const document = await json([
    ...["--threads=2", "--pattern=unthrottled", "--ops=20k", "--read-ratio=0.25", "--keys=500", "--key-size=24B"],
    ...["--value-size=7", "--distribution=hotspot", "--preload", "--latency-sample=1", "memory"],
  ]);
  assertEquals(document.total_ops, 20_000);
  assert(Math.abs(document.reads / 20_000 - 0.25) < 0.02, String(document.reads));
  assertEquals(document.hits, document.reads);
  const timed = document.operations.reduce(
    (sum: number, { latency }: { latency: { count: number } }) => sum + latency.count,
    0,
  );
  assertEquals(timed, 20_000);
});

Deno.test("a load that inserts more than there is room for ends there, keeps what it measured, and names the flag to raise", async () => {
  const ended = await kvlab([...SHORT, "--workload=d", "--keys=100", "--max-keys=150", "--format=json", "memory"]);
  assertCode(ended, 0);
  assertMatch(ended.stderr, /^kvlab: warning: the load ended early: .*--max-keys/m);
  const document = JSON.parse(ended.stdout);
  assertMatch(document.ended_early, /there was room for 150/);
  assert(document.writes > 0);
});

Deno.test("--result, --series and --histograms write whole files beside the result on stdout", async () => {
  using directory = temporaryDirectory();
  const path = (name: string) => `${directory.path}/${name}`;
  const outputs = [`--result=${path("r.json")}`, `--series=${path("s.csv")}`, `--histograms=${path("h")}`];
  const ended = await kvlab([...SHORT, "--interval=100ms", ...outputs, ...FILE]);
  assertCode(ended, 0);
  assertMatch(ended.stdout, /^total_ops: [1-9]/);
  assertEquals(namesIn(directory.path), ["h-read.hgrm", "h-update.hgrm", "h.hlog", "r.json", "s.csv"]);
  const document = JSON.parse(Deno.readTextFileSync(path("r.json")));
  assertEquals(document.schema, "kvlab-result/1");
  assertStringIncludes(ended.stdout, `total_ops: ${document.total_ops}\n`);
  const [header = "", ...rows] = linesOf(Deno.readTextFileSync(path("s.csv")));
  assertEquals(rows.length, document.series.length);
  assert(rows.every((row) => row.split(",").length === header.split(",").length));
  assertMatch(Deno.readTextFileSync(path("h-read.hgrm")), /#\[Mean/);
  assertMatch(Deno.readTextFileSync(path("h.hlog")), /Tag=update,/);
});

Deno.test("an output that cannot be written is found before the load", async () => {
  for (const flag of ["result", "series", "histograms"]) {
    // The load would outlast the test.
    const ended = await kvlab(["--load-time-sec=600", `--${flag}=/nowhere/at/all`, "memory"]);
    assertCode(ended, 1);
    assertMatch(ended.stderr, /^kvlab: Cannot write \/nowhere\/at\/all.*: No such file or directory/m);
  }
});

Deno.test("--format=csv prints a header and a row for each run", async () => {
  const ended = await kvlab([...SHORT, "--repeat=2", "--format=csv", "memory"]);
  assertCode(ended, 0);
  const [header = "", ...rows] = linesOf(ended.stdout);
  assertMatch(header, /^run,total_ops,/);
  assertEquals(rows.map((row) => row.slice(0, 2)), ["1,", "2,"]);
});

Deno.test("--repeat runs again and again, each in a directory of its own, and sums up", async () => {
  using temporary = temporaryDirectory();
  using results = temporaryDirectory();
  const result = `${results.path}/r.json`;
  const args = [...SHORT, "--repeat=3", `--result=${result}`, ...FILE];
  const ended = await kvlab(args, { env: { TMPDIR: temporary.path } });
  assertCode(ended, 0);
  assertMatch(ended.stdout, /^repeats {5}3 runs, [^]*\n\n +median +min +max\nops\/s\n {2}all threads +[1-9]/);
  // Nothing was there that an earlier run had left, and nothing is there afterwards.
  const { summary } = JSON.parse(Deno.readTextFileSync(result));
  assertEquals(summary.files_loaded, { median: 0, min: 0, max: 0 });
  assertEquals(namesIn(temporary.path), []);
  assertStringIncludes(ended.stderr, "kvlab: run 3 of 3: ");
});

/** Writes repeats with the first run of these alone; returns the path. */
function singleOf(document: { runs: unknown[] }, directory: string): string {
  const path = `${directory}/single.json`;
  Deno.writeTextFileSync(path, JSON.stringify({ ...document, runs: document.runs.slice(0, 1) }));
  return path;
}

Deno.test("compare shows results side by side, warns of other options, and tells noise from difference", async () => {
  using directory = temporaryDirectory();
  const measured = `${directory.path}/measured.json`;
  const flags = ["--threads=1", "--ops=2k", "--repeat=4", "--seed=1", "--pattern=unthrottled"];
  assertCode(await kvlab([...flags, `--result=${measured}`, "memory"]), 0);
  // A millionth of the rates, of another pattern: the difference that any noise allows to be seen.
  const document = JSON.parse(Deno.readTextFileSync(measured));
  for (const run of document.runs) run.total_ops_per_sec /= 1e6;
  document.arguments = document.arguments.map((arg: string) => arg.replace("=unthrottled", "=consistent"));
  const slower = `${directory.path}/slower.json`;
  Deno.writeTextFileSync(slower, JSON.stringify(document));
  const ended = await kvlab(["compare", measured, slower]);
  assertCode(ended, 0);
  assertMatch(ended.stderr, /warning: .* differ in .*--pattern \(unthrottled, consistent\)/);
  assertFalse(ended.stderr.includes("seed differs"));
  const line = linesOf(ended.stdout).find((line) => line.startsWith("  all threads ")) ?? "";
  assertMatch(line, /differs/);
  const limited = await kvlab(["compare", measured, slower, "--fail-if-slower=3%"]);
  assertCode(limited, 4);
  assertMatch(limited.stdout, /^limits {6}exceeded: slower is 100% slower than measured \(p = 0\.029\),/);
  assertMatch(limited.stderr, /\nkvlab: exceeded: slower is 100% slower than measured/);
  const faster = await kvlab(["compare", slower, measured, "--fail-if-slower=3%", "--format=json"]);
  assertCode(faster, 0);
  assertEquals(JSON.parse(faster.stdout).gate.verdict, "held");
  const few = await kvlab(["compare", measured, singleOf(document, directory.path), "--fail-if-p99-higher=10%"]);
  assertCode(few, 1);
  assertMatch(
    few.stderr,
    /\nkvlab: undecided whether update p99 of single is higher than of measured: 4 and 1 repeats/,
  );
  const same = await kvlab(["compare", measured, measured, "--format=json"]);
  assertCode(same, 0);
  assertEquals(JSON.parse(same.stdout).files.length, 2);
  assertFalse(same.stdout.includes('"differs"'));
});

Deno.test("compare names a file that is no result", async () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/not.json`;
  Deno.writeTextFileSync(path, "{}");
  const ended = await kvlab(["compare", path, path]);
  assertCode(ended, 1);
  assertStringIncludes(ended.stderr, path);
});

Deno.test("an open loop with next to no operations says no higher rate than it had", async () => {
  for (const backend of [["memory"], ["leveldb", "--in-flight=2"]]) {
    const ended = await kvlab(["--threads=4", "--rate=1", "--load-time-sec=0.5", "--format=json", ...backend]);
    assertCode(ended, 0);
    const { total_ops, total_ops_per_sec, average_ops_per_sec, rate_reached, total_runtime_sec } = JSON.parse(
      ended.stdout,
    );
    assertEquals([total_ops, rate_reached], [1, 1]);
    assertGreaterOrEqual(total_runtime_sec, 0.5);
    assertGreaterOrEqual(2, total_ops_per_sec);
    assertGreaterOrEqual(2, average_ops_per_sec);
  }
});

Deno.test("--rate shows the rate asked for beside the one reached, and corrected beside uncorrected latencies", async () => {
  const ended = await kvlab(["--threads=2", "--load-time-sec=1", "--rate=2k", "memory"]);
  assertCode(ended, 0);
  // A busy machine reaches less.
  const reached = /^rate {8}2,000 ops\/s asked, ([\d,.]+) reached, .*(?:started late,?|all started on time)$/m.exec(
    ended.stdout,
  );
  assertLess(Number(reached?.[1]?.replaceAll(",", "")), 2_200);
  assertMatch(
    ended.stdout,
    /^latency, µs .*\n {2}read .*\n {4}uncorrected .*\n {2}update .*\n {4}uncorrected .*\n {12}from the intended start, /m,
  );
});

Deno.test("a file run says what its device can do, unless it is told not to", async () => {
  const probed = await json([...SHORT, ...FILE]);
  for (const name of ["device_writes_per_sec", "device_renames_per_sec", "device_fsyncs_per_sec"]) {
    assertGreater(probed[name], 0);
  }
  assertEquals(typeof probed.file_system, "string");
  const unprobed = await json([...SHORT, "--no-device-probe", ...FILE]);
  assertFalse("device_writes_per_sec" in unprobed);
});

Deno.test("--quiet prints nothing on stderr, and a result says on which machine it was measured", async () => {
  const ended = await kvlab([...SHORT, "--quiet", "--format=json", "memory"]);
  assertCode(ended, 0);
  assertEquals(ended.stderr, "");
  const { machine } = JSON.parse(ended.stdout);
  assertGreater(machine.memory_bytes, 0);
  assertEquals(machine.kernel, Deno.osRelease());
  assertEquals(typeof machine.cpu_model, "string");
});
