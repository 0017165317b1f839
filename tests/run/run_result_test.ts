import { assertAlmostEquals, assertEquals } from "@std/assert";
import { perSecond, type ThreadResult, totals } from "../../lib/run/run_result.ts";
import { threadOf } from "../result/fixtures.ts";

const slow: ThreadResult = threadOf({ thread: 0, runtimeMs: 2_000, reads: 100, writes: 900, hits: 90 });
const fast: ThreadResult = threadOf({ thread: 1, runtimeMs: 1_000, reads: 200, writes: 2_800, hits: 10 });

Deno.test("totals() adds the counts and takes the longest thread's time", () => {
  const { opsPerSec: _, averageOpsPerSec: __, ...counts } = totals([slow, fast]);
  assertEquals(counts, { ops: 4_000, reads: 300, writes: 3_700, hits: 100, runtimeMs: 2_000 });
});

Deno.test("totals() divides all operations by the longest thread's time and averages the threads' own rates", () => {
  for (const threads of [[slow, fast], [fast, slow]]) {
    const { opsPerSec, averageOpsPerSec } = totals(threads);
    assertEquals([opsPerSec, averageOpsPerSec], [2_000, (500 + 3_000) / 2]);
  }
});

Deno.test("totals() of one thread has that thread's rate twice", () => {
  const { opsPerSec, averageOpsPerSec } = totals([slow]);
  assertEquals([opsPerSec, averageOpsPerSec], [500, 500]);
});

Deno.test("totals() is all zeros when there is no thread", () => {
  assertEquals(totals([]), {
    ops: 0,
    reads: 0,
    writes: 0,
    hits: 0,
    runtimeMs: 0,
    opsPerSec: 0,
    averageOpsPerSec: 0,
  });
});

Deno.test("totals() counts a thread without time as a rate of 0", () => {
  const instant: ThreadResult = threadOf({ thread: 2, runtimeMs: 0, reads: 1, writes: 1, hits: 1 });
  assertEquals(totals([instant]).opsPerSec, 0);
  const { ops, opsPerSec, averageOpsPerSec } = totals([slow, instant]);
  assertEquals([ops, opsPerSec, averageOpsPerSec], [1_002, 501, 250]);
});

Deno.test("perSecond() relates a count to milliseconds", () => {
  assertEquals([perSecond(10, 1_000), perSecond(10, 2_000), perSecond(10, 1), perSecond(0, 1)], [10, 5, 10_000, 0]);
  assertAlmostEquals(perSecond(1_708_513, 10_000.090816), 170_849.75, 0.005);
});

Deno.test("perSecond() is 0 when no time has passed", () => {
  for (const durationMs of [0, -0, -1, NaN]) assertEquals(perSecond(10, durationMs), 0);
});
