/**
 * The numbered workload: puts that can be told apart after a crash.
 *
 * @module
 */
import type { KeySpace } from "../backend/plan.ts";
import { PaddedBytes } from "../store/padded_bytes.ts";
import { READ, UPDATE } from "./operation.ts";
import type { Rng } from "./rng.ts";
import { SEED_KEY_COUNT, writeSeedKey } from "./seed_workload.ts";
import type { Workload } from "./workload.ts";

const ROUND_DIGITS = 7;
const THREAD_DIGITS = 4;
const SEQUENCE_DIGITS = 10;

/** Of 2^32 random numbers, how many mean a put: 90%. */
const PUT_THRESHOLD = Math.round(0.9 * 2 ** 32);

/** What a put of the numbered workload wrote. */
export interface NumberedValue {
  /** Which round of the crash command. */
  readonly round: number;
  readonly thread: number;
  /** The thread's puts of the round up to this one, from 1. */
  readonly sequence: number;
}

/** What the numbered workload may put. */
export const NUMBERED_KEY_SPACE: KeySpace = {
  keyCount: SEED_KEY_COUNT,
  keyLengthMax: `Key${SEED_KEY_COUNT - 1}`.length,
  valueLengthMax: formatNumberedValue({ round: 0, thread: 0, sequence: 0 }).length,
};

/**
 * The seed's mix of operations on the seed's keys, with two differences: each key is one thread's own (key `i` belongs
 * to thread `i` modulo the number of threads), and each value says which put wrote it. All values are equally long, so
 * that a new one always fits in the old one's place.
 */
export class NumberedWorkload implements Workload {
  readonly key = new PaddedBytes(16);
  readonly value = new PaddedBytes(64);
  kind = READ;
  readonly #rng: Rng;
  readonly #round: number;
  readonly #thread: number;
  readonly #threads: number;
  readonly #ownKeys: number;
  #sequence = 0;

  constructor(rng: Rng, options: { round: number; thread: number; threads: number }) {
    this.#rng = rng;
    this.#round = options.round;
    this.#thread = options.thread;
    this.#threads = options.threads;
    this.#ownKeys = Math.ceil((SEED_KEY_COUNT - options.thread) / options.threads);
  }

  next(): void {
    writeSeedKey(this.#thread + this.#threads * this.#rng.below(this.#ownKeys), this.key);
    this.kind = (this.#rng.next() >>> 0) < PUT_THRESHOLD ? UPDATE : READ;
    if (this.kind === READ) return;
    this.#sequence++;
    const { round, thread, sequence } = { round: this.#round, thread: this.#thread, sequence: this.#sequence };
    this.value.setString(formatNumberedValue({ round, thread, sequence }));
  }
}

/** The value as the store holds it, such as `0000003.0001.0000001234`. */
export function formatNumberedValue({ round, thread, sequence }: NumberedValue): string {
  return [
    String(round).padStart(ROUND_DIGITS, "0"),
    String(thread).padStart(THREAD_DIGITS, "0"),
    String(sequence).padStart(SEQUENCE_DIGITS, "0"),
  ].join(".");
}

/** Reads what {@linkcode formatNumberedValue} wrote. */
export function parseNumberedValue(text: string): NumberedValue {
  const [round, thread, sequence] = text.split(".").map(Number);
  return { round: round ?? NaN, thread: thread ?? NaN, sequence: sequence ?? NaN };
}
