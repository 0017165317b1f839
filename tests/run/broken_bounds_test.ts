/**
 * Tests of what is said when a promise is not kept.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { brokenBounds } from "../../lib/run/file_run.ts";
import type { ExposureSummary } from "../../lib/run/exposure_sampler.ts";

function found(writesMax: number, ageMsMax: number): ExposureSummary {
  const distribution = { mean: 0, p50: 0, p99: 0 };
  return {
    writes: { ...distribution, max: writesMax },
    ageMs: { ...distribution, max: ageMsMax },
    worstShard: 0,
    worstShardWrites: 0,
  };
}

Deno.test("brokenBounds() says what was beyond a promise, and nothing when it was kept", () => {
  assertEquals(brokenBounds({}, found(1e6, 1e6)), []);
  assertEquals(brokenBounds({ writes: 12 }, found(12, 1e6)), []);
  assertEquals(brokenBounds({ ageMs: 70 }, found(1e6, 72)), []);
  assertEquals(brokenBounds({ writes: 12 }, found(13, 0)), [
    "the bound was exceeded: 13 writes were at risk at one time, promised at most 12",
  ]);
  assertEquals(brokenBounds({ ageMs: 37 }, found(1, 3030)), [
    "the bound was exceeded: a write was at risk for 3.030 s, promised at most 0.037 s: the file worker did not get enough CPU time",
  ]);
});
