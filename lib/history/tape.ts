/**
 * Where the threads of a run record their operations, in shared memory.
 *
 * @module
 */
import { LINE_WORDS } from "../sync/layout.ts";

/** What {@linkcode HistoryTape.attach} needs; structured-cloneable. */
export interface TapeHandle {
  readonly words: SharedArrayBuffer;
  readonly numbers: SharedArrayBuffer;
  readonly integers: SharedArrayBuffer;
  readonly capacity: number;
}

/** Operations that a tape has room for, of all threads: some 220 MB, of which what is not used takes no memory. */
export const OPERATIONS_MAX = 2 ** 22;

/** Words that all threads share: the clock, and the level. */
const CLOCK = 0;
const LEVEL = LINE_WORDS;
/** Where the threads' own words begin: how many operations are on the track, and whether it has been cut. */
const THREADS = 2 * LINE_WORDS;
const COUNT = 0;
const IS_CUT = 1;

/** What there is of each operation, among the numbers: */
export const CALL = 0;
export const RETURN = 1;
export const CALL_MS = 2;
export const RETURN_MS = 3;
export const VALUE = 4;
/** and among the integers: */
export const RECORD = 0;
export const KIND_AND_ROUND = 1;
/** The hash of the whole value, which tells a torn one from what its put has put. */
export const HASH = 2;

/** The value of a key that is absent, and of one that no put of a load has put. */
export const NOTHING = 0;
export const NO_PUT = -1;

/** What the round is multiplied by, beside the kind. */
export const KINDS = 4;

/** How many numbers and integers there are of each operation. */
export const NUMBERS = 5;
export const INTEGERS = 3;

/** A level keeps one key in two of those that the one before keeps. */
const LEVEL_MAX = 31;
/** A level is worth it if it leaves at most this part of the operations, and at least that one. */
const LEFT_MAX = 3 / 4;
const LEFT_MIN = 1 / 64;

/**
 * A record of what each thread has done, in the order in which its operations ended.
 *
 * Layout: the words above, and for each thread a track of so many operations. A word of each thread is in a line of its
 * own. Times are counted by a word that every call and every return adds one to, so they are in the order in which
 * things have happened in all threads, whatever their clocks say; `performance.now()` stands beside them to be shown.
 *
 * Where there is no room for another operation, fewer keys are kept: those whose hash ends in so many zeros as the
 * level says, with all of their operations. Where that does not help, as with a single key, the track is cut: nothing
 * more is recorded there.
 *
 * Invariants:
 *
 * 1. The clock and the level only rise, by atomic operations.
 * 2. A track is written by its thread alone, and read by others when the thread has ended.
 * 3. Of a key that the level keeps, a track that is not cut has every operation that has ended.
 */
export class HistoryTape {
  readonly #handle: TapeHandle;

  private constructor(handle: TapeHandle) {
    this.#handle = handle;
  }

  /** @param operationsMax how many operations there is room for; for tests */
  static create(threads: number, operationsMax: number = OPERATIONS_MAX): HistoryTape {
    const capacity = Math.floor(operationsMax / threads);
    return new HistoryTape({
      words: new SharedArrayBuffer((THREADS + threads * LINE_WORDS) * Int32Array.BYTES_PER_ELEMENT),
      numbers: new SharedArrayBuffer(threads * capacity * NUMBERS * Float64Array.BYTES_PER_ELEMENT),
      integers: new SharedArrayBuffer(threads * capacity * INTEGERS * Int32Array.BYTES_PER_ELEMENT),
      capacity,
    });
  }

  static attach(handle: TapeHandle): HistoryTape {
    return new HistoryTape(handle);
  }

  handle(): TapeHandle {
    return this.#handle;
  }

  track(thread: number): Track {
    return new Track(this.#handle, thread);
  }

  /** Those of all threads. */
  tracks(): Track[] {
    const { words } = this.#handle;
    const threads = (words.byteLength / Int32Array.BYTES_PER_ELEMENT - THREADS) / LINE_WORDS;
    return Array.from({ length: threads }, (_, thread) => this.track(thread));
  }

  /** Of how many keys one is kept, as a power of two. */
  get level(): number {
    return Atomics.load(new Int32Array(this.#handle.words), LEVEL);
  }
}

/** One thread's operations. */
export class Track {
  /** How many operations are on it, in the order of the columns above. */
  readonly numbers: Float64Array<SharedArrayBuffer>;
  readonly integers: Int32Array<SharedArrayBuffer>;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #own: number;
  /** How many operations it has room for. */
  readonly capacity: number;
  /** Those bits of a key's hash that must be zero. */
  #mask: number;
  #isCut: boolean;
  #count: number;
  /** The clock when this thread has last read it, of which the word has only the lower half. */
  #now = 0;

  constructor({ words, numbers, integers, capacity }: TapeHandle, thread: number) {
    this.#words = new Int32Array(words);
    this.#own = THREADS + thread * LINE_WORDS;
    this.capacity = capacity;
    this.numbers = new Float64Array(numbers).subarray(thread * capacity * NUMBERS, (thread + 1) * capacity * NUMBERS);
    this.integers = new Int32Array(integers)
      .subarray(thread * capacity * INTEGERS, (thread + 1) * capacity * INTEGERS);
    this.#mask = maskOf(this.#words[LEVEL]!);
    this.#count = this.#words[this.#own + COUNT]!;
    this.#isCut = this.#words[this.#own + IS_CUT] === 1;
  }

  /** How many operations are on it. */
  get count(): number {
    return this.#count;
  }

  /** Up to when it has everything that has returned, if it has been cut; Infinity if not. */
  get cutAt(): number {
    if (!this.#isCut) return Infinity;
    for (let at = this.#count - 1; at >= 0; at--) {
      const returned = this.numbers[at * NUMBERS + RETURN]!;
      // Of one that has failed it is not known when that was.
      if (returned !== Infinity) return returned;
    }
    return 0;
  }

  /** Whether operations on the record are kept. */
  keeps(record: number): boolean {
    return !this.#isCut && isKept(record, this.#mask);
  }

  /** The time, which no other call in any thread returns. */
  tick(): number {
    const low = Atomics.add(this.#words, CLOCK, 1) >>> 0;
    const high = this.#now - this.#now % TWO_TO_32;
    const now = high + low;
    // Between two operations of a thread the lower half does not go round once.
    return this.#now = now < this.#now ? now + TWO_TO_32 : now;
  }

  /** Adds an operation that has ended. */
  add(
    kind: number,
    round: number,
    record: number,
    value: number,
    hash: number,
    call: number,
    returned: number,
    callMs: number,
    returnMs: number,
  ): void {
    if (this.#count === this.capacity && !this.#makeRoom()) return;
    const at = this.#count++;
    const { numbers, integers } = this;
    const first = at * NUMBERS;
    numbers[first + CALL] = call;
    numbers[first + RETURN] = returned;
    numbers[first + CALL_MS] = callMs;
    numbers[first + RETURN_MS] = returnMs;
    numbers[first + VALUE] = value;
    integers[at * INTEGERS + RECORD] = record;
    integers[at * INTEGERS + KIND_AND_ROUND] = round * KINDS + kind;
    integers[at * INTEGERS + HASH] = hash;
    this.#words[this.#own + COUNT] = this.#count;
  }

  /** Keeps fewer keys, or cuts the track. Returns whether there is room now. */
  #makeRoom(): boolean {
    let level = Atomics.load(this.#words, LEVEL);
    const before = level;
    let left = this.#left(level);
    while (level < LEVEL_MAX && left > LEFT_MAX * this.capacity) left = this.#left(++level);
    if (left > LEFT_MAX * this.capacity || left < LEFT_MIN * this.capacity && level > before) {
      this.#isCut = true;
      this.#words[this.#own + IS_CUT] = 1;
      return false;
    }
    for (let known = before; known < level;) known = Atomics.compareExchange(this.#words, LEVEL, known, level);
    this.#keepOnly(maskOf(level));
    return true;
  }

  /** How many operations would be left at the level. */
  #left(level: number): number {
    const mask = maskOf(level);
    let left = 0;
    for (let at = 0; at < this.#count; at++) if (isKept(this.integers[at * INTEGERS + RECORD]!, mask)) left++;
    return left;
  }

  #keepOnly(mask: number): void {
    let kept = 0;
    for (let at = 0; at < this.#count; at++) {
      if (!isKept(this.integers[at * INTEGERS + RECORD]!, mask)) continue;
      this.numbers.copyWithin(kept * NUMBERS, at * NUMBERS, (at + 1) * NUMBERS);
      this.integers.copyWithin(kept * INTEGERS, at * INTEGERS, (at + 1) * INTEGERS);
      kept++;
    }
    this.#mask = mask;
    this.#count = kept;
    this.#words[this.#own + COUNT] = kept;
  }
}

const TWO_TO_32 = 2 ** 32;

/** The bits of a key's hash that must be zero at the level. */
export function maskOf(level: number): number {
  return level === 0 ? 0 : -1 >>> (32 - level);
}

/** Whether the bits of the record's hash that the mask has are zero. */
export function isKept(record: number, mask: number): boolean {
  let hash = record + 0x9e3779b9 | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) & mask) === 0;
}
