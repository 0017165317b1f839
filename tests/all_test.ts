/**
 * Tests of what runs all tests: that it leaves none out, and counts what they count.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { countsIn, testFiles, units } from "./all.ts";

Deno.test("units() has each test file in one unit, what takes longest first", () => {
  const files = testFiles();
  const all = units(files);
  for (const file of files) {
    assertEquals(all.filter((unit) => unit === file || (unit.endsWith("/") && file.startsWith(unit))).length, 1, file);
  }
  const some = ["all_test.ts", "campaign/b_test.ts", "cli/b_test.ts", "cli/c/d_test.ts", "main/a_test.ts"];
  assertEquals(units(some), ["campaign/b_test.ts", "main/a_test.ts", "cli/", "all_test.ts"]);
});

Deno.test("countsIn() reads the last line of counts, coloured or not", () => {
  const green = "\x1b[0m\x1b[32mok\x1b[0m | 12 passed (3 steps) | 0 failed \x1b[38;5;245m(2s)\x1b[0m\n";
  assertEquals(countsIn(`ok | 1 passed | 0 failed (1s)\n${green}\n`), { passed: 12, failed: 0, ignored: 0 });
  const mixed = "FAILED | 97 passed | 26 failed | 2 ignored | 5 filtered out (3m40s)\n\nerror: Test failed\n";
  assertEquals(countsIn(mixed), { passed: 97, failed: 26, ignored: 2 });
  assertEquals(countsIn("error: Module not found"), undefined);
});
