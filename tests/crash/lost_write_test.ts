/**
 * Tests of the example of a lost write: what its key should hold is what was acknowledged last, whoever put it, unless
 * a delete that is lost has brought a key back.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { FoundRecords, UNNUMBERED } from "../../lib/crash/found_records.ts";
import { LaneWrites } from "../../lib/crash/lane_writes.ts";
import { findLostWrite, type LostWrite } from "../../lib/crash/lost_write.ts";
import { Survivors } from "../../lib/crash/survivors.ts";
import { ScriptedLoad } from "./scripted_load.ts";

const RECORDS = 4;
const ROUND = 2;

/** What a store holds: for each record, the round and the number of its put, or nothing. */
function holding(...held: (readonly [round: number, sequence: number] | undefined)[]): FoundRecords {
  const found = new FoundRecords(RECORDS);
  for (const [record, put] of held.entries()) {
    if (put === undefined) continue;
    found.rounds[record] = put[0];
    found.sequences[record] = put[1];
  }
  return found;
}

/** A put of a record, or its delete, and when it was acknowledged. */
type Write = readonly [record: number, atMs: number, what?: "delete"];

/** Round 2 of two threads, of which the records by turns are: an example of what is lost. */
function example(found: FoundRecords, before: FoundRecords, writes: readonly (readonly Write[])[]): LostWrite {
  // One more may have been under way.
  const script = writes.map((lane, thread) => [
    ...lane.map(([record, , what]) => ({ record, isDelete: what === "delete" })),
    { record: thread, isDelete: false },
  ]);
  const load = new ScriptedLoad(RECORDS, script);
  const acknowledgedAtMs = writes.map((lane) => Float64Array.from(lane, ([, atMs]) => atMs));
  const survivors = new Survivors({ first: before, before, found, round: ROUND });
  const lanes = writes.map(({ length }, thread) => {
    const lane = new LaneWrites({ load, seed: 0, round: ROUND, thread, threads: writes.length });
    lane.reach(length + 1);
    survivors.explain(lane, acknowledgedAtMs[thread]!);
    return lane;
  });
  return findLostWrite(found, { round: ROUND, load, before, failedAtMs: 100, acknowledgedAtMs, lanes, survivors });
}

Deno.test("findLostWrite() names the last acknowledged put to the key whose loss is oldest, and what is there", () => {
  const writes: Write[][] = [[[0, 10], [2, 20], [0, 30]], [[1, 15], [3, 25], [1, 40]]];
  const before = holding(undefined, undefined, undefined, [1, 7]);
  assertEquals(example(holding([2, 1], [2, 3], [2, 2], [1, 7]), before, writes), {
    lostPut: {
      key: "user00003",
      expected: "0000002.0001.0000000002",
      acknowledgedMsBefore: 75,
      found: "0000001.0001.0000000007",
    },
  });
  assertEquals(example(holding(undefined, [2, 3], [2, 2], [2, 2]), before, writes), {
    lostPut: { key: "user00000", expected: "0000002.0000.0000000003", acknowledgedMsBefore: 70 },
  });
});

Deno.test("findLostWrite() finds nothing where each key holds what was acknowledged last, or a later put", () => {
  const before = holding([1, 5]);
  const writes: Write[][] = [[[0, 10], [0, 20]], [[1, NaN], [1, 30]]];
  assertEquals(example(holding([2, 2], [2, 2]), before, writes), {});
  assertEquals(example(holding([2, 3], [2, 9]), before, writes), {});
  const deleted: Write[][] = [[[0, 10, "delete"]], [[1, 30], [1, 35, "delete"], [3, NaN, "delete"]]];
  assertEquals(example(holding(), holding([1, 5], [1, 5], undefined, [1, 5]), deleted), {});
});

Deno.test("findLostWrite() takes a refused put for none", () => {
  assertEquals(example(holding(), holding(), [[[0, NaN]], []]), {});
});

Deno.test("findLostWrite() names what an earlier child had put if that is what is lost", () => {
  const before = holding([1, 5], [UNNUMBERED, 0]);
  assertEquals(example(holding([1, 4], [UNNUMBERED, 0]), before, [[], []]), {
    lostPut: { key: "user00000", expected: "0000001.0000.0000000005", found: "0000001.0000.0000000004" },
  });
  assertEquals(example(holding([1, 5]), before, [[], []]), {
    lostPut: { key: "user00001", expected: "a value that was there before the first child" },
  });
});

Deno.test("findLostWrite() prefers a key that is back, and names the first of its deletes that is lost", () => {
  const writes: Write[][] = [[[2, 5], [0, 10], [0, 20, "delete"], [0, 30], [0, 40, "delete"]], [[1, 50, "delete"]]];
  const before = holding(undefined, [1, 8]);
  const back = { key: "user00000", deleteNumber: 3, acknowledgedMsBefore: 80, found: "0000002.0000.0000000002" };
  assertEquals(example(holding([2, 2], [1, 8]), before, writes), { resurrected: back });
  assertEquals(example(holding(undefined, [1, 8]), before, writes), {
    resurrected: { key: "user00001", deleteNumber: 1, acknowledgedMsBefore: 50, found: "0000001.0001.0000000008" },
  });
});

Deno.test("findLostWrite() says of a key that had been gone before the child only that it is back", () => {
  assertEquals(example(holding(undefined, [1, 8]), holding(), [[], []]), {
    resurrected: { key: "user00001", found: "0000001.0001.0000000008" },
  });
});
