/**
 * Compares what a child had acknowledged with what is found after it was killed. It only needs to know what each record
 * holds, not how it was persisted.
 *
 * @module
 */
import type { NumberedLoad, NumberedOperations } from "../load/numbered_load.ts";
import { checksumOf, type FoundRecords } from "./found_records.ts";
import { findLostPut, type LostPut } from "./lost_put.ts";
import { type StrangeValue, strangeValueIn } from "./strange_value.ts";
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

/** What the losses are counted from. */
export interface LossParts extends LoadParts {
  readonly found: FoundRecords;
  readonly testimony: Pick<Testimony, "acknowledgedAtMs">;
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
  /** Records that hold what nobody has ever put there. */
  readonly neverPut: number;
}

/** Counts what is lost of the writes of a child. */
export function countLosses({ found, testimony, ...load }: LossParts): LossCount {
  return new LossCounter(load).count(found, testimony);
}

/** Counts the losses in several states that a failure may have left, and replays the child's operations only once. */
export class LossCounter {
  readonly #load: LoadParts;
  readonly #lanes: LanePuts[] = [];

  constructor(load: LoadParts) {
    this.#load = load;
  }

  /** Looks up, thread by thread, what became of each put. */
  count(found: FoundRecords, testimony: LossParts["testimony"]): LossCount {
    const { foundBefore } = this.#load;
    const { acknowledgedAtMs } = testimony;
    let acknowledged = 0, refused = 0, oldestLostAtMs = Infinity, neverAcknowledged = 0, holes = 0;
    let lost = found.countOlderThan(foundBefore);
    for (const [thread, times] of acknowledgedAtMs.entries()) {
      const puts = this.#lane(thread, acknowledgedAtMs.length);
      const outcome = laneOutcome(found, { puts, times, round: this.#load.round });
      acknowledged += times.length - outcome.refused;
      refused += outcome.refused;
      lost += outcome.lost;
      holes += outcome.holes;
      neverAcknowledged += outcome.neverAcknowledged;
      oldestLostAtMs = Math.min(oldestLostAtMs, outcome.oldestLostAtMs);
    }
    const neverPut = this.#neverPut(found, testimony).length;
    return { acknowledged, refused, lost, oldestLostAtMs, neverAcknowledged, holes, neverPut };
  }

  /** An example of the acknowledged puts that are gone; `undefined` if none is. */
  lostPut(found: FoundRecords, { acknowledgedAtMs }: LossParts["testimony"], failedAtMs: number): LostPut | undefined {
    const { foundBefore: before, load, round } = this.#load;
    const records = acknowledgedAtMs.map((times, thread) =>
      this.#lane(thread, acknowledgedAtMs.length).recordsUpTo(times.length)
    );
    return findLostPut(found, { round, load, before, failedAtMs, acknowledgedAtMs, records });
  }

  /** An example of the values that nobody has put there; `undefined` if there is none. */
  strangeValue(found: FoundRecords, testimony: LossParts["testimony"]): StrangeValue | undefined {
    const [record] = this.#neverPut(found, testimony);
    return record === undefined ? undefined : strangeValueIn(found, record, this.#load.load);
  }

  /** The records that hold what nobody has put there. */
  #neverPut(found: FoundRecords, { acknowledgedAtMs }: LossParts["testimony"]): number[] {
    const { foundFirst: first, foundBefore: before, load, round } = this.#load;
    const threads = acknowledgedAtMs.length;
    return [
      ...found.forgedSince({ first, before }, round),
      ...acknowledgedAtMs.flatMap((times, thread) =>
        neverPutBy(found, this.#lane(thread, threads), {
          records: load.recordsOf(thread, threads),
          round,
          putMax: times.length + 1,
        })
      ),
    ];
  }

  #lane(thread: number, threads: number): LanePuts {
    return this.#lanes[thread] ??= new LanePuts(this.#load, { thread, threads });
  }
}

/** What became of one thread's puts. */
type LaneOutcome = Omit<LossCount, "acknowledged" | "neverPut">;

/** Finds for each put of a thread, of which the first is number 1, the number of the one that its record holds. */
function laneOutcome(
  found: FoundRecords,
  { puts, times, round }: { puts: LanePuts; times: Float64Array; round: number },
): LaneOutcome {
  const { rounds, sequences } = found;
  // One more: the put that the kill may have caught between the store and its acknowledgement.
  const records = puts.recordsUpTo(times.length + 1);
  let lost = 0, oldestLostAtMs = Infinity, refused = 0, neverAcknowledged = 0, latestSurvivor = 0;
  const survivorOf = (index: number): number => {
    const record = records[index]!;
    return rounds[record] === round ? sequences[record]! : 0;
  };
  for (let index = 0; index < times.length; index++) {
    const survivor = survivorOf(index), sequence = index + 1;
    if (survivor > latestSurvivor) latestSurvivor = survivor;
    if (Number.isNaN(times[index])) {
      refused++;
      if (survivor === sequence) neverAcknowledged++;
    } else if (survivor < sequence) {
      if (lost++ === 0) oldestLostAtMs = times[index]!;
    }
  }
  if (survivorOf(times.length) === times.length + 1) neverAcknowledged++;
  let holes = 0;
  if (lost > 0) {
    for (let index = 0; index < Math.min(times.length, latestSurvivor - 1); index++) {
      if (!Number.isNaN(times[index]) && survivorOf(index) < index + 1) holes++;
    }
  }
  return { lost, oldestLostAtMs, refused, neverAcknowledged, holes };
}

/** The records of a thread that hold a value of this round that none of its puts, up to this one, wrote there. */
function neverPutBy(
  { rounds, sequences, checksums }: FoundRecords,
  puts: LanePuts,
  { records: own, round, putMax }: { records: Iterable<number>; round: number; putMax: number },
): number[] {
  const records = puts.recordsUpTo(putMax);
  const neverPut: number[] = [];
  for (const record of own) {
    if (rounds[record] !== round) continue;
    const sequence = sequences[record]!;
    const isPut = sequence >= 1 && sequence <= putMax && records[sequence - 1] === record &&
      puts.checksum(sequence) === checksums[record];
    if (!isPut) neverPut.push(record);
  }
  return neverPut;
}

/** A thread's puts, regenerated as far as they are asked for. */
class LanePuts {
  readonly #workload: NumberedOperations;
  #records = new Int32Array(1024);
  #checksums = new Int32Array(1024);
  #count = 0;

  constructor({ load, seed, round }: LoadParts, { thread, threads }: { thread: number; threads: number }) {
    this.#workload = load.operations(seed, { round, thread, threads });
  }

  /** The record of each put, from number 1 on, at least up to this number. */
  recordsUpTo(count: number): Int32Array {
    if (count > this.#records.length) {
      const length = Math.max(count, 2 * this.#records.length);
      this.#records = grown(this.#records, length);
      this.#checksums = grown(this.#checksums, length);
    }
    const workload = this.#workload;
    for (; this.#count < count; this.#count++) {
      workload.nextWrite();
      this.#records[this.#count] = workload.record;
      this.#checksums[this.#count] = checksumOf(workload.value);
    }
    return this.#records;
  }

  /** The checksum of what put number `sequence` put, up to which they have been asked for. */
  checksum(sequence: number): number {
    return this.#checksums[sequence - 1]!;
  }
}

function grown(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(length);
  copy.set(array);
  return copy;
}
