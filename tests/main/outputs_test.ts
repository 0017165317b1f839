/**
 * Tests of outputs that cannot be written: what has been measured still goes everywhere else, and the reason to stderr.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertMatch, assertStringIncludes } from "@std/assert";
import { namesIn, temporaryDirectory } from "../run/files.ts";
import { assertCode, assertFailed, kvlab, KvlabProcess, linesOf, testWhere } from "./kvlab.ts";
import { readableCache, unprivileged, whyNotUnprivileged } from "./unprivileged.ts";

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
  assertFailed(ended, /^kvlab: Cannot write to stdout: No space left on device \(os error 28\)$/);
  assertGreater(JSON.parse(Deno.readTextFileSync(result)).total_ops, 0);
});

Deno.test("a stderr that cannot be written is no failure", async () => {
  const ended = await kvlab([...SHORT, "memory"], { wrapper: to("2>/dev/full") });
  assertCode(ended, 0);
  assertMatch(ended.stdout, /^total_ops: [1-9]/);
});

Deno.test("inspect and export name a stdout that cannot be written", async () => {
  using directory = temporaryDirectory();
  const file = ["file", "--file-count=2", "--queue-depth=4", `--output=${directory.path}`];
  assertCode(await kvlab([...SHORT, ...file]), 0);
  for (const command of ["inspect", "export"]) {
    const ended = await kvlab([command, directory.path], { wrapper: to(">/dev/full") });
    assertCode(ended, 1);
    assertEquals(ended.stderr, "kvlab: Cannot write to stdout: No space left on device (os error 28)\n");
  }
});

Deno.test("two outputs that are the same file by different paths are refused, and nothing is written", async () => {
  using directory = temporaryDirectory();
  Deno.symlinkSync(".", `${directory.path}/here`);
  const pairs = [
    ["--result=out", "--series=./out", "--interval=100ms"],
    ["--report=here/page", "--result=page"],
    ["--histograms=here/h", "--result=h-read.hgrm"],
  ];
  for (const pair of pairs) {
    const ended = await kvlab([...SHORT, ...pair, "memory"], { cwd: directory.path });
    assertCode(ended, 2);
    assertMatch(ended.stderr, /^kvlab: --\w+ and --\w+ must be different files, got "[^"]+" and "[^"]+" .*\n$/);
  }
  const sweep = ["sweep", "--results=s.jsonl", "--report=./s.jsonl", "--", "memory"];
  assertCode(await kvlab(sweep, { cwd: directory.path }), 2);
  assertEquals(namesIn(directory.path), ["here"]);
});

Deno.test("a result that goes to stdout, whatever that is, comes after the text and takes nothing away", async () => {
  using directory = temporaryDirectory();
  const file = `${directory.path}/out`;
  const args = [...SHORT, "--result=/dev/stdout", "memory"];
  const piped = await kvlab(args);
  const written = await kvlab(args, { wrapper: to(`>${file}`) });
  const added = await kvlab([...SHORT, `--result=${file}`, "memory"], { wrapper: to(`>>${file}`) });
  for (const ended of [piped, written, added]) assertCode(ended, 0);
  const text = Deno.readTextFileSync(file);
  for (const [output, results] of [[piped.stdout, 1], [text, 2]] as const) {
    const parts = output.split(/^(?=total_ops: |\{$)/m);
    assertEquals(parts.map((part) => part.startsWith("{")), Array(results).fill([false, true]).flat());
    for (const part of parts) if (part.startsWith("{")) assertGreater(JSON.parse(part).total_ops, 0);
  }
});

Deno.test("results are read from stdin, and reports go to stdout", async () => {
  using directory = temporaryDirectory();
  const [a, b] = [`${directory.path}/a.json`, `${directory.path}/b.json`];
  assertCode(await kvlab([...SHORT, `--result=${a}`, "memory"]), 0);
  Deno.copyFileSync(a, b);
  const compared = await kvlab(["compare", "/dev/stdin", b], { wrapper: to(`<${a}`) });
  const piped = await kvlab(["report", "/dev/stdin", "--output=/dev/stdout"], {
    wrapper: ["sh", "-c", `cat ${a} | exec "$@"`, "sh"],
  });
  assertCode(compared, 0);
  assertStringIncludes(compared.stdout, "dev/stdin");
  assertCode(piped, 0);
  assertMatch(piped.stdout, /^<!doctype html>.*<\/html>\n$/s);
});

Deno.test("export writes all of a large store into a pipe that does not block, however slowly it is read", async () => {
  using directory = temporaryDirectory();
  const load = ["--threads=1", "--ops=1", "--workload=a", "--keys=20k", "--value-size=100"];
  assertCode(
    await kvlab([...load, "file", "--file-count=4", "--layout=log", "--queue-depth=64", `--output=${directory.path}`]),
    0,
  );
  const program = "use Fcntl; fcntl(STDOUT, F_SETFL, fcntl(STDOUT, F_GETFL, 0) | O_NONBLOCK); exec @ARGV";
  const slowly = ["sh", "-c", `perl -e '${program}' -- "$@" | (sleep 1; exec cat)`, "sh"];
  const [blocking, nonBlocking] = await Promise.all(
    [[], slowly].map((wrapper) => kvlab(["export", directory.path], { wrapper })),
  );
  for (const ended of [blocking, nonBlocking]) assertCode(ended!, 0);
  assertGreater(blocking!.stdout.length, 1e6);
  assert(nonBlocking!.stdout === blocking!.stdout, `${nonBlocking!.stdout.length} of ${blocking!.stdout.length}`);
  assertEquals(nonBlocking!.stderr, "");
});

testWhere(
  whyNotUnprivileged,
  "a result replaces the content of a file in a directory that the user may not write to",
  async () => {
    using directory = temporaryDirectory();
    using cache = await readableCache();
    const path = `${directory.path}/r.json`;
    Deno.writeTextFileSync(path, "x".repeat(100_000));
    Deno.chmodSync(path, 0o666);
    Deno.chmodSync(directory.path, 0o555);
    const options = { wrapper: unprivileged(), env: { DENO_DIR: cache.path } };
    const ended = await kvlab([...SHORT, `--result=${path}`, "memory"], options);
    assertCode(ended, 0);
    assertGreater(JSON.parse(Deno.readTextFileSync(path)).total_ops, 0);
    assertEquals(namesIn(directory.path), ["r.json"]);
    const refused = await kvlab([...SHORT, `--result=${path}x`, "memory"], options);
    assertCode(refused, 1);
    assertMatch(refused.stderr, /Cannot write .*r\.jsonx: Permission denied/);
  },
);
Deno.test("a run whose files fail in the middle of the load leaves what was measured in every output", async () => {
  // A limit on the size of files stands for a full disk; the file outgrows it soon after the load has begun.
  const wrapper = ["sh", "-c", 'trap "" XFSZ; ulimit -f 64; exec "$@"', "sh"];
  const load = ["--threads=2", "--load-time-sec=60", "--pattern=unthrottled", "--quiet", "--no-device-probe"];
  const policies = [["--flush-period-us=5000"], ["--commit-delay-us=0"]];
  const rows = [["--format=text"], ["--format=json"], ["--format=csv"], ["--repeat=3"]];
  await Promise.all(rows.map(async (format, index) => {
    using directory = temporaryDirectory();
    const [result, output] = [`${directory.path}/r.json`, `${directory.path}/data`];
    const file = ["file", "--file-count=1", `--output=${output}`, ...policies[index % 2]!];
    const ended = await kvlab([...load, ...format, `--result=${result}`, ...file], { wrapper });
    assertCode(ended, 1);
    const [line = ""] = linesOf(ended.stderr).slice(-1);
    assertMatch(line, /^kvlab: Cannot write \S+data\/shard-\S+: File too large/);
    const reason = line.slice("kvlab: ".length);
    assertStringIncludes(ended.stdout.replaceAll(/\s+/g, " "), reason);
    const document = JSON.parse(Deno.readTextFileSync(result));
    const [run] = document.runs ?? [document];
    assertEquals([run.failed, run.threads.length, run.drain_sec], [reason, 2, undefined]);
    assertGreater(run.total_ops, 0);
    assertEquals(run.phases.at(-1).phase, "load");
  }));
});

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
