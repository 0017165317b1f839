/**
 * Tests of the wording of usage errors.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { didYouMean, listNames, quote } from "../../lib/option/wording.ts";

Deno.test("quote() escapes what would break or hide the line", () => {
  const rows = [
    ["4", '"4"'],
    ["", '""'],
    ['a "b" \\', '"a \\"b\\" \\\\"'],
    ["a\nb\r\t\0", '"a\\nb\\r\\t\\u0000"'],
    ["\x1b[31m\x7f\x85", '"\\u001b[31m\\u007f\\u0085"'],
    ["\u2028\u2029\u200b\ufeff\u202e", '"\\u2028\\u2029\\u200b\\ufeff\\u202e"'],
    ["\ud800", '"\\ud800"'],
    ["\u{1d173}", '"\\u{1d173}"'],
    ["µ 😀", '"µ 😀"'],
  ] as const;
  for (const [text, expected] of rows) assertEquals(quote(text), expected);
});

Deno.test("quote() cuts a long text between characters", () => {
  assertEquals(quote("😀".repeat(61)), `"${"😀".repeat(60)}…"`);
  assertEquals(quote("😀".repeat(60)), `"${"😀".repeat(60)}"`);
});

Deno.test("quote() gives one line of visible characters for any text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => assertMatch(quote(text), /^[^\p{C}\p{Zl}\p{Zp}]+$/u)));
});

Deno.test("listNames() joins with commas and a last or", () => {
  assertEquals(listNames([]), "");
  assertEquals(listNames(["a"]), "a");
  assertEquals(listNames(["a", "b"]), "a or b");
  assertEquals(listNames(["a", "b", "c"]), "a, b or c");
});

Deno.test("didYouMean() names the closest when it is really close", () => {
  const names = ["threads", "seed", "queue-depth", "queue-memory", "json", "file", "load-time-sec"];
  const rows = [
    ["thread", "threads"],
    ["treads", "threads"],
    ["THREADS", "threads"],
    ["sed", "seed"],
    ["speed", "seed"],
    ["josn", "json"],
    ["flie", "file"],
    ["files", "file"],
    ["queue-dept", "queue-depth"],
    ["queue", "queue-depth"],
    ["queue-mem", "queue-memory"],
    ["load-time", "load-time-sec"],
    ["loadtimesec", "load-time-sec"],
    ["threads.x", "threads"],
  ] as const;
  for (const [given, name] of rows) assertEquals(didYouMean(given, names), ` (did you mean ${name}?)`, given);
});

Deno.test("didYouMean() says nothing when nothing is close", () => {
  for (const given of ["", "t", "th", "time", "xyz", "needs", "frequency", "flush-period-us"]) {
    assertEquals(didYouMean(given, ["threads", "seed", "file", "load-time-sec", "write-period-us"]), "", given);
  }
  assertEquals(didYouMean("x", ["t", "h"]), "");
  assertEquals(didYouMean("threads", []), "");
});

Deno.test("didYouMean() shows the name as a flag when it has a prefix", () => {
  assertEquals(didYouMean("T", ["t"], { prefix: "-" }), " (did you mean -t?)");
});
