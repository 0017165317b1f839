/**
 * The phase: the shared word that starts all workers together and stops them.
 *
 * @module
 */
import type { Abort } from "./abort.ts";
import { LINE_BYTES, LINE_DOUBLES, LINE_WORDS } from "./layout.ts";

/** Workers attach and prepare. */
export const PREPARING = 0;
/** Load workers put the records that the load expects. */
export const PRELOADING = 1;
/** The file worker writes what has been preloaded. */
export const FLUSHING = 2;
/** Load workers measure how late they wake when nothing else happens. */
export const CALIBRATING = 3;
/** Load workers run their load, and do not count it. */
export const WARMING = 4;
/** Load workers wait for their load, so that nothing done before it is counted with it. */
export const READY = 5;
/** Load workers run their load. */
export const RUNNING = 6;
/** Load workers finish the operation at hand and end. */
export const STOPPING = 7;
/** Every load worker has done its last operation, and tells what it has measured. */
export const ENDED = 8;
/** No load worker runs any more; the file worker writes what is left and ends. */
export const DRAINING = 9;

/** What {@linkcode Phase.attach} needs; structured-cloneable. */
export interface PhaseHandle {
  readonly buffer: SharedArrayBuffer;
}

const PHASE = 0;
const ARRIVED = LINE_WORDS;
const LOADS_ENDED = 2 * LINE_WORDS;
/** In 64-bit floats, at each phase's number. */
const BEGAN_AT = 3 * LINE_DOUBLES;
const BYTES = 3 * LINE_BYTES + (DRAINING + 1) * Float64Array.BYTES_PER_ELEMENT;

/**
 * The phase of a run, and how many workers have arrived where its next one begins.
 *
 * Layout: word 0 the phase; one cache line on, the number of workers that have come to a point where all are waited for,
 * incremented once by each at each such point; one line on, the number of load workers that have done their last operation;
 * one line on, as 64-bit floats, when each phase began.
 *
 * Invariants: the phase only grows, by compare-and-exchange. The main thread moves it, but for two steps that load workers
 * take: the first to see that the load's time is up moves it to STOPPING, so that the others see that at their next
 * operation and not only at their next look at the clock; the last to end moves it to ENDED. When a phase began is
 * written by the main thread alone, before the phase.
 */
export class Phase {
  /** The shared words; the load loop reads the phase here at {@linkcode Phase.INDEX} once per operation. */
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly #doubles: Float64Array<SharedArrayBuffer>;
  /** Index of the phase in {@linkcode Phase.words}. */
  static readonly INDEX = PHASE;

  private constructor(buffer: SharedArrayBuffer) {
    this.words = new Int32Array(buffer);
    this.#doubles = new Float64Array(buffer);
  }

  /** A new run, preparing. */
  static create(): Phase {
    return new Phase(new SharedArrayBuffer(BYTES));
  }

  static attach(handle: PhaseHandle): Phase {
    return new Phase(handle.buffer);
  }

  handle(): PhaseHandle {
    return { buffer: this.words.buffer };
  }

  get current(): number {
    return Atomics.load(this.words, PHASE);
  }

  /**
   * Moves on to a later phase and wakes everyone who waits for it; phases in between begin with it. Only the main thread
   * may call it.
   */
  advance(phase: number): void {
    const nowMs = performance.timeOrigin + performance.now();
    for (let begun = this.current + 1; begun <= phase; begun++) this.#doubles[BEGAN_AT + begun] = nowMs;
    this.#raise(phase);
  }

  /** When a phase that the main thread has moved to began, in milliseconds of the calling thread's `performance.now()`. */
  beganAtMs(phase: number): number {
    return this.#doubles[BEGAN_AT + phase]! - performance.timeOrigin;
  }

  /** Stops the load, of which a load worker has seen that its time is up. */
  stop(): void {
    this.#raise(STOPPING);
  }

  /** Counts the calling load worker as one of `workers` that has done its last operation. */
  end(workers: number): void {
    if (Atomics.add(this.words, LOADS_ENDED, 1) + 1 === workers) this.#raise(ENDED);
  }

  #raise(phase: number): void {
    for (let current = this.current; current < phase; current = this.current) {
      if (Atomics.compareExchange(this.words, PHASE, current, phase) === current) Atomics.notify(this.words, PHASE);
    }
  }

  /** Counts the calling worker as ready for the next phase. */
  arrive(): void {
    Atomics.add(this.words, ARRIVED, 1);
    Atomics.notify(this.words, ARRIVED);
  }

  /**
   * Blocks the calling worker until the run has reached `phase`, or for `timeoutMs`.
   *
   * @throws {AbortError} when the run fails first
   */
  waitFor(phase: number, abort: Abort, timeoutMs = Infinity): void {
    const endsAtMs = performance.now() + timeoutMs;
    for (let current = this.current; current < phase; current = this.current) {
      abort.check();
      const leftMs = endsAtMs - performance.now();
      if (leftMs <= 0) return;
      Atomics.wait(this.words, PHASE, current, Math.min(leftMs, abort.tickMs));
    }
  }

  /**
   * Resolves when the run has reached `phase`; for a worker whose event loop has to go on meanwhile.
   *
   * @throws {AbortError} when the run fails first
   */
  async reached(phase: number, abort: Abort): Promise<void> {
    for (let current = this.current; current < phase; current = this.current) {
      abort.check();
      await Atomics.waitAsync(this.words, PHASE, current, abort.tickMs).value;
    }
  }

  /**
   * Resolves when workers have arrived `count` times in all, or the run has failed; for the main thread, which must not
   * block.
   */
  async arrivals(count: number, abort: Abort): Promise<void> {
    for (let arrived = this.#arrived; arrived < count && !abort.raised; arrived = this.#arrived) {
      await Atomics.waitAsync(this.words, ARRIVED, arrived, abort.tickMs).value;
    }
  }

  get #arrived(): number {
    return Atomics.load(this.words, ARRIVED);
  }
}
