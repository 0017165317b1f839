/**
 * Tests of what counts as lost where records may have been deleted: small histories, drawn at random, against a model
 * that goes through all explanations of what was found.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { FoundRecords } from "../../lib/crash/found_records.ts";
import type { LossCount } from "../../lib/crash/loss_count.ts";
import { formatNumberedValue } from "../../lib/load/numbered_workload.ts";
import { Rng } from "../../lib/load/rng.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { countLosses } from "./fixtures.ts";
import { ScriptedLoad, type ScriptedWrite, valueOf } from "./scripted_load.ts";

const ROUND = 3;
const HISTORIES = 4000;
const PRELOADED = "preloaded";

/** A crash of known writes: which of them were acknowledged, and what was there before and after. */
interface History {
  /** By thread; the last of each was under way. */
  readonly writes: readonly (readonly ScriptedWrite[])[];
  /** By thread, whether each of the others was acknowledged, or refused. */
  readonly acknowledged: readonly (readonly boolean[])[];
  /** By record; absent if `undefined`. */
  readonly first: readonly (string | undefined)[];
  readonly before: readonly (string | undefined)[];
  readonly found: readonly (string | undefined)[];
}

function draw(rng: Rng): History {
  const threads = 1 + rng.below(2);
  const records = threads * (1 + rng.below(3));
  const chance = (of: number) => rng.below(of) === 0;
  const writes = Array.from({ length: threads }, (_, thread) =>
    Array.from({ length: 1 + rng.below(7) }, () => ({
      record: thread + threads * rng.below(records / threads),
      isDelete: chance(2),
    })));
  const acknowledged = writes.map((lane) => lane.slice(1).map(() => !chance(5)));
  const first = Array.from({ length: records }, () => chance(2) ? PRELOADED : undefined);
  const earlier = (record: number) => formatNumberedValue({ round: 1, thread: record % threads, sequence: 1 });
  const before = first.map((value, record) => chance(3) ? undefined : chance(2) ? earlier(record) : value);
  const found = before.map((value, record) => {
    const thread = record % threads;
    const own = [...writes[thread]!.keys()].filter((at) => writes[thread]![at]!.record === record);
    // Mostly the last write or the one before, or it would rarely be there.
    const survivor = own.at(-1 - rng.below(Math.min(own.length, 2 + rng.below(3)) + 1));
    if (survivor !== undefined) {
      return writes[thread]![survivor]!.isDelete ? undefined : valueOf({ round: ROUND, thread }, survivor + 1);
    }
    // What was there at any time before, unless it is newer than what was there last.
    const old = [undefined, first[record], ...value === undefined ? [earlier(record)] : []];
    return chance(3) ? old[rng.below(old.length)] : value;
  });
  return { writes, acknowledged, first, before, found };
}

/** Counts what is lost as kvlab does. Write `i` of a thread is acknowledged at `i` ms. */
function counted({ writes, acknowledged, first, before, found }: History): LossCount {
  const recordsOf = (values: readonly (string | undefined)[]) => {
    const records = new FoundRecords(values.length);
    for (const [record, value] of values.entries()) if (value !== undefined) records.set(record, PaddedBytes.of(value));
    return records;
  };
  return countLosses({
    foundFirst: recordsOf(first),
    foundBefore: recordsOf(before),
    found: recordsOf(found),
    load: new ScriptedLoad(found.length, writes),
    seed: 0,
    round: ROUND,
    testimony: {
      acknowledgedAtMs: acknowledged.map((lane) => Float64Array.from(lane, (isOk, at) => isOk ? at + 1 : NaN)),
    },
  });
}

/** What a record shows may be what was there before, or what one of its writes left; or older. */
const BEFORE = 0;
const OLD = -1;

/** Each way in which a record of a thread can have come to hold what was found: the number of its last write. */
function explanationsOf(history: History, record: number): number[] {
  const { writes, before, found } = history;
  const thread = record % writes.length;
  const after = writes[thread]!.flatMap((write, at) => {
    const value = write.isDelete ? undefined : valueOf({ round: ROUND, thread }, at + 1);
    return write.record === record && value === found[record] ? [at + 1] : [];
  });
  const all = [...before[record] === found[record] ? [BEFORE] : [], ...after];
  return all.length === 0 ? [OLD] : all;
}

/** All ways to choose one of each. */
function productOf(choices: readonly (readonly number[])[]): number[][] {
  return choices.reduce<number[][]>((all, some) => all.flatMap((one) => some.map((next) => [...one, next])), [[]]);
}

/** What is lost for certain, whatever the explanation; and what is there in the one that loses least. */
function modelled(history: History): Omit<LossCount, "neverPut"> {
  const { writes, acknowledged, found, before } = history;
  const threads = writes.length;
  const total = { acknowledged: 0, refused: 0, lost: 0, oldestLostAtMs: Infinity, neverAcknowledged: 0, holes: 0 };
  let resurrected = 0;
  for (const [thread, lane] of writes.entries()) {
    const isOk = (sequence: number) => acknowledged[thread]![sequence - 1] === true;
    const own = [...found.keys()].filter((record) => record % threads === thread);
    // A delete does unless the last write before it that was acknowledged, or has survived, has left nothing.
    const changesAnything = (sequence: number, survivor: number) => {
      const { record, isDelete } = lane[sequence - 1]!;
      const last = Array.from({ length: sequence - 1 }, (_, at) => at + 1).findLast((earlier) =>
        lane[earlier - 1]!.record === record && (isOk(earlier) || earlier === survivor)
      );
      const wasThere = last === undefined ? before[record] !== undefined : !lane[last - 1]!.isDelete;
      return !isDelete || wasThere;
    };
    const explanations = own.map((record) => explanationsOf(history, record));
    const outcomes = productOf(explanations).map((survivors) => {
      const survivorOf = (sequence: number) => survivors[own.indexOf(lane[sequence - 1]!.record)]!;
      // What was refused may have taken effect later than all that was acknowledged.
      const wasBefore = (survivor: number, sequence: number) =>
        survivor < sequence && (survivor <= BEFORE || isOk(survivor));
      const sequences = Array.from(acknowledged[thread]!, (_, at) => at + 1);
      const lost = sequences.filter((sequence) =>
        isOk(sequence) && wasBefore(survivorOf(sequence), sequence) && changesAnything(sequence, survivorOf(sequence))
      );
      const last = Math.max(...survivors);
      const holes = lost.filter((sequence) => sequence < last);
      const unacknowledged = survivors.filter((sequence) => sequence > 0 && !isOk(sequence)).length;
      return { lost, holes, unacknowledged, older: survivors.filter((survivor) => survivor === OLD).length };
    });
    const certain = (of: "lost" | "holes") =>
      outcomes.map((outcome) => new Set(outcome[of])).reduce((all, one) => all.intersection(one));
    const lost = certain("lost");
    const least = Math.min(...outcomes.map(({ lost }) => lost.length));
    assertEquals(least, lost.size, "one explanation loses only what all of them do");
    const best = outcomes.filter((outcome) => outcome.lost.length === least);
    total.acknowledged += acknowledged[thread]!.filter((isOk) => isOk).length;
    total.refused += acknowledged[thread]!.filter((isOk) => !isOk).length;
    total.lost += lost.size + best[0]!.older;
    total.oldestLostAtMs = Math.min(total.oldestLostAtMs, ...lost);
    total.neverAcknowledged += Math.min(...best.map(({ unacknowledged }) => unacknowledged));
    total.holes += certain("holes").size;
    resurrected += own.filter((record, at) => {
      if (found[record] === undefined) return false;
      const wasGone = before[record] === undefined && explanations[at]![0] === OLD;
      return wasGone || [...lost].some((sequence) => {
        const write = lane[sequence - 1]!;
        return write.isDelete && write.record === record;
      });
    }).length;
  }
  return { ...total, resurrected };
}

Deno.test("countLosses() counts of histories with deletes what is lost in every explanation", () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  const rng = new Rng(seed);
  const seen = { lost: 0, resurrected: 0, holes: 0, neverAcknowledged: 0, ambiguous: 0 };
  for (let number = 0; number < HISTORIES; number++) {
    const history = draw(rng);
    const { neverPut, ...count } = counted(history);
    assertEquals(count, modelled(history), `history ${number} of seed ${seed}: ${JSON.stringify(history)}`);
    if (history.found.some((_, record) => explanationsOf(history, record).length > 1)) seen.ambiguous++;
    seen.lost += count.lost;
    seen.resurrected += count.resurrected;
    seen.holes += count.holes;
    seen.neverAcknowledged += count.neverAcknowledged;
    assertEquals(neverPut, 0, `history ${number} of seed ${seed}`);
  }
  for (const [what, count] of Object.entries(seen)) assert(count > HISTORIES / 50, `${what}: ${count}, seed ${seed}`);
});
