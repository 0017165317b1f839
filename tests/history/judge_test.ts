import { assert, assertEquals } from "@std/assert";
import { explain } from "../../lib/history/contradiction.ts";
import { ABSENT, COMPARE_AND_SET, type History, pick, READ, WRITE } from "../../lib/history/history.ts";
import { judge } from "../../lib/history/judge.ts";
import { judgeBySearch } from "../../lib/history/search.ts";
import { hasUniqueValues, judgeUniqueValues } from "../../lib/history/unique_values.ts";
import { Rng } from "../../lib/load/rng.ts";
import { historyOf, judgeByAllOrders, simulate } from "./histories.ts";

const LINEARIZABLE = "linearizable", NOT = "not linearizable";

const write = (value: number, call: number, returned: number) => ({ kind: WRITE, value, call, returned });
const read = (value: number, call: number, returned: number) => ({ kind: READ, value, call, returned });
const compareAndSet = (expected: number, value: number, call: number, returned: number) => (
  { kind: COMPARE_AND_SET, expected, value, call, returned }
);

Deno.test("judge() takes operations that touch in time for concurrent", () => {
  assertEquals(judge(historyOf([write(1, 0, 5), read(ABSENT, 5, 6)])), LINEARIZABLE);
  assertEquals(judge(historyOf([write(1, 0, 5), read(ABSENT, 5.5, 6)])), NOT);
});

Deno.test("judge() lets what never returned take effect at any time, or never", () => {
  const open = write(2, 1, Infinity);
  assertEquals(judge(historyOf([write(1, 0, 0), open, read(1, 2, 3), read(2, 4, 5)])), LINEARIZABLE);
  assertEquals(judge(historyOf([write(1, 0, 0), open, read(1, 2, 3), read(1, 4, 5)])), LINEARIZABLE);
  assertEquals(judge(historyOf([write(1, 0, 0), open, read(2, 2, 3), read(1, 4, 5)])), NOT);
  assertEquals(judge(historyOf([read(2, 0, 0.5), open])), NOT);
});

Deno.test("judge() knows that a key may be absent for several reasons", () => {
  const remove = write(ABSENT, 4, 5);
  assertEquals(judge(historyOf([read(ABSENT, 0, 1), write(1, 2, 3), remove, read(ABSENT, 6, 7)])), LINEARIZABLE);
  assertEquals(judge(historyOf([write(1, 2, 3), remove, read(1, 6, 7)])), NOT);
  assertEquals(judge(historyOf([write(1, 2, 3), read(ABSENT, 3.5, 3.6), remove])), NOT);
});

Deno.test("judge() lets two compare-and-sets of one value succeed only where it is written twice", () => {
  const both = [write(3, 0, 1), compareAndSet(3, 4, 2, 9), compareAndSet(3, 5, 3, 8)];
  assertEquals(judge(historyOf(both)), NOT);
  assertEquals(judge(historyOf([...both, write(3, 2, 9)])), LINEARIZABLE);
});

Deno.test("judge() takes each of several values that a register may have held at first", () => {
  assertEquals(judge(historyOf([read(2, 0, 1)], [1, 2])), LINEARIZABLE);
  assertEquals(judge(historyOf([read(2, 0, 1), read(1, 2, 3)], [1, 2])), NOT);
});

/** Histories of all kinds, small enough that every order of their operations can be tried. */
function smallHistories(rng: Rng, compares: boolean): History[] {
  return Array.from({ length: 600 }, () =>
    simulate({
      rng,
      operations: 3 + rng.below(6),
      processes: 1 + rng.below(4),
      ...(rng.below(2) === 0 ? {} : { valueCount: 3 }),
      compares,
      ...(rng.below(3) === 0 ? {} : { staleEvery: 3 }),
      ...(rng.below(2) === 0 ? {} : { openEvery: 5 }),
    }));
}

Deno.test("judgeBySearch() and judgeUniqueValues() say what trying every order says", () => {
  const rng = new Rng(1);
  const counts = { linearizable: 0, not: 0, unique: 0 };
  for (const history of [...smallHistories(rng, false), ...smallHistories(rng, true)]) {
    const expected = judgeByAllOrders(history) ? LINEARIZABLE : NOT;
    assertEquals(judgeBySearch(history), expected);
    counts[expected === NOT ? "not" : "linearizable"]++;
    if (!hasUniqueValues(history)) continue;
    assertEquals(judgeUniqueValues(history), expected);
    counts.unique++;
  }
  assert(Object.values(counts).every((count) => count > 100), JSON.stringify(counts));
});

Deno.test("explain() names operations that contradict each other, and of which none can be left out", () => {
  const rng = new Rng(2);
  const names = new Set<string>();
  let explained = 0;
  for (const history of [...smallHistories(rng, false), ...smallHistories(rng, true)]) {
    if (judge(history) !== NOT) continue;
    const { name, operations, from } = explain(history);
    names.add(name);
    const isPossible = (indexes: readonly number[]) => {
      const part = pick(history, indexes);
      if (from === undefined) return judgeByAllOrders(part);
      const returns = part.returns.map((returned, at) => part.calls[at]! < from ? Infinity : returned);
      return judgeByAllOrders({ ...part, returns, initial: [...Array(history.valueCount + 1).keys()] });
    };
    assertEquals(isPossible(operations), false);
    for (const read of operations.filter((i) => history.kinds[i] === READ)) {
      assertEquals(isPossible(operations.filter((i) => i !== read)), true, `${read} of ${operations}`);
    }
    explained++;
  }
  assert(explained > 100);
  assertEquals(names.has("stale read") && names.has("lost write") && names.has("order that cannot be"), true);
});

Deno.test("explain() calls contradictions by their names", () => {
  const name = (...operations: Parameters<typeof historyOf>[0][number][]) => explain(historyOf(operations)).name;
  assertEquals(name(write(1, 0, 1), write(2, 2, 3), read(2, 4, 5), read(1, 6, 7)), "stale read");
  assertEquals(name(write(1, 0, 1), write(2, 2, 3), read(1, 6, 7)), "lost write");
  assertEquals(name(write(1, 0, 1), read(7, 6, 7)), "value out of nowhere");
  assertEquals(name(read(1, 0, 1), write(1, 6, 7)), "value out of nowhere");
  assertEquals(
    name(write(1, 0, 9), write(2, 0, 9), read(1, 10, 11), read(2, 12, 13), read(1, 14, 15)),
    "order that cannot be",
  );
  assertEquals(name(write(3, 0, 1), compareAndSet(3, 4, 2, 9), compareAndSet(3, 5, 3, 8)), "order that cannot be");
});

for (const valueCount of [undefined, 5]) {
  const values = valueCount === undefined ? "values that are unique" : "values that are written again";
  Deno.test(`judge() and explain() are quick with 50,000 operations on one register, ${values}`, () => {
    const load = {
      operations: 50_000,
      processes: valueCount === undefined ? 16 : 5,
      ...(valueCount === undefined ? {} : { valueCount }),
    };
    const compares = valueCount !== undefined;
    const start = performance.now();
    assertEquals(judge(simulate({ rng: new Rng(3), ...load, compares })), LINEARIZABLE);
    const wrong = simulate({ rng: new Rng(4), ...load, compares, staleEvery: 100 });
    assertEquals(judge(wrong), NOT);
    const { operations } = explain(wrong);
    assert(operations.length <= 12, `${operations.length} operations`);
    assert(performance.now() - start < 30_000);
  });
}
