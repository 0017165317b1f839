/**
 * Tests of replays, as a user runs them: what is in a trace is done and shown, and what cannot be replayed is refused.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertMatch, assertStringIncludes } from "@std/assert";
import { OWN_TRACE, SAMPLES, traceFile, TWITTER_TRACE } from "../replay/samples.ts";
import { assertCode, kvlab } from "./kvlab.ts";

/** What these tests read of a result. */
interface ReplayDocument {
  readonly total_ops: number;
  readonly total_runtime_sec: number;
  readonly replay_lines: number;
  readonly replay_operations: number;
  readonly replay_rounds: number;
  readonly replay_malformed_lines: number;
  readonly replay_unknown_operations: number;
  readonly rate_asked?: number;
  readonly replay: { readonly format: string; readonly unknown_operations: Record<string, number> };
  readonly operations: readonly { readonly operation: string; readonly count: number }[];
  readonly arguments: readonly string[];
  readonly options: Record<string, unknown>;
}

async function replay(...args: string[]): Promise<ReplayDocument> {
  const ended = await kvlab(["--quiet", "--format=json", ...args]);
  assertCode(ended, 0);
  return JSON.parse(ended.stdout) as ReplayDocument;
}

function countsIn({ operations }: ReplayDocument): Record<string, number> {
  return Object.fromEntries(operations.map(({ operation, count }) => [operation, count]));
}

Deno.test("a trace is replayed once, whatever the number of threads, and the result's arguments do it again", async () => {
  const first = await replay(`--replay=${TWITTER_TRACE}`, "--threads=1", "memory");
  assertEquals([first.total_ops, first.replay_lines, first.replay.format], [600, 600, "twitter"]);
  assertEquals(first.options.load_time_sec, undefined);
  const again = await replay(...first.arguments);
  assertEquals(countsIn(again), countsIn(first));
  const threads = await replay(`--replay=${TWITTER_TRACE}`, "--threads=3", "memory");
  assertEquals(countsIn(threads), countsIn(first));
});

Deno.test("a trace is replayed at a multiple of its speed, with latencies from the intended starts", async () => {
  // It lasts about 0.95 s.
  const result = await replay(`--replay=${OWN_TRACE}`, "--replay-speed=4", "--threads=2", "memory");
  assertEquals(result.total_ops, 400);
  assertGreater(result.total_runtime_sec, 0.23);
  assert(Math.abs((result.rate_asked ?? 0) / 1680 - 1) < 0.02, `${result.rate_asked}`);
  const ended = await kvlab([...result.arguments]);
  assertStringIncludes(ended.stdout, "from the intended start");
});

Deno.test("a trace is replayed as often as asked, or until the load ends otherwise", async () => {
  const twice = await replay(`--replay=${OWN_TRACE}`, "--replay-repeat=2", "--threads=2", "memory");
  assertEquals([twice.total_ops, twice.replay_rounds], [800, 2]);
  const some = await replay(`--replay=${OWN_TRACE}`, "--ops=150", "--threads=2", "memory");
  assertEquals([some.total_ops, some.options.replay_repeat], [150, undefined]);
  const timed = await replay(`--replay=${OWN_TRACE}`, "--replay-speed=1", "--load-time-sec=0.3", "memory");
  assert(timed.total_ops > 0 && timed.total_ops < 400, `${timed.total_ops}`);
});

Deno.test("what is left out of a trace is shown, in text and in JSON", async () => {
  using trace = traceFile(`${SAMPLES.csv}nonsense\n10,put,${"k".repeat(2000)},5\n`);
  const ended = await kvlab([`--replay=${trace.path}`, "--threads=1", "memory"]);
  assertCode(ended, 0);
  assertMatch(ended.stdout, /^trace +csv, 7 lines, 3 operations, 2 keys, over 7 µs$/m);
  assertStringIncludes(ended.stdout, "not replayed: 1 scan\n");
  assertStringIncludes(ended.stdout, '1 malformed line, in line 6: "nonsense"\n');
  assertStringIncludes(ended.stdout, "1 key longer than 1 KiB, in line 7: 2,000 B\n");
  const result = await replay(`--replay=${trace.path}`, "--threads=1", "memory");
  assertEquals([result.replay_malformed_lines, result.replay_unknown_operations], [1, 1]);
  assertEquals(result.replay.unknown_operations, { scan: 1 });
});

Deno.test("what cannot be replayed is refused in one line, before anything starts", async () => {
  using unknown = traceFile("hello\nworld\n");
  for (
    const [args, code, reason] of [
      [[`--replay=${OWN_TRACE}`, "--workload=a"], 2, "--replay and --workload both say what the load does"],
      [[`--replay=${unknown.path}`], 1, "it is of no known format"],
    ] as const
  ) {
    const ended = await kvlab([...args, "memory"]);
    assertCode(ended, code);
    assertStringIncludes(ended.stderr, reason);
    assertEquals([ended.stdout, ended.stderr.trimEnd().split("\n").length], ["", 1]);
  }
});

Deno.test("crash replays a trace until the kill, and finds its keys as they were acknowledged", async () => {
  const puts = Array.from({ length: 300 }, (_, i) => `${i},${i % 3 === 0 ? "get" : "put"},key ${i % 70},${i % 90}\n`);
  using trace = traceFile(puts.join(""));
  const args = [`--replay=${trace.path}`, "--kills=2", "--load-time-sec=0.3", "--threads=2", "--seed=4"];
  const store = ["file", "--file-count=2", "--layout=log", "--commit-delay-us=0"];
  const ended = await kvlab(["crash", ...args, "--format=json", ...store]);
  assertCode(ended, 0);
  const result = JSON.parse(ended.stdout);
  assertEquals([result.kills, result.lost, result.never_put], [2, 0, 0]);
  assertGreater(result.acknowledged, 0);
  assertEquals(result.options.replay, trace.path);
});
