/**
 * Tests of the axes of charts.
 *
 * @module
 */
import { assert, assertEquals, assertGreater } from "@std/assert";
import fc from "fast-check";
import { logAxis } from "../../../lib/page/picture/axes.ts";

Deno.test("logAxis() keeps a range that has round values in it, and goes on to the next ones where it has not", () => {
  assertEquals(logAxis([0.003, 40]).domain, [0.003, 40]);
  assertEquals(logAxis([0.003, 40]).ticks, [0.01, 0.1, 1, 10]);
  for (const range of [[2.2, 4], [3, 3], [5, 5]] as const) {
    assertEquals(logAxis(range).domain[1], range[0] === 5 ? 10 : 5);
  }
  assertEquals(logAxis([5e-7, 5e-7]), { ...logAxis([2.1e-7, 9e-7]), domain: [2e-7, 1e-6], ticks: [2e-7, 5e-7, 1e-6] });
});

Deno.test("logAxis() has two ticks or more, all on it, of any range", () => {
  const power = fc.double({ min: -9, max: 12, noNaN: true });
  fc.assert(fc.property(power, power, (one, other) => {
    const [low, high] = [10 ** Math.min(one, other), 10 ** Math.max(one, other)];
    const { domain: [bottom = NaN, top = NaN], ticks } = logAxis([low, high]);
    assert(bottom <= low && high <= top);
    assertGreater(ticks.length, 1);
    assert(ticks.every((tick, at) => tick >= bottom && tick <= top && tick > (ticks[at - 1] ?? 0)));
  }));
});
