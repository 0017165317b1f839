/**
 * Tests of runs whose history is judged: planted faults are found, and nothing is found where nothing is wrong.
 *
 * @module
 */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { sharesOf } from "../../lib/load/operation.ts";
import { type MixOptions, PRESETS, ZIPF_THETA } from "../../lib/load/workload.ts";
import { run } from "../../lib/run/runner.ts";
import type { RunOptions } from "../../lib/run/run_options.ts";
import type { HistoryResult } from "../../lib/run/run_history.ts";
import type { Planted } from "./planted_faults.ts";

const MIX: MixOptions = {
  kind: "mix",
  name: "a",
  ...PRESETS.a,
  distribution: "uniform",
  keyCount: 8,
  keyCountMax: 8,
  keyBytes: 16,
  valueBytesMin: 100,
  valueBytesMax: 100,
  compressible: 1,
  zipfTheta: ZIPF_THETA,
};

/** Runs a load on memory in which this is wrong. */
async function judged(planted: Planted, mix: Partial<MixOptions> = {}, ops = 100_000): Promise<HistoryResult> {
  const options: RunOptions = {
    threads: 2,
    loadTimeMs: Infinity,
    ops,
    workload: { ...MIX, ...mix },
    pattern: "unthrottled",
    seed: 5,
    check: "linearizability",
    backend: { kind: "memory" },
  };
  const module = new URL("./planted_load_worker.ts", import.meta.url);
  const createLoadWorker = () => new Worker(module, { type: "module", name: planted });
  const { history, failed } = await run(options, { createLoadWorker });
  assertEquals(failed, undefined);
  assert(history !== undefined);
  return history;
}

Deno.test("a run whose store is sound is linearizable, with and without deletes and a preload", async () => {
  for (const preload of [true, false]) {
    const deletes = sharesOf({ read: 0.5, update: 0.4, delete: 0.1 });
    for (const shares of [PRESETS.a.shares, PRESETS.f.shares, deletes]) {
      const history = await judged("nothing is wrong", { preload, shares }, 20_000);
      assertEquals([history.contradicting, history.undecided, history.keys], [0, 0, 8]);
      assertGreater(history.operations, 19_999);
    }
  }
});

Deno.test("a run finds a store that returns an older value once in 10,000 reads", async () => {
  const { contradicting, contradictions } = await judged("returns an older value once in 10,000 reads");
  assertGreater(contradicting, 0);
  for (const { name, operations } of contradictions) {
    const shown = JSON.stringify({ name, operations });
    assertEquals(operations.at(-1)?.operation, "read");
    // Of a write that nobody has read before it was overwritten, nobody can tell which it was.
    if (name === "stale read" || name === "lost write") assert(operations.length <= 3, shown);
    else {
      // Of two writes at the same time, only a read of each tells which was the later one.
      assertEquals([name, operations.length], ["order that cannot be", 4], shown);
      const [one, other, ...more] = operations.filter(({ operation }) => operation === "write");
      assert(one !== undefined && other !== undefined && more.length === 0, shown);
      assert(one.call < (other.return ?? Infinity) && other.call < (one.return ?? Infinity), shown);
    }
  }
});

Deno.test("a run finds a store that acknowledges before it writes", async () => {
  const { contradicting, contradictions } = await judged("acknowledges before the write");
  assertGreater(contradicting, 0);
  for (const { operations } of contradictions) assert(operations.length <= 6, JSON.stringify(operations));
});

Deno.test("a run finds a store whose puts take no lock, by values that are torn", async () => {
  const large = { keyCount: 2, keyCountMax: 2, valueBytesMin: 8192, valueBytesMax: 8192 };
  const { contradictions } = await judged("puts without the lock", large);
  assertEquals(contradictions[0]?.name, "value out of nowhere");
  // With the lock, nothing is torn.
  assertEquals((await judged("nothing is wrong", large, 20_000)).contradicting, 0);
});
