/**
 * Tests of kvlab sweep as a user starts it: what it prints and keeps, how it ends, goes on, and refuses.
 *
 * @module
 */
import { assertEquals, assertGreater, assertMatch, assertStringIncludes } from "@std/assert";
import { readSweepFile } from "../sweep/documents.ts";
import { temporaryDirectory } from "../run/files.ts";
import { assertCode, kvlab, KvlabProcess, linesOf } from "./kvlab.ts";

const LOAD = ["--threads=1", "--load-time-sec=0.05", "--warmup=0s", "--keys=100", "--seed=1"];
const GROUPS = [
  "--",
  "memory",
  "--",
  "file",
  "--file-count=1",
  "--layout=log",
  "--commit-delay-us=0",
  "--sync=none,data",
];
/** One round and little more. */
const SHORT = "--budget=4s";

Deno.test("kvlab sweep answers, shows what it answers with, keeps each run, and goes on with it", async () => {
  using directory = temporaryDirectory();
  const results = `${directory.path}/r.jsonl`;
  const page = `${directory.path}/r.html`;
  const ended = await kvlab([
    "sweep",
    SHORT,
    ...LOAD,
    "--kills=0",
    `--results=${results}`,
    `--report=${page}`,
    ...GROUPS,
  ]);
  assertCode(ended, 0);
  assertMatch(
    ended.stdout,
    /^fastest with nothing, at most 10 ms or at most 100 ms at risk when the process dies: log, sync (none|data) \(c0[23]\) at /,
  );
  assertMatch(ended.stdout, /^fastest .*\n {2}kvlab --threads=1 .*--sync=(none|data)\n/);
  assertStringIncludes(ended.stdout, "3 configurations, ");
  assertStringIncludes(Deno.readTextFileSync(page), "<html");

  const { header, lines, isTorn } = readSweepFile(results);
  assertEquals(isTorn, false);
  assertEquals(header.configurations.map(({ args }) => args.join(" ")), [
    "memory",
    "file --file-count=1 --layout=log --commit-delay-us=0 --sync=none",
    "file --file-count=1 --layout=log --commit-delay-us=0 --sync=data",
  ]);
  const runs = lines.filter((line) => line.kind === "run");
  assertGreater(runs.length, 2);
  for (const { result } of runs) assertEquals(result.seed, 1);

  const again = await kvlab([
    "sweep",
    SHORT,
    ...LOAD,
    "--kills=1",
    `--results=${results}`,
    "--resume",
    "--format=json",
    ...GROUPS,
  ]);
  assertCode(again, 0);
  const found = JSON.parse(again.stdout);
  assertEquals(found.configurations.map(({ id }: { id: string }) => id), ["c01", "c02", "c03"]);
  assertEquals(readSweepFile(results).lines.slice(0, lines.length), lines);

  const other = await kvlab(["sweep", SHORT, ...LOAD, "--read-ratio=1", `--results=${results}`, "--resume", ...GROUPS]);
  assertCode(other, 2);
  assertStringIncludes(
    other.stderr,
    `${results} was made with another load: it has no --read-ratio=1, got --read-ratio=1`,
  );
  const fresh = await kvlab(["sweep", SHORT, ...LOAD, `--results=${results}`, ...GROUPS]);
  assertCode(fresh, 1);
  assertStringIncludes(fresh.stderr, `Cannot create ${results}: it already exists`);
});

Deno.test("kvlab sweep answers with the others where a configuration fails, exits with 1, and says what a bare limit counts", async () => {
  const denokv = ["--", "denokv"];
  const args = ["sweep", SHORT, ...LOAD, "--value-size=100kB", "--kills=0", "--lose-at-most=10", "--", "memory"];
  const ended = await kvlab([...args, ...denokv]);
  assertCode(ended, 1);
  assertMatch(ended.stderr, /kvlab: denokv \(c02\) failed: .*values of/);
  assertStringIncludes(ended.stderr, "--lose-at-most=10 counts acknowledged writes; a time has a unit, such as 10ms");
  assertStringIncludes(ended.stdout, "memory");
});

Deno.test("kvlab sweep ends at a signal with the answer so far, and says how to go on", async () => {
  using directory = temporaryDirectory();
  const results = `${directory.path}/r.jsonl`;
  const process = KvlabProcess.start(["sweep", ...LOAD, `--results=${results}`, ...GROUPS]);
  await process.says("kvlab: sweep of 3 configurations");
  while (readLines(results) < 3) await new Promise((resolve) => setTimeout(resolve, 50));
  process.signal("SIGINT");
  const ended = await process.ended;
  assertCode(ended, 130);
  assertStringIncludes(ended.stdout, "it was interrupted");
  assertStringIncludes(ended.stderr, `the same command with --resume continues ${results}`);
  const { lines, isTorn } = readSweepFile(results);
  assertEquals(isTorn, false);
  assertEquals(lines.at(-1)?.kind, "summary");
  assertEquals(lines.filter(({ kind }) => kind === "failure"), []);
});

Deno.test("kvlab sweep --p99-at-most finds rates, kills at them, and shows them with their limit everywhere", async () => {
  using directory = temporaryDirectory();
  const results = `${directory.path}/r.jsonl`;
  const page = `${directory.path}/r.html`;
  const args = ["sweep", "--p99-at-most=1s", "--budget=12s", ...LOAD, `--results=${results}`];
  const groups = ["--", "sqlite"];
  const ended = await kvlab([...args, "--kills=1", `--report=${page}`, ...groups]);
  assertCode(ended, 0);
  const asked =
    "fastest with nothing, at most 10 ms or at most 100 ms at risk when the process dies and a p99 of at most";
  assertStringIncludes(ended.stdout, `${asked} 1,000 ms: sqlite (c01) at `);
  assertStringIncludes(ended.stdout, "\nrate: the highest with a p99 of at most 1,000 ms for each kind of operation");

  const { header, lines } = readSweepFile(results);
  assertEquals(["pattern", "rate_per_sec"].filter((name) => name in header.options), []);
  const runs = lines.filter((line) => line.kind === "run");
  assertGreater(runs.length, 1);
  for (const { round, rate_per_sec: rate, result } of runs) {
    const { rate_per_sec: asked, pattern } = result.options as Record<string, unknown>;
    assertEquals([asked, pattern], round === 1 ? [undefined, "unthrottled"] : [rate, undefined]);
  }
  const summary = lines.findLast((line) => line.kind === "summary");
  const found = summary?.configurations[0]?.rate_per_sec;
  assertStringIncludes(ended.stdout, `kvlab --rate=${found} --threads=1 `);
  const [killed] = lines.filter((line) => line.kind === "crash");
  assertEquals((killed?.result?.options as Record<string, unknown>).rate_per_sec, found);

  const other = await kvlab(["sweep", ...LOAD, `--results=${results}`, "--resume", ...groups]);
  assertCode(other, 2);
  assertStringIncludes(other.stderr, `${results} was made with another load: it has no --pattern=unthrottled`);
});

function readLines(path: string): number {
  try {
    return Deno.readTextFileSync(path).split("\n").length - 1;
  } catch {
    return 0;
  }
}

Deno.test("kvlab sweep --dry-run prints the configurations and how long they take, and runs none", async () => {
  const ended = await kvlab([
    "sweep",
    "--dry-run",
    ...LOAD,
    "--",
    "file",
    "--file-count=2",
    "--layout=log,snapshot",
    "--log-size=8MiB",
    "--queue-depth=8",
  ]);
  assertCode(ended, 0);
  assertEquals(ended.stderr, "");
  const lines = linesOf(ended.stdout);
  assertEquals(lines[1], "log (c01): file --file-count=2 --layout=log --log-size=8MiB --queue-depth=8");
  assertMatch(lines[2] ?? "", /^left out: file .*: --log-size goes with --layout=log/);
  assertMatch(
    lines[3] ?? "",
    /^1 configuration, 1 invalid combination left out; a round takes about 1 s, all of it at most 10 min$/,
  );
});

Deno.test("kvlab sweep refuses, before anything runs, what cannot be", async () => {
  const rows = [
    [
      ["--p99-at-most=5ms", "--budget=9s", ...GROUPS],
      2,
      "--budget=9s is too short for 4 rounds of 3 configurations, which take about 11 s",
    ],
    [["--p99-at-most=0", ...GROUPS], 2, "--p99-at-most must be a duration from 0.1ms"],
    [["--p99-at-most=5ms", "--ops=1k", ...GROUPS], 2, "sweep takes no --ops with --p99-at-most"],
    [["--budget=2s", ...GROUPS], 2, "--budget=2s is too short for one round of 3 configurations"],
    [
      ["--", "memory", "--", "memory", "--", "file", "--sycn=none"],
      2,
      'group 3: unknown flag "--sycn" (did you mean --sync?)',
    ],
    [["--report=/no/such/directory/r.html", ...GROUPS], 1, "Cannot write /no/such/directory/r.html"],
    [["--results=/no/such/directory/r.jsonl", ...GROUPS], 1, "Cannot create /no/such/directory/r.jsonl"],
    [
      ["--results=/no/such/r.jsonl", "--resume", ...GROUPS],
      1,
      "Cannot resume /no/such/r.jsonl: there is no such file, so nothing to resume: start without --resume",
    ],
    [["--plan=/no/such/plan.json"], 1, "Cannot read /no/such/plan.json"],
  ] as const;
  for (const [args, code, message] of rows) {
    const ended = await kvlab(["sweep", ...LOAD, ...args]);
    assertCode(ended, code);
    assertEquals(ended.stdout, "");
    const said = linesOf(ended.stderr).at(-1) ?? "";
    assertStringIncludes(said, message);
  }
});
