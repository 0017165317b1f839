/**
 * A ring of operations: what the reader of a trace hands to one lane of the load.
 *
 * @module
 */
import type { PaddedBytes } from "../store/padded_bytes.ts";
import { Abort, type AbortHandle } from "../sync/abort.ts";
import { LINE_BYTES, LINE_WORDS } from "../sync/layout.ts";
import { Phase, type PhaseHandle, STOPPING } from "../sync/phase.ts";

/** What {@linkcode TraceRing.attach} needs; structured-cloneable. */
export interface TraceRingHandle {
  readonly buffer: SharedArrayBuffer;
  readonly abort: AbortHandle;
  readonly phase: PhaseHandle;
}

const HEAD = 0;
const TAIL = LINE_WORDS;
const RECORDS = 2 * LINE_WORDS;

/** The first word of what is no operation: the rest of the ring is unused, and the trace is over. */
const SKIP = -1;
const END = -2;

/** Words before the key: kind and key length, value length, and the time as a 64-bit float. */
const HEADER_WORDS = 4;
const KIND_BITS = 4;

/** All rings of a run together take about so much. */
const TOTAL_WORDS = 1 << 22;
const WORDS_MIN = 1 << 11;
const WORDS_MAX = 1 << 17;

/** How many records are written before the other side is told. */
const RECORDS_AT_ONCE = 64;

/**
 * Operations from one producer to one consumer.
 *
 * Layout, in 32-bit words: how many words the producer has written; one cache line on, how many the consumer has read;
 * one line on, the records, in a ring whose size is a power of two. Both counts only grow, modulo 2^32. A record is
 * never broken at the end of the ring: a word {@linkcode SKIP} says that the next one is at its beginning. {@linkcode
 * END} is the last one.
 *
 * Invariants: the producer alone writes the head and the records between tail and head + ring; the consumer alone
 * writes the tail. A record is complete before the head that covers it is stored, and has been copied before the tail
 * that gives it up is. Each waits for the other's count to change, for a tick at most, and then looks at the abort flag
 * and at the phase, so neither waits for one that has ended.
 */
export class TraceRing {
  readonly #handle: TraceRingHandle;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #mask: number;
  readonly #abort: Abort;
  readonly #phase: Phase;
  readonly #time = new Float64Array(1);
  readonly #timeWords = new Int32Array(this.#time.buffer);
  /** The side's own count, and what it last knew of the other's. */
  #own = 0;
  #other = 0;
  /** Records written and not told of yet. */
  #untold = 0;
  /** Words read and not given up yet. */
  #unreturned = 0;
  #isOver = false;
  /** The kind and the size of the value of the operation that was taken last. */
  kind = 0;
  valueBytes = 0;
  /** Called before the producer waits, which is the time to tell other consumers what they do not know yet. */
  onWait: () => void = () => {};

  private constructor(handle: TraceRingHandle) {
    this.#handle = handle;
    this.#words = new Int32Array(handle.buffer);
    this.#mask = this.#words.length - RECORDS - 1;
    this.#abort = Abort.attach(handle.abort);
    this.#phase = Phase.attach(handle.phase);
  }

  /** Creates the rings of a run, one for each lane. */
  static createAll(lanes: number, { abort, phase }: { abort: Abort; phase: Phase }): TraceRing[] {
    let words = WORDS_MAX;
    while (words > WORDS_MIN && words * lanes > TOTAL_WORDS) words /= 2;
    const bytes = 2 * LINE_BYTES + words * Int32Array.BYTES_PER_ELEMENT;
    const handles = { abort: abort.handle(), phase: phase.handle() };
    return Array.from({ length: lanes }, () => new TraceRing({ buffer: new SharedArrayBuffer(bytes), ...handles }));
  }

  static attach(handle: TraceRingHandle): TraceRing {
    return new TraceRing(handle);
  }

  handle(): TraceRingHandle {
    return this.#handle;
  }

  /** Whether the load is over, and takes nothing any more. */
  get isLoadOver(): boolean {
    return this.#phase.current >= STOPPING;
  }

  // The producer's side.

  /**
   * Appends an operation; waits while there is no room.
   *
   * @returns false if the load is over
   * @throws {AbortError} when the run has failed
   */
  push(operation: { kind: number; key: PaddedBytes; valueBytes: number; timeUs: number }): boolean {
    const { kind, key, valueBytes, timeUs } = operation;
    const keyWords = (key.length + 3) >> 2;
    const at = this.#reserve(HEADER_WORDS + keyWords);
    if (at < 0) return false;
    const words = this.#words;
    words[at] = kind | key.length << KIND_BITS;
    words[at + 1] = valueBytes;
    this.#time[0] = timeUs;
    words[at + 2] = this.#timeWords[0]!;
    words[at + 3] = this.#timeWords[1]!;
    for (let i = 0; i < keyWords; i++) words[at + HEADER_WORDS + i] = key.words[i]!;
    this.#own = (this.#own + HEADER_WORDS + keyWords) | 0;
    if (++this.#untold >= RECORDS_AT_ONCE) this.tell();
    return true;
  }

  /** Says that nothing comes any more. */
  end(): void {
    const at = this.#reserve(1);
    if (at < 0) return;
    this.#words[at] = END;
    this.#own = (this.#own + 1) | 0;
    this.#untold++;
    this.tell();
  }

  /** Wakes the producer if it waits, so that it sees that the load is over. */
  wake(): void {
    Atomics.notify(this.#words, TAIL);
  }

  /** Tells the consumer of everything that has been appended. */
  tell(): void {
    if (this.#untold === 0) return;
    this.#untold = 0;
    Atomics.store(this.#words, HEAD, this.#own);
    Atomics.notify(this.#words, HEAD);
  }

  /** Where so many words can be written, once they can; -1 if the load is over. */
  #reserve(count: number): number {
    const place = this.#own & this.#mask;
    const skipped = place + count > this.#mask + 1 ? this.#mask + 1 - place : 0;
    const capacity = this.#mask + 1;
    if (capacity - ((this.#own - this.#other) | 0) < skipped + count) {
      this.tell();
      this.onWait();
      for (;;) {
        const tail = Atomics.load(this.#words, TAIL);
        this.#other = tail;
        if (capacity - ((this.#own - tail) | 0) >= skipped + count) break;
        this.#abort.check();
        if (this.isLoadOver) return -1;
        Atomics.wait(this.#words, TAIL, tail, this.#abort.tickMs);
      }
    }
    if (skipped === 0) return RECORDS + place;
    this.#words[RECORDS + place] = SKIP;
    this.#own = (this.#own + skipped) | 0;
    return RECORDS;
  }

  // The consumer's side.

  /**
   * Waits for the next operation, but not into another phase of the run.
   *
   * @returns whether there is one; false if the trace is over, or the run has gone on
   * @throws {AbortError} when the run has failed
   */
  hasNext(): boolean {
    if (this.#own !== this.#other && this.#words[RECORDS + (this.#own & this.#mask)]! >= 0) return true;
    const during = this.#phase.current;
    while (!this.#look()) {
      if (this.#isOver || this.#phase.current !== during) return false;
      Atomics.wait(this.#words, HEAD, this.#other, this.#abort.tickMs);
      this.#abort.check();
    }
    return true;
  }

  /** The same for a thread that must not block. */
  async reachesNext(): Promise<boolean> {
    const during = this.#phase.current;
    while (!this.#look()) {
      if (this.#isOver || this.#phase.current !== during) return false;
      await Atomics.waitAsync(this.#words, HEAD, this.#other, this.#abort.tickMs).value;
      this.#abort.check();
    }
    return true;
  }

  /** Whether the next operation is there already. */
  get isThere(): boolean {
    return this.#look();
  }

  /** When the next operation was done in the trace, in microseconds. */
  get nextTimeUs(): number {
    const at = RECORDS + (this.#own & this.#mask);
    this.#timeWords[0] = this.#words[at + 2]!;
    this.#timeWords[1] = this.#words[at + 3]!;
    return this.#time[0]!;
  }

  /** Takes the next operation, of which {@linkcode TraceRing.hasNext} has said that it is there. */
  take(key: PaddedBytes): void {
    const words = this.#words;
    const at = (RECORDS + (this.#own & this.#mask)) | 0;
    const first = words[at]!;
    const length = first >> KIND_BITS;
    const keyWords = (length + 3) >> 2;
    this.kind = first & ((1 << KIND_BITS) - 1);
    this.valueBytes = words[at + 1]!;
    const target = key.words;
    for (let i = 0; i < keyWords; i++) target[i] = words[(at + HEADER_WORDS + i) | 0]!;
    key.length = length;
    this.#advance(HEADER_WORDS + keyWords);
  }

  /** Whether there is an operation; passes over what is none. */
  #look(): boolean {
    for (;;) {
      if (this.#own === this.#other) {
        this.#giveUp();
        this.#other = Atomics.load(this.#words, HEAD);
        if (this.#own === this.#other) return false;
      }
      const place = this.#own & this.#mask;
      const first = this.#words[RECORDS + place]!;
      if (first === END) this.#isOver = true;
      if (first !== SKIP) return first !== END;
      this.#advance(this.#mask + 1 - place);
    }
  }

  #advance(count: number): void {
    this.#own = (this.#own + count) | 0;
    this.#unreturned = (this.#unreturned + count) | 0;
    // Early enough that the producer has time to write before the ring is empty.
    if (this.#unreturned > this.#mask >> 2) this.#giveUp();
  }

  /** Lets the producer have what has been read. */
  #giveUp(): void {
    this.#unreturned = 0;
    Atomics.store(this.#words, TAIL, this.#own);
    Atomics.notify(this.#words, TAIL);
  }
}
