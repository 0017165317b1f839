/**
 * Compares what a child had acknowledged with what is found after it was killed. It only needs to know what each record
 * holds, not how it was persisted; what a record that is absent means is told in `survivors.ts`.
 *
 * A delete of what is not there is acknowledged as all are, but changes nothing, which no gauge counts and no queue
 * holds: there is nothing of it to lose. If what was deleted twice is back, one write is lost, the one that had removed
 * it.
 *
 * @module
 */
import type { NumberedLoad } from "../load/numbered_load.ts";
import { ABSENT, type FoundRecords } from "./found_records.ts";
import { LaneWrites } from "./lane_writes.ts";
import { findLostWrite, type LostWrite, type StrangeValue, strangeValueIn } from "./lost_write.ts";
import { OLDER, Survivors } from "./survivors.ts";
import type { Testimony } from "./testimony.ts";

/** A child's load, which determines its operations, and what was there before it. */
export interface LoadParts {
  /** What was found before the first child began. */
  readonly foundFirst: FoundRecords;
  /** What was found before the child began. */
  readonly foundBefore: FoundRecords;
  readonly load: NumberedLoad;
  readonly seed: number;
  readonly round: number;
}

/** What was acknowledged of a child's writes. */
type Acknowledged = Pick<Testimony, "acknowledgedAtMs">;

/** What became of the writes of a child. */
export interface LossCount {
  readonly acknowledged: number;
  /** Writes that failed; they may have taken effect all the same. */
  readonly refused: number;
  /** Acknowledged writes that are gone, and records that have lost what had been found before. */
  readonly lost: number;
  /** Records that hold what an acknowledged delete had removed, or what was gone when the store was last opened. */
  readonly resurrected: number;
  /** When the oldest lost write was acknowledged, in milliseconds of the shared time; Infinity if none is lost. */
  readonly oldestLostAtMs: number;
  readonly neverAcknowledged: number;
  readonly holes: number;
  /** Records that hold what nobody has ever put there. */
  readonly neverPut: number;
}

/** Counts the losses in several states that a failure may have left, and replays the child's operations only once. */
export class LossCounter {
  readonly #load: LoadParts;
  readonly #lanes: LaneWrites[] = [];

  constructor(load: LoadParts) {
    this.#load = load;
  }

  /** Looks up, thread by thread, what became of each write. */
  count(found: FoundRecords, testimony: Acknowledged): LossCount {
    const { acknowledgedAtMs } = testimony;
    const survivors = this.#survivors(found, testimony);
    let acknowledged = 0, refused = 0, oldestLostAtMs = Infinity, neverAcknowledged = 0, holes = 0;
    let lost = survivors.latest.reduce((count, latest) => latest === OLDER ? count + 1 : count, 0);
    const resurrected = new Set<number>();
    for (let record = 0; record < found.rounds.length; record++) if (survivors.isBack(record)) resurrected.add(record);
    for (const [thread, times] of acknowledgedAtMs.entries()) {
      const lane = this.#lane(thread, acknowledgedAtMs);
      const outcome = laneOutcome(lane, times, { before: this.#load.foundBefore, survivors });
      acknowledged += times.length - outcome.refused;
      refused += outcome.refused;
      lost += outcome.lost;
      holes += outcome.holes;
      neverAcknowledged += outcome.neverAcknowledged;
      oldestLostAtMs = Math.min(oldestLostAtMs, outcome.oldestLostAtMs);
      for (const record of outcome.undeleted) if (found.rounds[record] !== ABSENT) resurrected.add(record);
    }
    const neverPut = this.#neverPut(found, testimony).length;
    return {
      acknowledged,
      refused,
      lost,
      resurrected: resurrected.size,
      oldestLostAtMs,
      neverAcknowledged,
      holes,
      neverPut,
    };
  }

  /** An example of the acknowledged writes that are gone; neither if none is. */
  lostWrite(found: FoundRecords, testimony: Acknowledged, failedAtMs: number): LostWrite {
    const { foundBefore: before, load, round } = this.#load;
    const { acknowledgedAtMs } = testimony;
    const survivors = this.#survivors(found, testimony);
    const lanes = acknowledgedAtMs.map((_, thread) => this.#lane(thread, acknowledgedAtMs));
    return findLostWrite(found, { round, load, before, failedAtMs, acknowledgedAtMs, lanes, survivors });
  }

  /** An example of the values that nobody has put there; `undefined` if there is none. */
  strangeValue(found: FoundRecords, testimony: Acknowledged): StrangeValue | undefined {
    const [record] = this.#neverPut(found, testimony);
    return record === undefined ? undefined : strangeValueIn(found, record, this.#load.load);
  }

  /** Marks the records that the child has put, or may have. */
  markPut({ acknowledgedAtMs }: Acknowledged, marks: Uint8Array): void {
    for (const [thread, { length }] of acknowledgedAtMs.entries()) {
      const lane = this.#lane(thread, acknowledgedAtMs);
      for (let sequence = 1; sequence <= length + 1; sequence++) {
        if (!lane.isDelete(sequence)) marks[lane.record(sequence)] = 1;
      }
    }
  }

  #survivors(found: FoundRecords, { acknowledgedAtMs }: Acknowledged): Survivors {
    const { foundFirst: first, foundBefore: before, round } = this.#load;
    const survivors = new Survivors({ first, before, found, round });
    for (const [thread, times] of acknowledgedAtMs.entries()) {
      survivors.explain(this.#lane(thread, acknowledgedAtMs), times);
    }
    return survivors;
  }

  /** The records that hold what nobody has put there. */
  #neverPut(found: FoundRecords, { acknowledgedAtMs }: Acknowledged): number[] {
    const { foundFirst: first, foundBefore: before, load, round } = this.#load;
    const threads = acknowledgedAtMs.length;
    return [
      ...found.forgedSince({ first, before }, round),
      ...acknowledgedAtMs.flatMap((times, thread) =>
        neverPutBy(found, this.#lane(thread, acknowledgedAtMs), {
          records: load.recordsOf(thread, threads),
          round,
          putMax: times.length + 1,
        })
      ),
    ];
  }

  /** A thread's writes, at least those that were acknowledged and the one that may have been under way. */
  #lane(thread: number, acknowledgedAtMs: readonly Float64Array[]): LaneWrites {
    const { load, seed, round } = this.#load;
    const lane = this.#lanes[thread] ??= new LaneWrites({
      load,
      seed,
      round,
      thread,
      threads: acknowledgedAtMs.length,
    });
    lane.reach((acknowledgedAtMs[thread]?.length ?? 0) + 1);
    return lane;
  }
}

/** What became of one thread's writes. */
interface LaneOutcome extends Pick<LossCount, "refused" | "lost" | "oldestLostAtMs" | "neverAcknowledged" | "holes"> {
  /** The records of which an acknowledged delete is lost. */
  readonly undeleted: ReadonlySet<number>;
}

/** Compares each write of a thread with the one that its record shows. */
function laneOutcome(
  lane: LaneWrites,
  times: Float64Array,
  { before, survivors }: { before: FoundRecords; survivors: Survivors },
): LaneOutcome {
  const { latest, earliest } = survivors;
  /** Whether a record was there for certain, once its writes so far were acknowledged. */
  const wasThere = new Map<number, boolean>();
  const lostSequences: number[] = [];
  const underWay = times.length + 1;
  let refused = 0;
  let neverAcknowledged = latest[lane.record(underWay)] === underWay ? 1 : 0;
  let lastSurvivor = earliest[lane.record(underWay)]!;
  const undeleted = new Set<number>();
  for (let sequence = 1; sequence <= times.length; sequence++) {
    const record = lane.record(sequence);
    const survivor = latest[record]!, atMs = times[sequence - 1]!;
    lastSurvivor = Math.max(lastSurvivor, earliest[record]!);
    const isRefused = Number.isNaN(atMs), isDelete = lane.isDelete(sequence);
    if (isRefused) {
      refused++;
      if (survivor === sequence) neverAcknowledged++;
    } else if (!survivors.mayHaveSurvived(record, sequence)) {
      const changed = !isDelete || (wasThere.get(record) ?? before.rounds[record] !== ABSENT);
      if (changed) lostSequences.push(sequence);
      if (changed && isDelete) undeleted.add(record);
    }
    if (!isRefused || survivor === sequence) wasThere.set(record, !isDelete);
  }
  const [oldest] = lostSequences;
  return {
    lost: lostSequences.length,
    oldestLostAtMs: oldest === undefined ? Infinity : times[oldest - 1]!,
    refused,
    neverAcknowledged,
    holes: lostSequences.filter((sequence) => sequence < lastSurvivor).length,
    undeleted,
  };
}

/** The records of a thread that hold a value of this round that none of its puts, up to this one, wrote there. */
function neverPutBy(
  { rounds, sequences, checksums }: FoundRecords,
  lane: LaneWrites,
  { records, round, putMax }: { records: Iterable<number>; round: number; putMax: number },
): number[] {
  const neverPut: number[] = [];
  for (const record of records) {
    if (rounds[record] !== round) continue;
    const sequence = sequences[record]!;
    if (sequence > putMax || !lane.hasPut(sequence, record, checksums[record]!)) neverPut.push(record);
  }
  return neverPut;
}
