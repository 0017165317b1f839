/**
 * A doorbell: wakes a worker that sleeps until its next turn, and can wait for that turn to end.
 *
 * @module
 */
import { Abort, type AbortHandle } from "./abort.ts";
import { LINE_BYTES, LINE_WORDS } from "./layout.ts";

/** What {@linkcode Doorbell.attach} needs; structured-cloneable. */
export interface DoorbellHandle {
  readonly buffer: SharedArrayBuffer;
  readonly abort: AbortHandle;
}

const RINGS = 0;
const ANSWERS = LINE_WORDS;

/**
 * Many threads ring, one worker answers.
 *
 * Layout: the number of rings; one cache line on, the number of answers.
 *
 * Invariant: the worker reads the rings before its turn, and sleeps only if they have not changed since (the kernel's
 * compare in `Atomics.wait`). So a whole turn follows each ring. The worker counts an answer after each turn: if a
 * thread reads the answers before it rings, a change tells it that a turn has ended since, though that turn may have
 * begun before the ring.
 */
export class Doorbell {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #abort: Abort;

  private constructor(handle: DoorbellHandle) {
    this.#words = new Int32Array(handle.buffer);
    this.#abort = Abort.attach(handle.abort);
  }

  static create(abort: Abort): Doorbell {
    return new Doorbell({ buffer: new SharedArrayBuffer(2 * LINE_BYTES), abort: abort.handle() });
  }

  static attach(handle: DoorbellHandle): Doorbell {
    return new Doorbell(handle);
  }

  handle(): DoorbellHandle {
    return { buffer: this.#words.buffer, abort: this.#abort.handle() };
  }

  /** Wakes the worker, or keeps it from falling asleep. */
  ring(): void {
    Atomics.add(this.#words, RINGS, 1);
    Atomics.notify(this.#words, RINGS);
  }

  /**
   * Rings, and waits until the worker has ended a turn, but for at most a tick.
   *
   * @throws {AbortError} when the run has failed
   */
  ringAndWait(): void {
    const answers = Atomics.load(this.#words, ANSWERS);
    this.ring();
    Atomics.wait(this.#words, ANSWERS, answers, this.#abort.tickMs);
    this.#abort.check();
  }

  /** The number of rings, for {@linkcode Doorbell.sleep}. */
  get rings(): number {
    return Atomics.load(this.#words, RINGS);
  }

  /** Counts the end of the worker's turn. */
  answer(): void {
    Atomics.add(this.#words, ANSWERS, 1);
    Atomics.notify(this.#words, ANSWERS);
  }

  /**
   * Sleeps until somebody has rung since the worker read {@linkcode Doorbell.rings}, but for at most `timeoutMs` or a
   * tick.
   *
   * @throws {AbortError} when the run has failed
   */
  sleep(rings: number, timeoutMs: number): void {
    this.#abort.check();
    if (timeoutMs > 0) Atomics.wait(this.#words, RINGS, rings, Math.min(timeoutMs, this.#abort.tickMs));
  }
}
