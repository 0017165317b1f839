/**
 * What a recovered store holds: for each record that is there, the put that wrote its value.
 *
 * @module
 */
import { crc32 } from "../codec/crc32.ts";
import { getAll, type Gettable } from "../engine/connection.ts";
import type { NumberedLoad } from "../load/numbered_load.ts";
import { parseNumberedValue } from "../load/numbered_workload.ts";
import { PaddedBytes } from "../store/padded_bytes.ts";

/** The round of a record that is not there. */
export const ABSENT = -1;
/** The round of a record whose value was not written by a numbered put, such as a preloaded one. */
export const UNNUMBERED = 0;

/** The maximum number of gets in flight. */
const GETS_AT_ONCE = 256;

/** The put that wrote each record's value, by record number. */
export class FoundRecords {
  readonly rounds: Int32Array;
  readonly sequences: Float64Array;
  readonly threads: Int32Array;
  /** The checksum of the whole value. */
  readonly checksums: Int32Array;

  constructor(records: number) {
    this.rounds = new Int32Array(records).fill(ABSENT);
    this.sequences = new Float64Array(records);
    this.threads = new Int32Array(records);
    this.checksums = new Int32Array(records);
  }

  /** Gets every record that the load may have put. */
  static async read(store: Gettable, load: NumberedLoad): Promise<FoundRecords> {
    const { keyCount, valueLengthMax } = load.keySpace;
    const found = new FoundRecords(keyCount);
    const entries = Array.from({ length: GETS_AT_ONCE }, () => ({
      key: load.createKey(),
      value: new PaddedBytes(valueLengthMax),
    }));
    for (let first = 0; first < keyCount; first += GETS_AT_ONCE) {
      const some = entries.slice(0, keyCount - first);
      for (const [at, { key }] of some.entries()) load.writeKey(first + at, key);
      for (const [at, isPresent] of (await getAll(store, some)).entries()) {
        if (isPresent) found.set(first + at, some[at]!.value);
      }
    }
    return found;
  }

  /** How many records are there. */
  get count(): number {
    return this.rounds.reduce((count, round) => round === ABSENT ? count : count + 1, 0);
  }

  /** The greatest round number among all values. */
  get lastRound(): number {
    return this.rounds.reduce((last, round) => Math.max(last, round), UNNUMBERED);
  }

  /** Records what a record's value is. */
  set(record: number, value: PaddedBytes): void {
    const put = parseNumberedValue(value);
    this.rounds[record] = put?.round ?? UNNUMBERED;
    this.sequences[record] = put?.sequence ?? 0;
    this.threads[record] = put?.thread ?? 0;
    this.checksums[record] = checksumOf(value);
  }

  /**
   * The records that hold something that cannot have been put: by a round that has not been yet; other than before
   * though it names the same put; or what names none, though at the very first there was nothing, or something else
   * that names none.
   */
  forgedSince({ first, before }: { first: FoundRecords; before: FoundRecords }, lastRound: number): number[] {
    const { rounds, sequences, checksums } = this;
    const forged: number[] = [];
    for (let record = 0; record < rounds.length; record++) {
      const round = rounds[record]!, firstRound = first.rounds[record]!;
      const isSamePut = round !== ABSENT && round === before.rounds[record] &&
        sequences[record] === before.sequences[record];
      const isNew = round === UNNUMBERED && firstRound <= UNNUMBERED &&
        (firstRound === ABSENT || checksums[record] !== first.checksums[record]);
      const isChanged = isSamePut && checksums[record] !== before.checksums[record];
      if (round > lastRound || isNew || isChanged) forged.push(record);
    }
    return forged;
  }

  /** Whether a record holds something older than before, or nothing any more. */
  isOlder(record: number, before: FoundRecords): boolean {
    const round = this.rounds[record]!, roundBefore = before.rounds[record]!;
    return round < roundBefore || (round === roundBefore && this.sequences[record]! < before.sequences[record]!);
  }
}

/** The checksum of a value, as in {@linkcode FoundRecords.checksums}. */
export function checksumOf({ bytes, length }: PaddedBytes): number {
  return crc32(bytes, length) | 0;
}
