/**
 * The phase of a run: a shared word that starts and stops all workers together.
 *
 * @module
 */
import type { Abort } from "./abort.ts";
import { ORIGIN_MS, sharedNowMs } from "./shared_time.ts";
import { LINE_BYTES, LINE_DOUBLES, LINE_WORDS } from "./layout.ts";

/** Workers attach and prepare. */
export const PREPARING = 0;
/** Load workers put the records that the load expects. */
export const PRELOADING = 1;
/** The file worker writes what has been preloaded. */
export const FLUSHING = 2;
/** Load workers measure how late they wake up when nothing else happens. */
export const CALIBRATING = 3;
/** Load workers run their load without counting it. */
export const WARMING = 4;
/** Load workers wait for the load to start, so that nothing done before it is counted with it. */
export const READY = 5;
/** Load workers run their load. */
export const RUNNING = 6;
/** Load workers finish their current operation and end. */
export const STOPPING = 7;
/** Every load worker has done its last operation, and reports what it has measured. */
export const ENDED = 8;
/** All load workers have ended; the file worker writes what is left and ends. */
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
 * The phase of a run, and how many workers are ready for the next one.
 *
 * Layout: word 0 is the phase. One cache line on is the number of arrivals: each worker increments it once at each
 * point where all are waited for. One line on is the number of load workers that have done their last operation. One
 * line on, as 64-bit floats, are the times at which each phase began.
 *
 * Invariants: the phase only grows, by compare-and-exchange. The main thread advances it, except for two steps that
 * load workers take: the first to see that the load's time is up advances it to STOPPING, so that the others see that
 * at their next operation, not only when they next read the clock; and the last to end advances it to ENDED. Only the
 * main thread writes when a phase began, before it writes the phase.
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

  /** The phase of a new run, {@linkcode PREPARING}. */
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
   * Advances to a later phase and wakes everyone who waits for it; the phases in between begin at the same time. Only
   * the main thread may call it.
   */
  advance(phase: number): void {
    const nowMs = sharedNowMs();
    for (let begun = this.current + 1; begun <= phase; begun++) this.#doubles[BEGAN_AT + begun] = nowMs;
    this.#raise(phase);
  }

  /**
   * When a phase that the main thread advanced to began, in milliseconds of the calling thread's `performance.now()`.
   */
  beganAtMs(phase: number): number {
    return this.#doubles[BEGAN_AT + phase]! - ORIGIN_MS;
  }

  /** Stops the load; called by a load worker that sees that its time is up. */
  stop(): void {
    this.#raise(STOPPING);
  }

  /** Records that the calling load worker, one of `workers`, has done its last operation. */
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
   * Blocks the calling worker until the run has reached `phase`, but for at most `timeoutMs`.
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
   * Resolves when the run has reached `phase`; for workers whose event loop must keep running meanwhile.
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
   * Resolves when workers have arrived `count` times in total, or the run has failed; for the main thread, which must
   * not block.
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
