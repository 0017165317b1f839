/**
 * Tests of what the file backend's gauges said at the moment of a kill.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { unpersisted } from "../../lib/crash/verdict.ts";

const BEFORE = Float64Array.from([100, 200, 300]);

/** What the gauge says when these shards were acknowledged, and called persisted, up to these versions. */
function gauge(acknowledged: [number, number][], persisted: [number, number][]): number {
  return unpersisted({ acknowledgedVersions: new Map(acknowledged) }, BEFORE, new Map(persisted));
}

Deno.test("unpersisted() counts what is acknowledged and not persisted, shard by shard", () => {
  assertEquals(gauge([], []), 0);
  assertEquals(gauge([[0, 105], [2, 310]], [[0, 103], [2, 310]]), 2);
});

Deno.test("unpersisted() counts from the versions before where nothing was persisted", () => {
  assertEquals(gauge([[0, 105], [1, 201]], []), 6);
});

Deno.test("unpersisted() counts nothing as less than nothing where more is persisted than was acknowledged", () => {
  assertEquals(gauge([[0, 105], [1, 210]], [[0, 108], [1, 207]]), 3);
});
