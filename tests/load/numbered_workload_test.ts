/**
 * Tests of the numbered workload: each put can be told from all others, and from its thread and place alone.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import {
  formatNumberedValue,
  NUMBERED_KEY_SPACE,
  NumberedWorkload,
  parseNumberedValue,
} from "../../lib/load/numbered_workload.ts";
import { UPDATE } from "../../lib/load/operation.ts";
import { Rng } from "../../lib/load/rng.ts";

const OPERATIONS = 20_000;

/** A thread's first operations: its keys, and the values of those that put. */
function operations(thread: number, options: { threads: number; seed?: number; round?: number }) {
  const { threads, seed = 1, round = 3 } = options;
  const workload = new NumberedWorkload(new Rng(seed, 2 * thread), { round, thread, threads });
  return Array.from({ length: OPERATIONS }, () => {
    workload.next();
    return { key: workload.key.toString(), value: workload.kind === UPDATE ? workload.value.toString() : undefined };
  });
}

Deno.test("NumberedWorkload.next() numbers a thread's puts from 1 without a gap", () => {
  const values = operations(1, { threads: 3 }).flatMap(({ value }) => value ?? []);
  const expected = values.map((_, i) => ({ round: 3, thread: 1, sequence: i + 1 }));
  assertEquals(values.map(parseNumberedValue), expected);
});

Deno.test("NumberedWorkload.next() puts nine times out of ten", () => {
  const puts = operations(0, { threads: 1 }).filter(({ value }) => value !== undefined).length;
  assert(Math.abs(puts / OPERATIONS - 0.9) < 0.01, `${puts} of ${OPERATIONS}`);
});

for (const threads of [1, 3, 7]) {
  Deno.test(`NumberedWorkload.next() gives each of ${threads} threads keys of its own, within the key space`, () => {
    const owners = new Map<string, number>();
    for (let thread = 0; thread < threads; thread++) {
      for (const { key } of operations(thread, { threads })) {
        assertEquals(owners.get(key) ?? thread, thread, key);
        owners.set(key, thread);
        assert(key.length <= NUMBERED_KEY_SPACE.keyLengthMax);
        assert(Number(key.slice("Key".length)) < NUMBERED_KEY_SPACE.keyCount, key);
      }
    }
  });
}

Deno.test("NumberedWorkload.next() repeats its operations with the same seed, and no others with another", () => {
  assertEquals(operations(2, { threads: 4 }), operations(2, { threads: 4 }));
  const [one, other] = [1, 2].map((seed) => operations(2, { threads: 4, seed }).map(({ key }) => key).join());
  assert(one !== other);
});

Deno.test("formatNumberedValue() makes values of one length, which parseNumberedValue() reads", () => {
  for (const round of [0, 1, 999_999, 1_999_999]) {
    for (const thread of [0, 9, 9999]) {
      for (const sequence of [0, 1, 9_999_999_999]) {
        const text = formatNumberedValue({ round, thread, sequence });
        assertEquals(text.length, NUMBERED_KEY_SPACE.valueLengthMax);
        assertEquals(parseNumberedValue(text), { round, thread, sequence });
      }
    }
  }
});

Deno.test("parseNumberedValue() makes no number of a value of the seed's", () => {
  assertEquals(parseNumberedValue("foo"), { round: NaN, thread: NaN, sequence: NaN });
});
