/**
 * Watches operations in flight: an engine may have stopped answering, and then none of them ever ends.
 *
 * @module
 */
import { type Abort, AbortError } from "../sync/abort.ts";

/** How often the operations are looked at, in milliseconds. */
const WATCH_MS = 100;
/**
 * How long none may end before the engine counts as stalled, in milliseconds: longer than any pause of an engine that
 * is well.
 */
const STALL_MS = 10_000;
/** The same once no more are to begin: then somebody waits for the result. */
const LAST_STALL_MS = 3_000;

/** What a {@linkcode StallWatch} looks at. */
interface Watched {
  readonly abort: Abort;
  /** Operations in flight. */
  inFlight(): number;
  /** Operations that have ended. */
  ended(): number;
  /** Whether no more are to begin. */
  isOver(): boolean;
  /** How long none may end before that, in milliseconds; absent: as long as single operations may take. */
  readonly stallMs?: number;
}

/** Fails work whose operations do not end: when the run has failed, or when none has ended for too long. */
export class StallWatch {
  readonly #failed = Promise.withResolvers<never>();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #watched: Watched;
  #ended = 0;
  /** Since when none has ended, or there was none. */
  #sinceMs = performance.now();
  #wasOver = false;

  constructor(watched: Watched) {
    this.#watched = watched;
    this.#failed.promise.catch(() => {});
    this.#timer = setInterval(() => this.#look(), WATCH_MS);
  }

  /**
   * Does the work, for as long as operations end.
   *
   * @throws {Error} when none ends for too long
   * @throws {AbortError} when the run has failed elsewhere
   */
  async over<T>(work: Promise<T>): Promise<T> {
    try {
      return await Promise.race([work, this.#failed.promise]);
    } finally {
      clearInterval(this.#timer);
    }
  }

  #look(): void {
    const { abort, inFlight, ended, isOver, stallMs = STALL_MS } = this.#watched;
    if (abort.raised) return this.#failed.reject(new AbortError());
    const nowMs = performance.now();
    const count = inFlight();
    if (count === 0 || ended() !== this.#ended || isOver() !== this.#wasOver) {
      this.#ended = ended();
      this.#wasOver = isOver();
      this.#sinceMs = nowMs;
      return;
    }
    const limitMs = this.#wasOver ? LAST_STALL_MS : stallMs;
    if (nowMs - this.#sinceMs < limitMs) return;
    const operations = count === 1 ? "an operation in flight has not" : `of ${count} operations in flight none has`;
    this.#failed.reject(new Error(`The engine has stopped answering: ${operations} ended for ${limitMs / 1000} s`));
  }
}
