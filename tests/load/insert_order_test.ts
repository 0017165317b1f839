/**
 * Tests of the order of inserts: the threads take turns, and together leave no record out.
 *
 * @module
 */
import { assertEquals, assertStrictEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { InsertOrder, RecordsUsedUpError } from "../../lib/load/distribution.ts";

/** All records that a thread inserts until there is no room. */
function recordsOf(order: InsertOrder): number[] {
  const records: number[] = [];
  try {
    for (let i = 0;; i++) records.push(order.record(i));
  } catch (error) {
    if (!(error instanceof RecordsUsedUpError)) throw error;
  }
  return records;
}

for (const threads of [1, 2, 3, 7]) {
  Deno.test(`InsertOrder.record() gives ${threads} threads every new record once`, () => {
    const orders = Array.from(
      { length: threads },
      (_, thread) => new InsertOrder({ keyCount: 100, keyCountMax: 150, thread, threads }),
    );
    const records = orders.map(recordsOf);
    assertEquals(records.map(([first]) => first), orders.map((_, thread) => 100 + thread));
    assertEquals(records.flat().sort((a, b) => a - b), Array.from({ length: 50 }, (_, i) => 100 + i));
  });
}

Deno.test("InsertOrder.record() throws RecordsUsedUpError, which says how many there was room for and what to do", () => {
  const order = new InsertOrder({ keyCount: 1000, keyCountMax: 1002, thread: 1, threads: 2 });
  assertStrictEquals(order.record(0), 1001);
  const error = assertThrows(() => order.record(1), RecordsUsedUpError);
  assertStrictEquals(error.name, "RecordsUsedUpError");
  for (const part of ["1002", "--max-keys", "fewer operations"]) assertStringIncludes(error.message, part);
});
