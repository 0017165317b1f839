/**
 * Tests of the exposure bound: what each policy promises.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { exposureBound } from "../../lib/run/exposure_bound.ts";

Deno.test("exposureBound() of the synchronous policy is none: a shard's next put may never come", () => {
  assertEquals(exposureBound({ kind: "synchronous", periodMs: 1 }, 4), {});
});

Deno.test("exposureBound() of the asynchronous policy is the queue, and one waiting write for each thread", () => {
  assertEquals(exposureBound({ kind: "asynchronous", queueDepth: 64, queueMemoryBytes: 2 ** 20 }, 4), { writes: 68 });
});

Deno.test("exposureBound() of the periodic policy is the period and a sweep, or two sweeps that take longer", () => {
  const bound = (sweepMsMax: number) =>
    exposureBound({ kind: "periodic", periodMs: 50 }, 4, { sweeps: 9, sweepOverruns: 0, sweepMsMax });
  assertEquals([bound(10), bound(50), bound(70)], [{ ageMs: 60 }, { ageMs: 100 }, { ageMs: 140 }]);
});
