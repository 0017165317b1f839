/**
 * The abort flag: how a failure anywhere ends every wait everywhere.
 *
 * @module
 */

/**
 * Thrown from a wait because the run has failed in another thread. Never the cause of a failure, always a consequence.
 */
export class AbortError extends Error {
  override readonly name = "AbortError";
  constructor() {
    super("Cannot go on: the run has failed in another thread");
  }
}

/** What {@linkcode Abort.attach} needs; structured-cloneable. */
export interface AbortHandle {
  readonly buffer: SharedArrayBuffer;
  readonly tickMs: number;
}

/**
 * One shared word that says whether the run has failed.
 *
 * Layout: word 0 is 0 until {@linkcode Abort.raise}, and 1 from then on. Any thread may raise it.
 *
 * Every wait in kvlab checks this flag at least once per {@linkcode Abort.tickMs}, so a thread that dies while holding
 * a lock, or while a queue is full, never leaves the others waiting. Locks of dead threads are never taken over: the
 * run fails instead.
 */
export class Abort {
  readonly #word: Int32Array<SharedArrayBuffer>;
  /** Longest wait before the flag is checked again, in milliseconds. */
  readonly tickMs: number;

  private constructor(handle: AbortHandle) {
    this.#word = new Int32Array(handle.buffer);
    this.tickMs = handle.tickMs;
  }

  /** A new flag, not raised yet. */
  static create(options: { tickMs?: number } = {}): Abort {
    const { tickMs = 100 } = options;
    return new Abort({ buffer: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT), tickMs });
  }

  static attach(handle: AbortHandle): Abort {
    return new Abort(handle);
  }

  handle(): AbortHandle {
    return { buffer: this.#word.buffer, tickMs: this.tickMs };
  }

  /** Fails the run. Waiting threads notice within {@linkcode Abort.tickMs}. */
  raise(): void {
    Atomics.store(this.#word, 0, 1);
  }

  get raised(): boolean {
    return Atomics.load(this.#word, 0) !== 0;
  }

  /** @throws {AbortError} when the run has failed */
  check(): void {
    if (this.raised) throw new AbortError();
  }
}
