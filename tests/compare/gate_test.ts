/**
 * Tests of the limits of a comparison: what exceeds one, what noise excuses, and what the results cannot tell.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { compareDocuments } from "../../lib/compare/comparison.ts";
import { type GateLimits, judge } from "../../lib/compare/gate.ts";
import { documentOf, repeated, repeatsOf, single } from "./fixtures.ts";

const RATES = [100, 101, 102, 103];

function gateOf(limits: GateLimits, ...files: readonly unknown[]) {
  return judge(compareDocuments(files.map((fields, index) => documentOf(`${index}.json`, fields))), limits);
}

function rates(...samples: number[]) {
  return repeatsOf("total_ops_per_sec", samples);
}

/** Repeats with a 99th percentile of an operation's latency each, in seconds. */
function latencies(operation: string, samples: readonly number[]) {
  return repeated(samples.map((p99) => ({ operations: [{ operation, count: 1, latency: { p99_sec: p99 } }] })));
}

Deno.test("judge() finds slower what is slower by more than the limit and by more than noise, and nothing else", () => {
  const verdictOf = (slower: number, samples: number[]) =>
    gateOf({ slower }, rates(...RATES), rates(...samples)).verdict;
  const tenth = [90, 91, 92, 93];
  assertEquals(verdictOf(0.03, tenth), "exceeded");
  assertEquals(verdictOf(0.5, tenth), "held");
  assertEquals(verdictOf(0, tenth), "exceeded");
  // Slower by 4%, but one in the middle of the others: noise.
  assertEquals(verdictOf(0.03, [70, 91, 104, 105]), "held");
  assertEquals(verdictOf(0.03, [200, 201, 202, 203]), "held");
  assertEquals(verdictOf(0, RATES), "held");
});

Deno.test("judge() says by how much each is worse, and fails if any is", () => {
  const { verdict, checks } = gateOf({ slower: 0.2 }, rates(...RATES), rates(...RATES), rates(50, 51, 52, 53));
  assertEquals(verdict, "exceeded");
  assertEquals(checks.map(({ document, verdict }) => [document, verdict]), [[1, "held"], [2, "exceeded"]]);
  assertAlmostEquals(checks[1]?.worse ?? NaN, 1 - 51.5 / 101.5);
});

Deno.test("judge() leaves undecided what too few repeats cannot tell, however far apart or alike they are", () => {
  const few = (one: number[], other: number[]) => gateOf({ slower: 0.03 }, rates(...one), rates(...other));
  for (const [one, other] of [[[100], [1]], [[100], [100]], [RATES, [1]], [[100, 101, 102], [1, 2, 3]]] as const) {
    const { verdict, checks } = few([...one], [...other]);
    assertEquals(verdict, "undecided");
    assertEquals(
      checks[0]?.reason,
      `${one.length} and ${other.length} repeats are too few, --repeat=4 or more tell`,
    );
  }
  assertEquals(few([100, 101, 102], [1, 2, 3, 4, 5]).verdict, "exceeded");
});

Deno.test("judge() leaves undecided what failed, what lacks the figure, and what began at 0", () => {
  const failed = repeated(RATES.map((rate) => ({ total_ops_per_sec: rate, failed: "Cannot put" })));
  const reasonOf = (...files: unknown[]) => gateOf({ slower: 0.03 }, ...files).checks[0]?.reason;
  assertEquals(reasonOf(rates(...RATES), failed), "one of them failed");
  assertEquals(reasonOf(failed, rates(...RATES)), "one of them failed");
  assertEquals(reasonOf(rates(...RATES), repeatsOf("drain_sec", RATES)), "one of them has no such figure");
  assertEquals(reasonOf(rates(0, 0, 0, 0), rates(...RATES)), "the first's is 0");
  // What is left of repeats may show that a limit is exceeded, but not that it is held.
  const mostly = (rates: number[]) =>
    repeated([...rates.map((rate) => ({ total_ops_per_sec: rate })), { failed: "Cannot put" }]);
  assertEquals(reasonOf(rates(...RATES), mostly(RATES)), "1 of 5 repeats of one failed");
  assertEquals(reasonOf(mostly(RATES), rates(...RATES)), "1 of 5 repeats of one failed");
  assertEquals(gateOf({ slower: 0.03 }, rates(...RATES), mostly(RATES)).verdict, "undecided");
  assertEquals(gateOf({ slower: 0.03 }, rates(...RATES), mostly([50, 51, 52, 53])).verdict, "exceeded");
});

Deno.test("judge() holds the p99 of each operation against its limit", () => {
  const base = [1, 1.01, 1.02, 1.03];
  const high = base.map((value) => value * 1.5);
  const gate = gateOf({ p99Higher: 0.1 }, latencies("read", base), latencies("read", high));
  assertEquals([gate.verdict, gate.checks.length, gate.checks[0]?.operation], ["exceeded", 1, "read"]);
  assertAlmostEquals(gate.checks[0]?.worse ?? NaN, 0.5);
  assertEquals(gateOf({ p99Higher: 0.6 }, latencies("read", base), latencies("read", high)).verdict, "held");
  assertEquals(gateOf({ p99Higher: 0.1 }, latencies("read", high), latencies("read", base)).verdict, "held");
  const other = gateOf({ p99Higher: 0.1 }, latencies("read", base), latencies("update", base));
  assertEquals(other.checks.map(({ operation, verdict }) => [operation, verdict]), [
    ["read", "undecided"],
    ["update", "undecided"],
  ]);
  const none = gateOf({ p99Higher: 0.1 }, rates(...RATES), rates(...RATES));
  assertEquals(none.checks[0]?.reason, "no operation was timed");
});

Deno.test("judge() takes an exceeded limit for more than an undecided one", () => {
  const limits = { slower: 0.03, p99Higher: 0.1 };
  assertEquals(gateOf(limits, rates(...RATES), rates(50, 51, 52, 53)).verdict, "exceeded");
  assertEquals(gateOf(limits, rates(...RATES), rates(...RATES)).verdict, "undecided");
  assert(gateOf({}, single, single).checks.length === 0);
});
