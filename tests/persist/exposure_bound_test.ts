/**
 * Tests of the bounds that each policy promises.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { exposureBound } from "../../lib/persist/exposure_bound.ts";

Deno.test("exposureBound() says what each policy promises", () => {
  assertEquals(exposureBound({ kind: "synchronous", periodMs: 1 }, 4), {});
  assertEquals(exposureBound({ kind: "asynchronous", queueDepth: 8, queueMemoryBytes: 1 }, 4), { writes: 12 });
  assertEquals(exposureBound({ kind: "commit", delayMs: 1 }, 4), { writes: 0, ageMs: 0 });
  const sweeps = { sweeps: 1, sweepOverruns: 0, sweepMsMax: 20 };
  assertEquals(exposureBound({ kind: "periodic", periodMs: 50 }, 4, sweeps), { ageMs: 70 });
});
