/**
 * Tests of `@std/assert`, or of what stands in for it: that all of what is declared is there, and is the genuine thing.
 *
 * @module
 */
import * as std from "@std/assert";
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  AssertionError,
  assertIsError,
  assertNotEquals,
  assertObjectMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";

const FUNCTIONS = [
  "assert",
  "assertAlmostEquals",
  "assertArrayIncludes",
  "assertEquals",
  "assertExists",
  "assertFalse",
  "assertGreater",
  "assertGreaterOrEqual",
  "assertInstanceOf",
  "assertIsError",
  "assertLess",
  "assertLessOrEqual",
  "assertMatch",
  "assertNotEquals",
  "assertNotInstanceOf",
  "assertNotMatch",
  "assertNotStrictEquals",
  "assertObjectMatch",
  "assertRejects",
  "assertStrictEquals",
  "assertStringIncludes",
  "assertThrows",
  "equal",
  "fail",
  "unimplemented",
  "unreachable",
  "AssertionError",
] as const;

/** What a failing assertion throws, caught without the help of an assertion. */
function failureOf(fails: () => unknown): Error {
  try {
    fails();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("It did not fail");
}

Deno.test("@std/assert exports all that is declared of it", () => {
  const missing = FUNCTIONS.filter((name) => typeof std[name] !== "function");
  if (missing.length > 0) throw new Error(`Missing: ${missing.join(", ")}`);
});

Deno.test("assert() throws an AssertionError when the expression is falsy", () => {
  assert(1);
  for (const falsy of [0, "", null, undefined, false, NaN, 0n]) {
    const error = failureOf(() => assert(falsy, "it is falsy"));
    if (!(error instanceof AssertionError)) throw error;
    assertEquals([error.name, error.message], ["AssertionError", "it is falsy"]);
  }
});

Deno.test("assertEquals() compares deeply when the values are containers", () => {
  assertEquals({ a: [1, new Map([["k", new Set([1, 2])]])] }, { a: [1, new Map([["k", new Set([2, 1])]])] });
  assertEquals([NaN, Uint8Array.of(1), new Date(5), /a/g], [NaN, Uint8Array.of(1), new Date(5), /a/g]);
  assertEquals(Object.fromEntries([["__proto__", 1]]), Object.fromEntries([["__proto__", 1]]));
  assertNotEquals<unknown>(Uint8Array.of(1), [1]);
  assertNotEquals(new Map([["k", 1]]), new Map([["k", 2]]));
  assertNotEquals<unknown>({ a: 1 }, { a: 1, b: 2 });
});

Deno.test("assertEquals() shows a diff when the values differ", () => {
  const { message } = failureOf(() => assertEquals(["same", "one"], ["same", "other"], "of the rows"));
  for (const part of ["Values are not equal", "of the rows", "Actual", "Expected", '"one"', '"other"']) {
    assertStringIncludes(message, part);
  }
});

Deno.test("assertStrictEquals() compares by Object.is()", () => {
  assertStrictEquals(NaN, NaN);
  failureOf(() => assertStrictEquals(0, -0));
  failureOf(() => assertStrictEquals({}, {}));
});

Deno.test("assertAlmostEquals() tolerates a ten-millionth when no tolerance is given", () => {
  assertAlmostEquals(1, 1 + 0.9e-7);
  failureOf(() => assertAlmostEquals(1, 1 + 2e-7));
  assertAlmostEquals(1, 1.4, 0.5);
});

Deno.test("assertThrows() returns the error when its class and message are right, and fails when not", () => {
  const error = new RangeError("out of range");
  const fails = () => {
    throw error;
  };
  assertStrictEquals(assertThrows(fails), error);
  assertStrictEquals(assertThrows(fails, Error, "out of"), error);
  failureOf(() => assertThrows(fails, TypeError));
  failureOf(() => assertThrows(fails, RangeError, "out to"));
  failureOf(() => assertThrows(() => {}));
});

Deno.test("assertRejects() resolves to the error when the promise rejects, and rejects when not", async () => {
  const error = new TypeError("no");
  assertStrictEquals(await assertRejects(() => Promise.reject(error), TypeError, "no"), error);
  await assertRejects(() => assertRejects(() => Promise.resolve()), AssertionError);
});

Deno.test("assertIsError() and assertObjectMatch() look at what they are given only", () => {
  assertIsError(new RangeError("out of range"), RangeError, "range");
  assertIsError(new RangeError("out of range"), Error, /^out/);
  failureOf(() => assertIsError("no error"));
  assertObjectMatch({ a: 1, b: { c: 2, d: 3 } }, { b: { c: 2 } });
  failureOf(() => assertObjectMatch({ a: 1 }, { a: 2 }));
});
