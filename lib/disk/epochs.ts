/**
 * A recording in epochs: what arrived between two flushes, of which a cut may leave any part. It tells states apart by
 * what they hold, without ever putting an image together.
 *
 * Each sector that is ever written has a number, in the order of the disk, so that a write's sectors are a range of
 * numbers. What a disk holds is a sum over all of these of a hash of number and content. A state differs from what was
 * flushed before it only in the sectors that it has kept, and what each of them adds to the sum is computed once. So a
 * state costs an addition for each sector that it keeps, however large the disk and the recording are.
 *
 * @module
 */
import { arrivalAt, changedBytes, type DiskEvent, type DiskState, type Recording, SECTOR_BYTES } from "./recording.ts";

/** What arrived between two flushes, or before the first or after the last. */
export interface Epoch {
  /** Its first event. */
  readonly first: number;
  /** The event after its last one: the flush that ends it, or the end of the recording. */
  readonly end: number;
}

/** A write or a discard. */
type Change = Exclude<DiskEvent, { readonly kind: "flush" }>;

/** The most that is read of the first content at once. */
const READ_BYTES_MAX = 1 << 20;

/** The epochs of a recording, and a hash of each of its states. */
export class Epochs {
  readonly list: readonly Epoch[];
  readonly #recording: Recording;
  /** For each moment, how much had been acknowledged. */
  readonly #acknowledged: Float64Array;
  /** The number of each event's first sector. */
  readonly #numbers: Int32Array;
  /** Where the sectors of each event are among those of all events. */
  readonly #places: Float64Array;
  /** For each sector of each event, what it adds to the sum of what was flushed before the event. */
  readonly #low: Int32Array;
  readonly #high: Int32Array;
  /** For each epoch, the sum of what was flushed before it. */
  readonly #flushedLow: Int32Array;
  readonly #flushedHigh: Int32Array;
  /** The last walk that has come upon each sector. A walk is backwards, so that only the last write to it counts. */
  readonly #walkOf: Int32Array;
  #walks = 0;

  /** @param acknowledgedAtMs when each acknowledgement was given by which states are judged, in ascending order */
  constructor(recording: Recording, acknowledgedAtMs: Float64Array) {
    const { events } = recording;
    this.#recording = recording;
    this.#acknowledged = acknowledgedBefore(recording, acknowledgedAtMs);
    this.list = epochsOf(events);
    this.#numbers = new Int32Array(events.length);
    this.#places = new Float64Array(events.length + 1);
    const runs = runsOf(events);
    for (const [at, event] of events.entries()) {
      if (event.kind !== "flush") this.#numbers[at] = numberIn(runs, event.offset / SECTOR_BYTES);
      this.#places[at + 1] = this.#places[at]! + sectorsOf(event);
    }
    const last = runs.at(-1);
    const sectors = last === undefined ? 0 : last.number + last.end - last.start;
    this.#walkOf = new Int32Array(sectors);
    this.#low = new Int32Array(this.#places[events.length]!);
    this.#high = new Int32Array(this.#low.length);
    this.#flushedLow = new Int32Array(this.list.length);
    this.#flushedHigh = new Int32Array(this.list.length);
    this.#hashAll(runs, sectors);
  }

  /** How many sectors an event writes or discards. */
  sectors(event: number): number {
    return this.#places[event + 1]! - this.#places[event]!;
  }

  /** How many acknowledgements had been given at a moment, at the latest. */
  acknowledged(moment: number): number {
    return this.#acknowledged[moment]!;
  }

  /** The epoch of a moment: a flush that is about to arrive is still to end it. */
  at(moment: number): number {
    let low = 0, high = this.list.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.list[middle]!.first <= moment) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** A hash of 53 bits of all that a state is judged by: what the disk holds, and what had been acknowledged. */
  hash({ moment, kept }: Pick<DiskState, "moment" | "kept">): number {
    const epoch = this.at(moment);
    const walk = ++this.#walks;
    let low = this.#flushedLow[epoch]!, high = this.#flushedHigh[epoch]!;
    for (let at = kept.length - 1; at >= 0; at--) {
      const { event, sectors } = kept[at]!;
      const number = this.#numbers[event]!, place = this.#places[event]!, count = this.sectors(event);
      for (let sector = 0; sector < count; sector++) {
        if (sectors !== undefined && sectors[sector] === 0) continue;
        if (this.#walkOf[number + sector] === walk) continue;
        this.#walkOf[number + sector] = walk;
        low = (low + this.#low[place + sector]!) | 0;
        high = (high + this.#high[place + sector]!) | 0;
      }
    }
    low = mixed(low, this.acknowledged(moment));
    high = mixed(high, ~low);
    return (low >>> 0) * 2 ** 21 + (high >>> 11);
  }

  #hashAll(runs: readonly Run[], sectors: number): void {
    const flushed = { low: new Int32Array(sectors), high: new Int32Array(sectors) };
    const hash: SectorHash = { low: 0, high: 0 };
    let low = 0, high = 0;
    this.#readFirst(runs, (data, at, number) => {
      hashSector(data, at, number, hash);
      low = (low + (flushed.low[number] = hash.low)) | 0;
      high = (high + (flushed.high[number] = hash.high)) | 0;
    });
    for (const [epoch, { first, end }] of this.list.entries()) {
      this.#flushedLow[epoch] = low;
      this.#flushedHigh[epoch] = high;
      for (let event = first; event < end; event++) this.#hashChange(event, flushed, hash);
      const walk = ++this.#walks;
      for (let event = end - 1; event >= first; event--) {
        const number = this.#numbers[event]!, place = this.#places[event]!, count = this.sectors(event);
        for (let sector = 0; sector < count; sector++) {
          if (this.#walkOf[number + sector] === walk) continue;
          this.#walkOf[number + sector] = walk;
          const addedLow = this.#low[place + sector]!, addedHigh = this.#high[place + sector]!;
          flushed.low[number + sector]! += addedLow;
          flushed.high[number + sector]! += addedHigh;
          low = (low + addedLow) | 0;
          high = (high + addedHigh) | 0;
        }
      }
    }
  }

  /** @param flushed the hashes of the sectors as they were flushed before the change */
  #hashChange(event: number, flushed: { low: Int32Array; high: Int32Array }, hash: SectorHash): void {
    const change = this.#recording.events[event] as Change;
    const number = this.#numbers[event]!, place = this.#places[event]!, count = this.sectors(event);
    const isWrite = change.kind === "write";
    const data = isWrite ? viewOf(change.data) : zeroSector;
    for (let sector = 0; sector < count; sector++) {
      hashSector(data, isWrite ? sector * SECTOR_BYTES : 0, number + sector, hash);
      this.#low[place + sector] = hash.low - flushed.low[number + sector]!;
      this.#high[place + sector] = hash.high - flushed.high[number + sector]!;
    }
  }

  /** Visits all sectors as they were before the first event. */
  #readFirst(runs: readonly Run[], visit: (data: DataView, at: number, number: number) => void): void {
    const buffer = new Uint8Array(READ_BYTES_MAX);
    for (const { start, end, number } of runs) {
      for (let from = start; from < end; from += READ_BYTES_MAX / SECTOR_BYTES) {
        const count = Math.min(end - from, READ_BYTES_MAX / SECTOR_BYTES);
        const data = buffer.subarray(0, count * SECTOR_BYTES);
        this.#recording.base.read(from * SECTOR_BYTES, data);
        const view = viewOf(data);
        for (let at = 0; at < count; at++) visit(view, at * SECTOR_BYTES, number + from - start + at);
      }
    }
  }
}

/** For each moment, how many acknowledgements were given before it. */
function acknowledgedBefore(recording: Recording, acknowledgedAtMs: Float64Array): Float64Array {
  let acknowledged = 0;
  return Float64Array.from({ length: recording.events.length + 1 }, (_, moment) => {
    const { atMs } = arrivalAt(recording, moment);
    while (acknowledged < acknowledgedAtMs.length && acknowledgedAtMs[acknowledged]! < atMs) acknowledged++;
    return acknowledged;
  });
}

function epochsOf(events: readonly DiskEvent[]): Epoch[] {
  const epochs: Epoch[] = [];
  let first = 0;
  for (const [at, { kind }] of events.entries()) {
    if (kind !== "flush") continue;
    epochs.push({ first, end: at });
    first = at + 1;
  }
  return [...epochs, { first, end: events.length }];
}

/** Sectors side by side that are ever written, and the number of the first of them. */
interface Run {
  readonly start: number;
  readonly end: number;
  readonly number: number;
}

/** All sectors that are ever written, in the order of the disk. */
function runsOf(events: readonly DiskEvent[]): Run[] {
  const changes = events.filter((event) => event.kind !== "flush").sort((a, b) => a.offset - b.offset);
  const runs: { start: number; end: number; number: number }[] = [];
  for (const change of changes) {
    const start = change.offset / SECTOR_BYTES, end = start + sectorsOf(change);
    const last = runs.at(-1);
    if (last === undefined) runs.push({ start, end, number: 0 });
    else if (start > last.end) runs.push({ start, end, number: last.number + last.end - last.start });
    else last.end = Math.max(last.end, end);
  }
  return runs;
}

/** The number of a sector, which is in one of the runs. */
function numberIn(runs: readonly Run[], sector: number): number {
  let low = 0, high = runs.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (runs[middle]!.start <= sector) low = middle;
    else high = middle - 1;
  }
  return runs[low]!.number + sector - runs[low]!.start;
}

function sectorsOf(event: DiskEvent): number {
  return changedBytes(event) / SECTOR_BYTES;
}

function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length);
}

/** A hash of 64 bits, in two words. */
interface SectorHash {
  low: number;
  high: number;
}

/** A sector of zeros. */
const zeroSector = new DataView(new ArrayBuffer(SECTOR_BYTES));

const WORD_BYTES = 4;

/**
 * Hashes a sector's number and content into `hash`. Each word of content is multiplied and rotated into both halves, as
 * in Austin Appleby's MurmurHash3 (public domain), each with factors of its own.
 */
function hashSector(data: DataView, at: number, number: number, hash: SectorHash): void {
  let low = number | 0, high = ~number;
  for (const end = at + SECTOR_BYTES; at < end; at += WORD_BYTES) {
    const word = data.getInt32(at, true);
    low = rotated(low ^ Math.imul(word, 0xcc9e2d51), 13) + 0x52dce729 | 0;
    low = Math.imul(low, 5);
    high = Math.imul(rotated(high ^ Math.imul(word, 0x239b961b), 17), 9) + 0x38b34ae5 | 0;
  }
  hash.low = mixed(low, high);
  hash.high = mixed(high, hash.low);
}

/** A word with another mixed into it: MurmurHash3's finalizer, a bijection of either if the other is given. */
function mixed(word: number, other: number): number {
  let result = Math.imul(word, 5) + other | 0;
  result = Math.imul(result ^ (result >>> 16), 0x85ebca6b);
  result = Math.imul(result ^ (result >>> 13), 0xc2b2ae35);
  return result ^ (result >>> 16);
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
