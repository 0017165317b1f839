/**
 * Tests of the growing table: whatever is put in whatever order, and whatever its sizes, it holds the last value of
 * each key.
 *
 * @module
 */
import { assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { EntryTable } from "../../lib/store/entry_table.ts";
import { hashKey } from "../../lib/store/hash.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";

function put(table: EntryTable, key: string, value: string): void {
  const padded = PaddedBytes.of(key);
  table.put(hashKey(padded.words, padded.length), padded, PaddedBytes.of(value));
}

/** What a table holds, and how many entries it visits to say so. */
function contentOf(table: EntryTable): { entries: Record<string, string>; visited: number } {
  const entries: Record<string, string> = {};
  let visited = 0;
  table.forEach((key, value) => {
    entries[key.toString()] = value.toString();
    visited++;
  });
  return { entries, visited };
}

/** Sizes of values, in bytes: of one kind, or of all kinds. */
const anySize = fc.constantFrom<[number, number]>([0, 0], [1, 1000], [50, 400], [1, 16_000], [4000, 4000], [0, 16_000])
  .chain(([min, max]) => fc.constant(fc.integer({ min, max })));

function remove(table: EntryTable, key: string): boolean {
  const padded = PaddedBytes.of(key);
  return table.delete(hashKey(padded.words, padded.length), padded);
}

/** Puts, as the number of their key, the length of their key and the length of their value; without one, deletes. */
const anyPuts = fc.tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 0, max: 60 }), anySize)
  .chain(([keys, keyLength, size]) =>
    fc.array(fc.tuple(fc.integer({ min: 0, max: keys - 1 }), fc.integer({ min: 0, max: keyLength }), fc.option(size)), {
      maxLength: 2000,
      size: "max",
    })
  );

Deno.test("EntryTable.put() and delete() keep the last value of each key, whatever the sizes", () => {
  fc.assert(
    fc.property(anyPuts, (puts) => {
      const table = new EntryTable(0, 1);
      const expected = new Map<string, string>();
      for (const [turn, [number, keyLength, valueLength]] of puts.entries()) {
        const key = String(number).padEnd(keyLength, "k");
        if (valueLength === null) {
          assertEquals(remove(table, key), expected.delete(key));
          continue;
        }
        const value = String(turn).slice(0, valueLength).padEnd(valueLength, "v");
        put(table, key, value);
        expected.set(key, value);
      }
      const { entries, visited } = contentOf(table);
      assertEquals(entries, Object.fromEntries(expected));
      assertEquals([table.count, visited], [expected.size, expected.size]);
    }),
    { numRuns: 100 },
  );
});

Deno.test("EntryTable.put() takes values that shrink before the table grows", () => {
  const table = new EntryTable(0, 1);
  for (let key = 0; key < 12; key++) put(table, `${key}`, "v".repeat(10_000));
  for (let key = 0; key < 12; key++) put(table, `${key}`, "");
  for (let key = 0; key < 1000; key++) put(table, `${key}`, `${key}`);
  assertEquals(table.count, 1000);
  assertEquals(contentOf(table).entries["999"], "999");
});

Deno.test("EntryTable.put() takes an empty key, and keys that JSON escapes", () => {
  const table = new EntryTable(0, 1);
  for (let turn = 0; turn < 1000; turn++) {
    for (const key of ["", '"', "\\", "\n", "plain"]) put(table, key, `${key} ${"x".repeat(turn % 37)}`);
  }
  const last = "x".repeat(999 % 37);
  assertEquals(contentOf(table).entries, {
    "": ` ${last}`,
    '"': `" ${last}`,
    "\\": `\\ ${last}`,
    "\n": `\n ${last}`,
    plain: `plain ${last}`,
  });
});

Deno.test("EntryTable.view() takes memory for what is there, not for what the values once were", () => {
  const table = new EntryTable(0, 1);
  for (let turn = 0; turn < 10; turn++) {
    for (let key = 0; key < 100; key++) put(table, `${key}`, "v".repeat(10_000));
    for (let key = 0; key < 100; key++) put(table, `${key}`, "short");
    for (let key = 0; key < 10_000; key++) put(table, `${turn} ${key}`, "");
  }
  // Growing doubles what is there; what has been added since may be dead. The index has its slots besides.
  assertLessOrEqual(table.view().words.length, 4 * (table.arenaWords + 4 * table.count));
});
