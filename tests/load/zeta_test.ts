/**
 * Tests of zeta: the sum, however many terms it has.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { zeta } from "../../lib/load/zipfian.ts";

const THETAS = [0.000_001, 0.01, 0.5, 0.9, 0.99, 0.999_999];

/** The sum as it is defined, with the rounding errors made good (William Kahan). */
function directSum(count: number, theta: number): number {
  let sum = 0, lost = 0;
  for (let i = 1; i <= count; i++) {
    const term = i ** -theta - lost;
    const next = sum + term;
    lost = (next - sum) - term;
    sum = next;
  }
  return sum;
}

function assertClose(actual: number, expected: number, tolerance: number): void {
  assert(Math.abs(actual / expected - 1) < tolerance, `${actual}, expected ${expected}`);
}

Deno.test("zeta() is the direct sum when there are few terms, and when there are many", () => {
  for (const theta of THETAS) {
    for (const count of [1, 2, 3, 10, 255, 256, 257, 258, 1000, 12_345, 1_000_000]) {
      assertClose(zeta(count, theta), directSum(count, theta), 1e-14);
    }
  }
});

Deno.test("zeta() grows by the terms that are added when there are billions", () => {
  for (const theta of THETAS) {
    const terms = Array.from({ length: 1000 }, (_, i) => (5e9 + i + 1) ** -theta).reduce((sum, term) => sum + term);
    // What is left of sums of a dozen digits.
    assertClose(1 + zeta(5e9 + 1000, theta) - zeta(5e9, theta), 1 + terms, 1e-14 * zeta(5e9, theta));
  }
});

Deno.test("zeta() is what YCSB gives for its ten billion items, but for the rounding errors of its sum", () => {
  assertClose(zeta(10_000_000_000, 0.99), 26.46902820178302, 1e-11);
});

Deno.test("zeta() of one term is 1, whatever the exponent", () => {
  assertEquals(THETAS.map((theta) => zeta(1, theta)), THETAS.map(() => 1));
});
