/**
 * Tests of outputs that cannot be written: what has been measured still goes everywhere else, and the reason to stderr.
 *
 * @module
 */
import { assertEquals, assertGreater, assertMatch, assertStringIncludes } from "@std/assert";
import { namesIn, temporaryDirectory } from "../run/files.ts";
import { assertCode, kvlab, KvlabProcess, linesOf } from "./kvlab.ts";

const SHORT = ["--threads=1", "--load-time-sec=0.3"];
/** Two signals closer than this are one. */
const SAME_SIGNAL_MS = 200;

function to(redirection: string): readonly string[] {
  return ["sh", "-c", `exec "$@" ${redirection}`, "sh"];
}

function passes(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

Deno.test("a result whose files cannot be written any more goes to stdout, and each file is named", async () => {
  using directory = temporaryDirectory();
  const gone = `${directory.path}/gone`;
  Deno.mkdirSync(gone);
  const outputs = [`--result=${gone}/r.json`, `--series=${gone}/s.csv`, `--histograms=${gone}/h`, "--interval=100ms"];
  const process = KvlabProcess.start([...SHORT, ...outputs, "memory"]);
  await process.says("kvlab: running");
  Deno.removeSync(gone);

  const ended = await process.ended;
  assertCode(ended, 1);
  assertMatch(ended.stdout, /^total_ops: [1-9]/);
  const failures = linesOf(ended.stderr).filter((line) => line.startsWith("kvlab: Cannot write"));
  assertEquals(
    failures,
    ["r.json", "s.csv", "h-read.hgrm", "h-update.hgrm", "h.hlog"].map((name) =>
      `kvlab: Cannot write ${gone}/${name}: No such file or directory (os error 2)`
    ),
  );
});

Deno.test("one file that cannot be written keeps none of the others from being written", async () => {
  using directory = temporaryDirectory();
  const { path } = directory;
  const gone = `${path}/gone`;
  Deno.mkdirSync(gone);
  const outputs = [`--result=${gone}/r.json`, `--series=${path}/s.csv`, `--histograms=${path}/h`, "--interval=100ms"];
  const process = KvlabProcess.start([...SHORT, ...outputs, "memory"]);
  await process.says("kvlab: running");
  Deno.removeSync(gone);

  assertCode(await process.ended, 1);
  assertEquals(namesIn(path), ["h-read.hgrm", "h-update.hgrm", "h.hlog", "s.csv"]);
});

Deno.test("a stdout that cannot be written is named, and the files are written all the same", async () => {
  using directory = temporaryDirectory();
  const result = `${directory.path}/r.json`;
  const ended = await kvlab([...SHORT, `--result=${result}`, "memory"], { wrapper: to(">/dev/full") });
  assertCode(ended, 1);
  assertStringIncludes(ended.stderr, "\nkvlab: Cannot write to stdout: No space left on device (os error 28)\n");
  assertGreater(JSON.parse(Deno.readTextFileSync(result)).total_ops, 0);
});

Deno.test("a stderr that cannot be written is no failure", async () => {
  const ended = await kvlab([...SHORT, "memory"], { wrapper: to("2>/dev/full") });
  assertCode(ended, 0);
  assertMatch(ended.stdout, /^total_ops: [1-9]/);
});

for (const command of ["inspect", "export"]) {
  Deno.test(`${command} names a stdout that cannot be written`, async () => {
    using directory = temporaryDirectory();
    const file = ["file", "--file-count=2", "--queue-depth=4", `--output=${directory.path}`];
    assertCode(await kvlab([...SHORT, ...file]), 0);
    const ended = await kvlab([command, directory.path], { wrapper: to(">/dev/full") });
    assertCode(ended, 1);
    assertEquals(ended.stderr, "kvlab: Cannot write to stdout: No space left on device (os error 28)\n");
  });
}

Deno.test("a repeat whose second run fails delivers what the first has measured", async () => {
  using directory = temporaryDirectory();
  const output = `${directory.path}/data`;
  const result = `${directory.path}/r.json`;
  const file = ["file", "--file-count=2", "--queue-depth=4", `--output=${output}`];
  const process = KvlabProcess.start([...SHORT, "--repeat=3", `--result=${result}`, ...file]);
  await process.says("kvlab: running");
  Deno.writeTextFileSync(`${output}/shard-0000-of-0009.json`, "");

  const ended = await process.ended;
  assertCode(ended, 1);
  assertMatch(ended.stdout, /^repeats {5}1 run of 3, [^]*^ {2}all threads +[1-9]/m);
  assertStringIncludes(ended.stderr, "\nkvlab: the result covers 1 of 3 runs\n");
  assertMatch(ended.stderr, /\nkvlab: Cannot use .*--file-count=9.*\n$/);
  const { repeats, repeats_asked, runs } = JSON.parse(Deno.readTextFileSync(result));
  assertEquals([repeats, repeats_asked, runs.length], [1, 3, 1]);
});

Deno.test("a repeat that a second signal ends at once delivers what the runs before have measured", async () => {
  using directory = temporaryDirectory();
  const result = `${directory.path}/r.json`;
  // Nothing is written before the drain, which then takes a while.
  const file = ["file", "--file-count=16384", "--write-period-us=86400000000"];
  const run = ["--threads=1", "--load-time-sec=0.3", "--pattern=unthrottled", "--repeat=3", `--result=${result}`];
  const process = KvlabProcess.start([...run, ...file]);
  await process.says("kvlab: draining", 2);
  process.signal("SIGINT");
  await process.says("kvlab: SIGINT: stopping");
  await passes(SAME_SIGNAL_MS + 50);
  process.signal("SIGINT");

  const ended = await process.ended;
  assertCode(ended, 130);
  assertMatch(ended.stdout, /^repeats {5}1 run of 3, [^]*^ {2}all threads +[1-9]/m);
  assertEquals(JSON.parse(Deno.readTextFileSync(result)).repeats, 1);
});

Deno.test("a repeat that is interrupted before a run's load has results of the runs before alone", async () => {
  const process = KvlabProcess.start([...SHORT, "--repeat=3", "memory"]);
  await process.says("kvlab: run 1 of 3");
  process.signal("SIGINT");

  const ended = await process.ended;
  assertCode(ended, 130);
  assertMatch(ended.stdout, /^repeats {5}1 run of 3, [^]*^ {2}all threads +[1-9]/m);
});
