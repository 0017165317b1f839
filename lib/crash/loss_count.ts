/**
 * Compares what a child had acknowledged with what is found after it was killed. It only needs to know what each record
 * holds, not how it was persisted.
 *
 * @module
 */
import { NumberedWorkload } from "../load/numbered_workload.ts";
import { Rng } from "../load/rng.ts";
import type { MixOptions } from "../load/workload.ts";
import { checksumOf, type FoundRecords } from "./found_records.ts";
import type { Testimony } from "./testimony.ts";

/** What the losses are counted from. */
export interface LossParts {
  readonly found: FoundRecords;
  /** What was found before the child began. */
  readonly foundBefore: FoundRecords;
  readonly testimony: Pick<Testimony, "acknowledgedAtMs">;
  /** The child's load, seed and round, which determine its operations. */
  readonly mix: MixOptions;
  readonly seed: number;
  readonly round: number;
}

/** What became of the writes of a child. */
export interface LossCount {
  readonly acknowledged: number;
  /** Writes that failed; they may have taken effect all the same. */
  readonly refused: number;
  /** Acknowledged writes that are gone, and records that have lost what had been found before. */
  readonly lost: number;
  /** When the oldest lost write was acknowledged, in milliseconds of the shared time; Infinity if none is lost. */
  readonly oldestLostAtMs: number;
  readonly neverAcknowledged: number;
  readonly holes: number;
}

/**
 * Replays the child's operations, thread by thread, and looks up what became of each put.
 *
 * @throws {Error} when a record claims to hold a put of the child that the child never made
 */
export function countLosses(parts: LossParts): LossCount {
  const { found, foundBefore, testimony } = parts;
  let acknowledged = 0, refused = 0, oldestLostAtMs = Infinity, neverAcknowledged = 0, holes = 0;
  let lost = found.countOlderThan(foundBefore);
  for (const [thread, acknowledgedAtMs] of testimony.acknowledgedAtMs.entries()) {
    const outcome = new ThreadCount(parts, thread).outcome();
    acknowledged += acknowledgedAtMs.length - outcome.refused;
    refused += outcome.refused;
    lost += outcome.lost.length;
    holes += outcome.holes;
    neverAcknowledged += outcome.neverAcknowledged;
    const [oldest] = outcome.lost;
    if (oldest !== undefined) oldestLostAtMs = Math.min(oldestLostAtMs, acknowledgedAtMs[oldest - 1]!);
  }
  return { acknowledged, refused, lost, oldestLostAtMs, neverAcknowledged, holes };
}

/** What became of one thread's puts, which are numbered from 1. */
interface ThreadOutcome {
  readonly lost: readonly number[];
  readonly refused: number;
  readonly neverAcknowledged: number;
  readonly holes: number;
}

class ThreadCount {
  readonly #parts: LossParts;
  readonly #thread: number;
  readonly #threads: number;
  readonly #acknowledgedAtMs: Float64Array;
  readonly #workload: NumberedWorkload;
  /** Records for which the put that they hold has been replayed. */
  #explained = 0;

  constructor(parts: LossParts, thread: number) {
    const { testimony: { acknowledgedAtMs }, mix, seed, round } = parts;
    const threads = acknowledgedAtMs.length;
    this.#parts = parts;
    this.#thread = thread;
    this.#threads = threads;
    this.#acknowledgedAtMs = acknowledgedAtMs[thread]!;
    this.#workload = new NumberedWorkload(new Rng(seed, 2 * thread), mix, { round, thread, threads });
  }

  outcome(): ThreadOutcome {
    const lost: number[] = [];
    let latestSurvivor = 0, refused = 0, neverAcknowledged = 0;
    for (const [index, atMs] of this.#acknowledgedAtMs.entries()) {
      const sequence = index + 1;
      const survivor = this.#nextPut(sequence);
      latestSurvivor = Math.max(latestSurvivor, survivor);
      if (Number.isNaN(atMs)) {
        refused++;
        if (survivor === sequence) neverAcknowledged++;
      } else if (survivor < sequence) {
        lost.push(sequence);
      }
    }
    // The put that the kill may have caught between the store and its acknowledgement.
    const next = this.#acknowledgedAtMs.length + 1;
    if (this.#nextPut(next) === next) neverAcknowledged++;
    this.#refuseUnexplained();
    return { lost, refused, neverAcknowledged, holes: lost.filter((sequence) => sequence < latestSurvivor).length };
  }

  /** Replays the put of this number, and returns the number of the one that its record holds; 0 if none. */
  #nextPut(sequence: number): number {
    const workload = this.#workload;
    workload.nextPut();
    const { rounds, sequences, checksums } = this.#parts.found;
    const { record } = workload;
    if (rounds[record] !== this.#parts.round) return 0;
    const survivor = sequences[record]!;
    if (survivor === sequence && checksums[record] === checksumOf(workload.value)) this.#explained++;
    return survivor;
  }

  /** Refuses values of this round that none of the thread's puts wrote. */
  #refuseUnexplained(): void {
    const { found: { rounds }, round } = this.#parts;
    let records = 0;
    for (let record = this.#thread; record < rounds.length; record += this.#threads) {
      if (rounds[record] === round) records++;
    }
    if (records === this.#explained) return;
    const count = records - this.#explained;
    throw new Error(`Cannot explain what ${count} keys of thread ${this.#thread} hold: no put wrote it`);
  }
}
