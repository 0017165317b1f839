/**
 * Tests of the frontier: which configurations are worth choosing.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Contestant, statesOf } from "../../lib/page/map_view.ts";

Deno.test("statesOf() has on the frontier whom nobody beats in both, without intervals by their medians", () => {
  assertEquals(
    statesOf([
      { opsPerSec: 100, loss: "everything" },
      { opsPerSec: 50, loss: 10 },
      { opsPerSec: 40, loss: 10 },
      { opsPerSec: 60, loss: null },
      { opsPerSec: 5, loss: 0 },
      { opsPerSec: 5, loss: 1 },
    ]),
    ["frontier", "frontier", "dominated", "dominated", "frontier", "frontier"],
  );
});

Deno.test("statesOf() has those tied whose intervals overlap the faster one's", () => {
  const interval = (low: number, high: number) => ({ low, high });
  assertEquals(
    statesOf([
      { opsPerSec: 100, loss: 0, interval: interval(90, 110) },
      { opsPerSec: 95, loss: 0, interval: interval(85, 105) },
      { opsPerSec: 80, loss: 5, interval: interval(75, 89) },
      { opsPerSec: 96, loss: 5 },
    ]),
    ["frontier", "tied", "dominated", "dominated"],
  );
});

Deno.test("statesOf() always leaves somebody on the frontier", () => {
  const contestant: fc.Arbitrary<Contestant> = fc.record({
    opsPerSec: fc.double({ min: 1, max: 1e7, noNaN: true }),
    loss: fc.oneof(fc.nat(), fc.constant("everything" as const), fc.constant(null)),
  });
  fc.assert(fc.property(fc.array(contestant, { minLength: 1, maxLength: 20 }), (contestants) => {
    const states = statesOf(contestants);
    const fastest = contestants.reduce((best, { opsPerSec }) => Math.max(best, opsPerSec), 0);
    const at = contestants.findIndex(({ opsPerSec }) => opsPerSec === fastest);
    assertEquals(states[at], "frontier");
  }));
});

Deno.test("statesOf() tells apart what compare does, though the intervals of the medians overlap", () => {
  const interval = { low: 90, high: 110 };
  const slow = { opsPerSec: 95, interval, samples: [93, 94, 96, 97], loss: 1 };
  const fast = { opsPerSec: 105, interval, samples: [103, 104, 106, 107], loss: 1 };
  assertEquals(statesOf([slow, fast]), ["dominated", "frontier"]);
  // Nor does it tell apart what compare does not, though the medians differ.
  const mixed = { opsPerSec: 104, samples: [80, 94, 114, 120], loss: 1 };
  assertEquals(statesOf([{ ...slow, samples: [93, 94, 96, 115] }, mixed]), ["tied", "frontier"]);
});
