/**
 * Tests of what is kept of a run whose operations are more than there is room for.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { READ, WRITE } from "../../lib/history/history.ts";
import { judge } from "../../lib/history/judge.ts";
import { type Recorded, registersOf } from "../../lib/history/registers.ts";
import { HistoryTape, NOTHING } from "../../lib/history/tape.ts";

const ROUND = 3;

/** Two threads put and read records by turns, on a tape with room for so many operations. */
function recordedOf(records: number, operations: number, room: number): Recorded {
  const tape = HistoryTape.create(2, room);
  const tracks = [tape.track(0), tape.track(1)];
  for (let i = 0; i < operations; i++) {
    const track = tracks[i % 2]!;
    const record = i % records;
    const round = Math.floor(i / records);
    if (!track.keeps(record)) continue;
    const call = track.tick();
    // Each value is read twice after it was put.
    const kind = round % 3 === 0 ? WRITE : READ;
    track.add(kind, ROUND, record, 1 + Math.floor(round / 3), 0, call, track.tick(), 0, 0);
  }
  return {
    tracks,
    level: tape.level,
    round: ROUND,
    isUnfinished: false,
    unrecordedMax: 0,
    initialOf: () => ({ put: NOTHING, round: ROUND, hash: 0 }),
  };
}

Deno.test("HistoryTape keeps all operations of fewer keys where it has no room for all", () => {
  const all = 30_000, records = 1000;
  const recorded = recordedOf(records, all, 4096);
  assertGreater(recorded.level, 2);
  const registers = [...registersOf(recorded)];
  assertGreater(registers.length, 20);
  assertLess(registers.length, records / 4);
  for (const { history } of registers) {
    assertEquals(history.kinds.length, all / records);
    assertEquals(judge(history), "linearizable");
  }
});

Deno.test("HistoryTape keeps everything up to a moment where fewer keys are no help", () => {
  const recorded = recordedOf(1, 30_000, 4096);
  assertEquals(recorded.level, 0);
  const [register, ...others] = registersOf(recorded);
  assert(register !== undefined);
  assertEquals(others, []);
  const { history } = register;
  assertGreater(history.kinds.length, 4000);
  assertEquals(judge(history), "linearizable");
  // It is a beginning without a gap: each value is written once and read twice.
  assertEquals(
    Array.from(history.values).slice(0, 9),
    [1, 1, 1, 2, 2, 2, 3, 3, 3],
  );
});

Deno.test("registersOf() takes what was under way when recording ended for what may have taken effect", () => {
  const tape = HistoryTape.create(1);
  const track = tape.track(0);
  const call = track.tick();
  track.add(READ, ROUND, 7, 5, 0, call, track.tick(), 0, 0);
  const recorded: Recorded = {
    tracks: [track],
    level: 0,
    round: ROUND,
    isUnfinished: true,
    unrecordedMax: 0,
    initialOf: () => ({ put: NOTHING, round: ROUND, hash: 0 }),
  };
  const judgements = [true, false].map((isUnfinished) =>
    Array.from(registersOf({ ...recorded, isUnfinished }), ({ history }) => judge(history))
  );
  assertEquals(judgements, [["linearizable"], ["not linearizable"]]);
});
