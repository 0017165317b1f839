/**
 * Tests of how large a workload's puts are, against the puts that it makes.
 *
 * @module
 */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { MixedWorkload } from "../../lib/load/mixed_workload.ts";
import { READ } from "../../lib/load/operation.ts";
import { meanPutBytes, SEED_VALUE, SeedWorkload } from "../../lib/load/seed_workload.ts";
import { Rng } from "../../lib/load/rng.ts";
import type { Workload } from "../../lib/load/workload.ts";
import { mixOf } from "./mixes.ts";

const PUTS = 50_000;

/** The mean length of so many puts. */
function measured(workload: Workload): number {
  let bytes = 0;
  for (let puts = 0; puts < PUTS;) {
    workload.next();
    if (workload.kind === READ) continue;
    bytes += workload.key.length + workload.value.length;
    puts++;
  }
  return bytes / PUTS;
}

Deno.test("meanPutBytes() of the seed is the mean of its keys, and its value", () => {
  const lengths = Array.from({ length: 65_536 }, (_, n) => `Key${n}`.length + SEED_VALUE.length);
  const mean = lengths.reduce((sum, length) => sum + length) / lengths.length;
  assertAlmostEquals(meanPutBytes({ kind: "seed" }), mean, 1e-9);
  assertAlmostEquals(measured(new SeedWorkload(new Rng(1))), mean, 0.02);
});

Deno.test("meanPutBytes() of a mix is its key's size and the mean of its values' sizes", () => {
  const fixed = mixOf("f", { keyBytes: 20, valueBytesMin: 100, valueBytesMax: 100 });
  assertEquals(meanPutBytes(fixed), 120);
  assertEquals(measured(new MixedWorkload(new Rng(1), fixed, { thread: 0, threads: 1 })), 120);
  const ranged = mixOf("a", { keyBytes: 16, valueBytesMin: 10, valueBytesMax: 50 });
  assertEquals(meanPutBytes(ranged), 46);
  assertAlmostEquals(measured(new MixedWorkload(new Rng(1), ranged, { thread: 0, threads: 1 })), 46, 0.3);
});
