/**
 * Tests of the presets: what YCSB's papers and files say of its core workloads.
 *
 * @module
 */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { OPERATION_KINDS, OPERATION_NAMES } from "../../lib/load/operation.ts";
import { PRESETS, WORKLOAD_NAMES, ZIPF_THETA } from "../../lib/load/workload.ts";

Deno.test("PRESETS are the seed's mix and YCSB's core workloads", () => {
  const described = WORKLOAD_NAMES.map((name) => {
    const { shares, distribution, preload } = PRESETS[name];
    const parts = shares.flatMap((share, kind) => share === 0 ? [] : `${share * 100}% ${OPERATION_NAMES[kind]}`);
    return `${name}: ${parts.join(", ")}; ${distribution}${preload ? "; preloaded" : ""}`;
  });
  assertEquals(described, [
    "seed: 10% read, 90% update; uniform",
    "a: 50% read, 50% update; zipfian; preloaded",
    "b: 95% read, 5% update; zipfian; preloaded",
    "c: 100% read; zipfian; preloaded",
    "d: 95% read, 5% insert; latest; preloaded",
    "e: 5% insert, 95% scan; zipfian; preloaded",
    "f: 50% read, 50% read_modify_write; zipfian; preloaded",
  ]);
  assertEquals(ZIPF_THETA, 0.99);
});

Deno.test("PRESETS share out all operations", () => {
  for (const { shares } of Object.values(PRESETS)) {
    assertEquals(shares.length, OPERATION_KINDS);
    assertAlmostEquals(shares.reduce((sum, share) => sum + share), 1, 1e-12);
  }
});
