/**
 * Tests of the example of a lost put: what its key should hold is what was acknowledged last, whoever put it.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { FoundRecords, UNNUMBERED } from "../../lib/crash/found_records.ts";
import { findLostPut, type LanesOfPuts } from "../../lib/crash/lost_put.ts";
import { NumberedMix } from "../../lib/load/numbered_load.ts";
import { NUMBERED_SEED_MIX } from "../../lib/load/numbered_workload.ts";

const RECORDS = 4;
const MIX = { ...NUMBERED_SEED_MIX, keyCount: RECORDS, keyCountMax: RECORDS, keyBytes: 9 };

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

/** Round 2 of two threads, of which the records by turns are. */
function lanes(
  before: FoundRecords,
  puts: readonly (readonly (readonly [record: number, atMs: number])[])[],
): LanesOfPuts {
  return {
    round: 2,
    load: new NumberedMix(MIX),
    before,
    failedAtMs: 100,
    acknowledgedAtMs: puts.map((lane) => Float64Array.from(lane, ([, atMs]) => atMs)),
    records: puts.map((lane) => Int32Array.from(lane, ([record]) => record)),
  };
}

Deno.test("findLostPut() names the last acknowledged put to the key whose loss is oldest, and what is there", () => {
  const puts = lanes(holding(), [[[0, 10], [2, 20], [0, 30]], [[1, 15], [3, 25], [1, 40]]]);
  const found = holding([2, 1], [2, 3], [2, 2], [1, 7]);
  assertEquals(findLostPut(found, puts), {
    key: "user00003",
    expected: "0000002.0001.0000000002",
    acknowledgedMsBefore: 75,
    found: "0000001.0001.0000000007",
  });
  assertEquals(findLostPut(holding(undefined, [2, 3], [2, 2], [2, 2]), puts), {
    key: "user00000",
    expected: "0000002.0000.0000000003",
    acknowledgedMsBefore: 70,
  });
});

Deno.test("findLostPut() finds nothing where each key holds what was acknowledged last, or a later put", () => {
  const puts = lanes(holding([1, 5]), [[[0, 10], [0, 20]], [[1, NaN], [1, 30]]]);
  assertEquals(findLostPut(holding([2, 2], [2, 2]), puts), undefined);
  assertEquals(findLostPut(holding([2, 3], [2, 9]), puts), undefined);
});

Deno.test("findLostPut() takes a refused put for none", () => {
  assertEquals(findLostPut(holding(), lanes(holding(), [[[0, NaN]], []])), undefined);
});

Deno.test("findLostPut() names what an earlier child had put if that is what is lost", () => {
  const puts = lanes(holding([1, 5], [UNNUMBERED, 0]), [[], []]);
  assertEquals(findLostPut(holding([1, 4], [UNNUMBERED, 0]), puts), {
    key: "user00000",
    expected: "0000001.0000.0000000005",
    found: "0000001.0000.0000000004",
  });
  assertEquals(findLostPut(holding([1, 5]), puts), {
    key: "user00001",
    expected: "a value that was there before the first child",
  });
});
