/**
 * Tests of the command line from outside: where text goes, how kvlab exits, and that a wrong one leaves no trace. What
 * each wrong one is told is for the parser's own tests.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import denoJson from "../../deno.json" with { type: "json" };
import { parseCommand } from "../../lib/command/parse_command.ts";
import { errorLine, exitCodeOf } from "../../lib/command/exit.ts";
import { namesIn, temporaryDirectory } from "../run/files.ts";
import { assertCode, kvlab, KvlabProcess, linesOf, REPOSITORY } from "./kvlab.ts";

/** The wrong ones that are also given to a process. */
const AS_PROCESSES = ["an unknown flag", "no arguments at all", "an argument with a line break"];

/** A flawless rest of a command line, so that what is wrong is what the test says. */
const FILE = ["file", "--file-count=2", "--queue-depth=2", "--output=out"];

/** One representative of each way to go wrong, and what its line must name. */
const WRONG_COMMAND_LINES: readonly { what: string; args: readonly string[]; names: readonly string[] }[] = [
  { what: "an unknown flag", args: ["--thread=2", ...FILE], names: ["--thread", "--threads"] },
  { what: "a flag of the other backend", args: ["memory", "--file-count=2"], names: ["--file-count", "memory"] },
  { what: "a flag missing", args: ["file", "--queue-depth=2", "--output=out"], names: ["--file-count"] },
  { what: "a flag repeated", args: ["--seed=1", "--seed=2", ...FILE], names: ["--seed", "2 times"] },
  { what: "a value missing", args: [...FILE, "--threads"], names: ["--threads"] },
  { what: "no number", args: ["--threads=two", ...FILE], names: ["--threads", '"two"'] },
  { what: "zero", args: ["--load-time-sec=0", ...FILE], names: ["--load-time-sec", '"0"'] },
  { what: "a negative number", args: ["--threads", "-1", ...FILE], names: ["--threads", '"-1"'] },
  { what: "a fraction", args: ["--threads=1.5", ...FILE], names: ["--threads", '"1.5"'] },
  { what: "an overflow", args: ["--seed=4294967296", ...FILE], names: ["--seed", "4294967295"] },
  { what: "an empty string", args: ["file", "--file-count=2", "--queue-depth=2", "--output="], names: ["--output"] },
  { what: "an unknown pattern", args: ["--pattern=burst", ...FILE], names: ["--pattern", "bursty"] },
  { what: "an unknown serializer", args: ["--serializer=yaml", ...FILE], names: ["--serializer", "cbor"] },
  { what: "an unknown format", args: ["--format=xml", ...FILE], names: ["--format", "json"] },
  { what: "a size without a known unit", args: ["--queue-memory=1XB", ...FILE], names: ["--queue-memory", "MiB"] },
  {
    what: "both policies",
    args: [...FILE, "--write-period-us=5"],
    names: ["--queue-depth", "--write-period-us"],
  },
  {
    what: "neither policy",
    args: ["file", "--file-count=2", "--output=out"],
    names: ["--queue-depth", "--write-period-us"],
  },
  { what: "no backend", args: ["--threads=2"], names: ["memory", "file"] },
  { what: "no arguments at all", args: [], names: ["memory", "file"] },
  { what: "two backends", args: [...FILE, "memory"], names: ["memory", "file"] },
  { what: "an unknown backend", args: ["disk"], names: ['"disk"', "memory"] },
  { what: "a stray argument", args: [...FILE, "stray"], names: ['"stray"'] },
  { what: "an argument with a line break", args: [...FILE, "two\nlines"], names: ["two\\nlines"] },
  { what: "an unknown command", args: ["inspct", "out"], names: ['"inspct"', "did you mean inspect?"] },
  { what: "a flag of another command", args: [...FILE, "--kills=3"], names: ["--kills", "crash"] },
  {
    what: "a workload that scans",
    args: ["--workload=e", ...FILE],
    names: ["--workload", "a hash table has no order"],
  },
  { what: "a time without a unit", args: ["--warmup=2", ...FILE], names: ["--warmup", "ms, s or m"] },
  {
    what: "two ends of the load",
    args: ["--ops=1k", "--load-time-sec=1", ...FILE],
    names: ["--ops", "--load-time-sec"],
  },
  { what: "a store beyond all bounds", args: ["--keys=900M", ...FILE], names: ["--keys", "8GiB"] },
  { what: "one file to compare", args: ["compare", "a.json"], names: ["two files", "a.json"] },
  { what: "no directory", args: ["export", "--format=cbor"], names: ["export DIR"] },
  { what: "a crash of memory", args: ["crash", "memory"], names: ["file", "memory"] },
  { what: "an argument after --", args: [...FILE, "--", "more"], names: ['"more"'] },
];

Deno.test("a wrong command line gets one line that names what is wrong, and exit code 2", () => {
  for (const { what, args, names } of WRONG_COMMAND_LINES) {
    const error = assertThrows(() => parseCommand(args, { threads: 4, seed: 1 }), Error, "", what);
    const line = errorLine(error);
    assertMatch(line, /^kvlab: .+ \(see kvlab --help\)$/, what);
    for (const name of names) assertStringIncludes(line, name);
    assertEquals(exitCodeOf(error), 2, what);
  }
});

Deno.test("a wrong command line is refused on stderr alone, and nothing is created", async () => {
  using directory = temporaryDirectory();
  const some = WRONG_COMMAND_LINES.filter(({ what }) => AS_PROCESSES.includes(what));
  assertEquals(some.length, AS_PROCESSES.length);
  await Promise.all(some.map(async ({ args, what }) => {
    const ended = await kvlab(args, { cwd: directory.path });
    assertCode(ended, 2);
    assertEquals(ended.stdout, "", what);
    const error = assertThrows(() => parseCommand(args, { threads: navigator.hardwareConcurrency, seed: 1 }));
    assertEquals(ended.stderr, `${errorLine(error)}\n`);
  }));
  assertEquals(namesIn(directory.path), []);
});

Deno.test("--help and --version print to stdout, exit with 0, and win over whatever else is wrong", async () => {
  const [help, shortHelp, wrongHelp, version, wrongVersion] = await Promise.all([
    kvlab(["--help"]),
    kvlab(["-h"]),
    kvlab(["--threads=0", "--help", "nonsense"]),
    kvlab(["--version"]),
    kvlab(["--version", "--threads=0"]),
  ]);

  for (const ended of [help, shortHelp, wrongHelp]) {
    assertCode(ended, 0);
    assertEquals(ended.stderr, "");
    assertMatch(ended.stdout, /--write-period-us/);
    assertEquals(ended.stdout, help.stdout);
    linesOf(ended.stdout);
  }
  for (const ended of [version, wrongVersion]) {
    assertEquals(ended, { code: 0, signal: null, stdout: `kvlab ${denoJson.version}\n`, stderr: "" });
  }
});

Deno.test("the result goes to stdout, everything else to stderr", async () => {
  const run = ["--threads=1", "--load-time-sec=0.1", "memory"];
  const [text, json] = await Promise.all([kvlab(run), kvlab([...run, "--format=json"])]);

  assertCode(text, 0);
  assertMatch(
    text.stdout,
    /^total_ops: \d+\ntotal_runtime: 0\.\d+s\ntotal_ops_per_sec: \d+\.\d\d\naverage_ops_per_sec: \d+\.\d\d\n/,
  );
  assertCode(json, 0);
  assertMatch(json.stdout, /^\{\n/);
  for (const { stderr } of [text, json]) {
    assertMatch(
      stderr,
      /^kvlab \S+: memory, 1 thread, consistent pattern, 0\.1 s, latency of every operation, seed \d+\nkvlab: running\n$/,
    );
  }
});

/** A shell that starts the program in its arguments and gives its exit code on stderr, as the last line. */
function shell(script: string): string[] {
  return ["sh", "-c", script, "sh"];
}

Deno.test("a reader of stdout that has gone away ends nothing with a stack trace", async () => {
  const wrapper = shell('{ "$@"; echo "code $?" >&2; } | true');
  const closed = shell('"$@" >&-; echo "code $?" >&2');
  const run = ["--threads=1", "--load-time-sec=0.1", "memory"];
  const [help, result, closedHelp] = await Promise.all([
    kvlab(["--help"], { wrapper }),
    kvlab(run, { wrapper }),
    kvlab(["--help"], { wrapper: closed }),
  ]);

  for (const ended of [help, closedHelp]) assertEquals(ended.stderr, "code 0\n");
  assertCode(result, 0);
  assertMatch(result.stderr, /^kvlab .*\nkvlab: running\ncode 0\n$/);
});

Deno.test("a reader of stderr that has gone away does not end the run", async () => {
  const ended = await kvlab(["--threads=1", "--load-time-sec=0.1", "memory"], { wrapper: shell('exec "$@" 2>&-') });
  assertEquals([ended.code, ended.stderr], [0, ""]);
  assertMatch(ended.stdout, /^total_ops: /);
});

Deno.test("a crash whose child ends by itself says why, in one line", async () => {
  const load = ["crash", "--kills=20", "--load-time-sec=30", "--threads=1", "--pattern=unthrottled", "--quiet"];
  const file = ["file", "--file-count=1", "--flush-period-us=5000"];
  const usedUp = await kvlab([...load, "--workload=d", "--keys=100", "--max-keys=120", ...file]);
  assertCode(usedUp, 1);
  assertMatch(usedUp.stderr, /^kvlab: The child's load ended before it was killed, as when the records of .*\n$/);
  // A limit on the size of files stands for a full disk; the file outgrows it soon after the load has begun.
  const wrapper = shell('trap "" XFSZ; ulimit -f 200; exec "$@"');
  const full = await kvlab([...load, ...file], { wrapper });
  assertCode(full, 1);
  assertMatch(full.stderr, /^kvlab: The child ended with code 1 before it was killed: kvlab: Cannot write .*\n$/);
});

Deno.test("deno task start runs kvlab with its arguments", async () => {
  const task = [Deno.execPath(), "task", "--quiet", "start"];
  const ended = await KvlabProcess.start(["--version"], { program: task, cwd: REPOSITORY.pathname }).ended;
  assertCode(ended, 0);
  assertEquals(ended.stdout, `kvlab ${denoJson.version}\n`);
});
