/**
 * The sequence load: puts whose last acknowledged values can be told from a count. The worker and the tests both go
 * through it.
 *
 * @module
 */
import { Rng } from "../../lib/load/rng.ts";

/** Keys that each load worker has for itself. */
const KEYS_PER_THREAD = 257;

/** One load worker's puts: every value is another, and no other thread puts its keys. */
export class SequenceLoad {
  key = "";
  value = "";
  readonly #thread: number;
  readonly #rng: Rng;
  #sequence = 0;

  constructor(seed: number, thread: number) {
    this.#thread = thread;
    this.#rng = new Rng(seed, thread);
  }

  /** Chooses the next key and value. Values grow, so that entries outgrow their place now and then. */
  next(): void {
    this.#sequence++;
    this.key = `thread ${this.#thread} key ${this.#rng.below(KEYS_PER_THREAD)}`;
    this.value = `${this.#thread}:${this.#sequence}`;
  }
}

/** The value of every key after so many acknowledged puts of each thread. */
export function lastAcknowledged(seed: number, threadWrites: readonly number[]): Map<string, string> {
  const values = new Map<string, string>();
  for (const [thread, writes] of threadWrites.entries()) {
    const load = new SequenceLoad(seed, thread);
    for (let write = 0; write < writes; write++) {
      load.next();
      values.set(load.key, load.value);
    }
  }
  return values;
}
