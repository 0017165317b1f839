/**
 * Tests of the comparison, with crashes made by hand: each figure says what was lost, and nothing else.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { LossCounter } from "../../lib/crash/loss_count.ts";
import { NUMBERED_VALUE_BYTES_MIN } from "../../lib/load/numbered_workload.ts";
import { countLosses, foundAfter, MIX, partsOf, type Put, putsOf } from "./fixtures.ts";

const PUTS = putsOf(0, { threads: 1, count: 60 });
const NOTHING_LOST = {
  refused: 0,
  lost: 0,
  resurrected: 0,
  oldestLostAtMs: Infinity,
  neverAcknowledged: 0,
  holes: 0,
  neverPut: 0,
};

/** Which of the puts no later one of the same record follows among the first so many. */
function isLast({ record, sequence }: Put, among: readonly Put[]): boolean {
  return among.every((other) => other.record !== record || other.sequence <= sequence);
}

Deno.test("countLosses() finds nothing lost when every acknowledged put is there", () => {
  assertEquals(countLosses(partsOf({ acknowledged: [60], survivors: PUTS })), { ...NOTHING_LOST, acknowledged: 60 });
});

Deno.test("countLosses() finds nothing at all when nothing was acknowledged", () => {
  assertEquals(countLosses(partsOf({ acknowledged: [0, 0], survivors: [] })), { ...NOTHING_LOST, acknowledged: 0 });
});

Deno.test("countLosses() counts as lost what is not there, exactly, and when the oldest was", () => {
  const result = countLosses(partsOf({ acknowledged: [60], survivors: PUTS.slice(0, 40) }));
  assertEquals(result, { ...NOTHING_LOST, acknowledged: 60, lost: 20, oldestLostAtMs: 41 });
});

Deno.test("countLosses() counts as holes what a thread has lost before a later put of its own that survived", () => {
  const lostRecord = PUTS[10]?.record;
  const survivors = PUTS.filter(({ record }) => record !== lostRecord);
  const lost = PUTS.filter(({ record }) => record === lostRecord);
  const latestSurvivor = Math.max(...survivors.map(({ sequence }) => sequence));

  const result = countLosses(partsOf({ acknowledged: [60], survivors }));

  const holes = lost.filter(({ sequence }) => sequence < latestSurvivor).length;
  assertEquals([result.lost, result.holes], [lost.length, holes]);
  assert(holes > 0);
});

Deno.test("countLosses() counts no put as lost that a later one of its record replaced", () => {
  const survivors = PUTS.filter((put) => isLast(put, PUTS));
  assert(survivors.length < PUTS.length);
  assertEquals(countLosses(partsOf({ acknowledged: [60], survivors })), { ...NOTHING_LOST, acknowledged: 60 });
});

Deno.test("countLosses() tells a put that survived without having been acknowledged", () => {
  const result = countLosses(partsOf({ acknowledged: [59], survivors: PUTS }));
  assertEquals(result, { ...NOTHING_LOST, acknowledged: 59, neverAcknowledged: 1 });
});

Deno.test("countLosses() tells refused puts apart: none is lost, and one may be there all the same", () => {
  const parts = partsOf({ acknowledged: [60], survivors: PUTS });
  const [there = 0, replaced = 0] = [PUTS.findLast((put) => isLast(put, PUTS)), PUTS.find((put) => !isLast(put, PUTS))]
    .map((put) => put?.sequence);
  const acknowledgedAtMs = parts.testimony.acknowledgedAtMs.map((times) =>
    times.map((ms, index) => index + 1 === there || index + 1 === replaced ? NaN : ms)
  );
  const result = countLosses({ ...parts, testimony: { acknowledgedAtMs } });
  assertEquals(result, { ...NOTHING_LOST, acknowledged: 58, refused: 2, neverAcknowledged: 1 });

  const gone = countLosses({ ...partsOf({ acknowledged: [60], survivors: [] }), testimony: { acknowledgedAtMs } });
  assertEquals([gone.acknowledged, gone.refused, gone.lost, gone.neverAcknowledged], [58, 2, 58, 0]);
});

Deno.test("countLosses() goes thread by thread", () => {
  const [first, second] = [0, 1].map((thread) => putsOf(thread, { threads: 2, count: 30 })) as [Put[], Put[]];
  const survivors = [...first.slice(0, 25), ...second.slice(0, 20)];
  const result = countLosses(partsOf({ acknowledged: [25, 30], survivors }));
  assertEquals(result, { ...NOTHING_LOST, acknowledged: 55, lost: 10, oldestLostAtMs: 21 });
});

Deno.test("countLosses() takes an earlier round's values for what they are", () => {
  const before = putsOf(0, { threads: 1, count: 60, round: 4 });
  const sound = countLosses(partsOf({ acknowledged: [60], survivors: PUTS, before }));
  assertEquals(sound, { ...NOTHING_LOST, acknowledged: 60 });
  const lost = countLosses(partsOf({ acknowledged: [60], survivors: [], before }));
  assertEquals(lost, { ...NOTHING_LOST, acknowledged: 60, lost: 60, oldestLostAtMs: 1 });
});

Deno.test("countLosses() counts each record that lost what was there before the child", () => {
  const before = putsOf(0, { threads: 1, count: 60, round: 4 });
  const parts = partsOf({ acknowledged: [0], survivors: [], before });
  const records = new Set(before.map(({ record }) => record)).size;
  const older = foundAfter(putsOf(0, { threads: 1, count: 60, round: 3 }));
  for (const found of [foundAfter([]), older]) {
    assertEquals(countLosses({ ...parts, found }), { ...NOTHING_LOST, acknowledged: 0, lost: records });
  }
  const fewer = foundAfter(before.filter((put) => isLast(put, before)).slice(1));
  assertEquals(countLosses({ ...parts, found: fewer }).lost, 1);
});

Deno.test("countLosses() counts a record of an unnumbered value that is gone, and none that was put anew", () => {
  const preloaded = [3, 5].map((record) => ({ thread: 0, sequence: 0, record, value: "preloaded" }));
  const parts = partsOf({ acknowledged: [0], survivors: [], before: preloaded });
  assertEquals(countLosses(parts).lost, 0);
  assertEquals(countLosses({ ...parts, found: foundAfter(preloaded.slice(1)) }).lost, 1);
  const put = PUTS.filter((put) => isLast(put, PUTS));
  assertEquals(countLosses(partsOf({ acknowledged: [60], survivors: put, before: preloaded })).lost, 0);
});

Deno.test("countLosses() counts values that no put has put, whatever their number", () => {
  const survivors = PUTS.filter((put) => isLast(put, PUTS));
  const [first, ...others] = survivors as [Put, ...Put[]];
  const other = PUTS.find(({ record }) => record !== first.record)!;
  const wrong = [
    { why: "longer", put: { ...first, value: first.value + "x" } },
    { why: "another record's", put: { ...first, value: other.value } },
    { why: "of a put that never was", put: { ...first, value: first.value.replace(/\.\d{10}/, ".0000000099") } },
    { why: "garbage", put: { ...first, value: "x".repeat(60) } },
    { why: "of another thread", put: { ...first, value: first.value.replace(".0000.", ".0001.") } },
  ];
  for (const { why, put } of wrong) {
    assertEquals(countLosses(partsOf({ acknowledged: [60], survivors: [put, ...others] })).neverPut, 1, why);
  }
});

Deno.test("countLosses() takes what names no put for put only if it was there before the first child", () => {
  const [put] = PUTS as [Put];
  const preloaded = { ...put, value: "preloaded" }, garbage = { ...put, value: "p".repeat(60) };
  const neverPut = (first: Put[], before: Put[]) => {
    const parts = partsOf({ acknowledged: [0], survivors: [garbage], before });
    return countLosses({ ...parts, foundFirst: foundAfter(first) }).neverPut;
  };
  assertEquals(neverPut([garbage], [garbage]), 0);
  assertEquals(neverPut([garbage], [put]), 0, "an old value has come back");
  assertEquals(neverPut([put], [put]), 0, "what it once overwrote may have come back");
  assertEquals(neverPut([], [put]), 1, "there was nothing");
  assertEquals(neverPut([preloaded], [put]), 1, "there was something else");
});

Deno.test("LossCounter.strangeValue() names a key with how its value begins, if that names a put", () => {
  const [first] = PUTS as [Put];
  const strangeValue = (value: string) => {
    const { found, testimony, ...load } = partsOf({ acknowledged: [60], survivors: [{ ...first, value }] });
    return new LossCounter(load).strangeValue(found, testimony);
  };
  const key = `user${String(first.record).padStart(MIX.keyBytes - "user".length, "0")}`;
  assertEquals(strangeValue(first.value + "x"), { key, beginning: first.value.slice(0, NUMBERED_VALUE_BYTES_MIN) });
  assertEquals(strangeValue("garbage"), { key });
  assertEquals(strangeValue(first.value), undefined);
});
