/**
 * Which of a child's writes each record shows.
 *
 * A value names the put that wrote it, but that a record is absent carries no number: any of its deletes may be what
 * removed it, and if it was absent before the child, perhaps none of them has survived, and no put either. All of these
 * are *explanations* of what was found. Nothing tells them apart, neither in this record nor in others: each belongs to
 * one thread, whose other writes say nothing of this one where any part of a store may be lost.
 *
 * What is held against a store must follow from every explanation, so
 *
 * - a write is lost if it came after the record's **latest** explanation. It is the one in favour of the store: of two
 *   deletes with a put between, the later one cannot be told from the earlier one, and has lost nothing. Where several
 *   explanations lose equally little, as where a refused delete followed one that was acknowledged, the first of them
 *   is taken, so that nothing counts as having survived without need;
 * - that a write of a thread has survived, which makes holes of those lost before it, follows from the **earliest**
 *   explanation alone. A delete of what was not there in the first place proves nothing.
 *
 * A write that was refused may have taken effect at any later time, over what was acknowledged after it: if it is the
 * explanation, nothing of its record is lost.
 *
 * A value leaves no choice: exactly its put is the explanation. If it is older than what was found before the child, or
 * if nothing was found, not even that has survived. What was there once and was not when the store was last opened must
 * not come back: the one who found it absent may have relied on it.
 *
 * @module
 */
import { ABSENT, type FoundRecords, UNNUMBERED } from "./found_records.ts";
import type { LaneWrites } from "./lane_writes.ts";

/** The number of what was found before the child began, as if it had been a write of its own. */
const AS_BEFORE = 0;
/** The number where not even that has survived. */
export const OLDER = -1;

/** What was found before the child and after it, of which the survivors are told. */
export interface FoundTimes {
  /** What was found before the first child began. */
  readonly first: FoundRecords;
  /** What was found before the child began. */
  readonly before: FoundRecords;
  readonly found: FoundRecords;
  readonly round: number;
}

/** For each record, which write of the child it shows. */
export class Survivors {
  /**
   * The number of the last write that has survived, told in favour of the store; or {@linkcode AS_BEFORE}, or older.
   */
  readonly latest: Float64Array;
  /** The number of the last write that has survived for certain. */
  readonly earliest: Float64Array;
  /** 1 where the latest explanation is a write that was refused. */
  readonly #isRefused: Uint8Array;
  readonly #found: FoundRecords;
  readonly #before: FoundRecords;

  constructor(times: FoundTimes) {
    const { before, found } = times;
    this.#found = found;
    this.#before = before;
    this.latest = Float64Array.from(found.rounds, (_, record) => withoutDeletes(record, times));
    this.earliest = this.latest.slice();
    this.#isRefused = new Uint8Array(found.rounds.length);
  }

  /**
   * Explains the records that are absent by the deletes of a thread, and sees which explanations were refused.
   *
   * @param times when each of its writes was acknowledged, NaN if refused; one more may have been under way
   */
  explain(lane: LaneWrites, times: Float64Array): void {
    const { latest, earliest } = this;
    const { rounds } = this.#found;
    // Since their latest explanation so far, what these records have lost. It is one already that a put is lost.
    const hasLost = new Set<number>();
    /** A refused write of each record that explains it. */
    const refused = new Map<number, number>();
    for (let sequence = 1; sequence <= times.length + 1; sequence++) {
      const record = lane.record(sequence);
      const isAcknowledged = sequence <= times.length && !Number.isNaN(times[sequence - 1]);
      const explains = lane.isDelete(sequence) ? rounds[record] === ABSENT : latest[record] === sequence;
      if (explains && !isAcknowledged) refused.set(record, sequence);
      if (rounds[record] !== ABSENT) continue;
      if (isAcknowledged) hasLost.add(record);
      if (!explains || !(latest[record] === OLDER || hasLost.has(record))) continue;
      if (earliest[record] === OLDER) earliest[record] = sequence;
      latest[record] = sequence;
      hasLost.delete(record);
    }
    for (const [record, sequence] of refused) {
      if (hasLost.has(record)) latest[record] = sequence;
      this.#isRefused[record] = Number(latest[record] === sequence);
    }
  }

  /** Whether a write of a thread is not known to be lost. */
  mayHaveSurvived(record: number, sequence: number): boolean {
    return this.latest[record]! >= sequence || this.#isRefused[record] === 1;
  }

  /** Whether a record holds something though it was absent before the child, and none of the child's puts is there. */
  isBack(record: number): boolean {
    return this.latest[record] === OLDER && this.#before.rounds[record] === ABSENT;
  }
}

/** Which write a record shows if no delete has removed it. */
function withoutDeletes(record: number, { first, before, found, round }: FoundTimes): number {
  const foundRound = found.rounds[record]!;
  if (foundRound === round) return found.sequences[record]!;
  // That cannot have been put; it says nothing of what was.
  const isForged = foundRound > round || (foundRound === UNNUMBERED && first.rounds[record] === ABSENT);
  if (before.rounds[record] === ABSENT) return foundRound === ABSENT || isForged ? AS_BEFORE : OLDER;
  return found.isOlder(record, before) ? OLDER : AS_BEFORE;
}
