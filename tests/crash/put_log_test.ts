/**
 * Tests of what becomes of a lane's puts.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { FoundRecords } from "../../lib/crash/found_records.ts";
import { PutLog } from "../../lib/crash/put_log.ts";

const ROUND = 3;

/** Records that hold the round's puts of these numbers. */
function found(...sequences: number[]): FoundRecords {
  const records = new FoundRecords(sequences.length);
  for (const [record, sequence] of sequences.entries()) {
    if (sequence > 0) records.rounds[record] = ROUND;
    records.sequences[record] = sequence;
  }
  return records;
}

/** Puts 1 to 5 of a lane: on records 0, 1, 0, 1 and 2, of which the fourth was refused. */
function log(): PutLog {
  const log = new PutLog();
  log.acknowledged(0, 10);
  log.acknowledged(1, 20);
  log.acknowledged(0, 30);
  log.refused(1);
  log.acknowledged(2, 50);
  return log;
}

Deno.test("PutLog.outcome() finds nothing lost where each record holds its latest acknowledged put", () => {
  const outcome = log().outcome(found(3, 2, 5), ROUND);
  assertEquals(outcome, {
    acknowledged: 4,
    refused: 1,
    lost: 0,
    oldestLostAtMs: Infinity,
    neverAcknowledged: 0,
    holes: 0,
  });
});

Deno.test("PutLog.outcome() counts a refused put that is there, and no loss of the one that it replaced", () => {
  const { lost, neverAcknowledged } = log().outcome(found(3, 4, 5), ROUND);
  assertEquals([lost, neverAcknowledged], [0, 1]);
});

Deno.test("PutLog.outcome() counts each lost put, the oldest one's age, and those before a survivor as holes", () => {
  const { lost, oldestLostAtMs, holes } = log().outcome(found(1, 2, 5), ROUND);
  assertEquals([lost, oldestLostAtMs, holes], [1, 30, 1]);
  const all = log().outcome(found(0, 0, 0), ROUND);
  assertEquals([all.lost, all.oldestLostAtMs, all.holes], [4, 10, 0]);
});

Deno.test("PutLog.outcome() takes a value of another round for none", () => {
  const records = found(3, 2, 5);
  records.rounds.fill(ROUND - 1);
  assertEquals(log().outcome(records, ROUND).lost, 4);
});
