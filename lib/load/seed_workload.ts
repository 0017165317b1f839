/**
 * The seed's workload: its keys, its value, and its mix of operations.
 *
 * @module
 */
import type { KeySpace } from "../backend/plan.ts";
import { PaddedBytes } from "../store/padded_bytes.ts";
import { TWO_DIGITS as DIGITS } from "./record.ts";
import { READ, UPDATE } from "./operation.ts";
import type { Rng } from "./rng.ts";
import { traceOf, type Workload, type WorkloadOptions } from "./workload.ts";
import { putsIn } from "../replay/format/trace_format.ts";

/** Number of keys of the seed's workload: `Key0` … `Key65535`. */
export const SEED_KEY_COUNT = 65_536;
/** Shifts 32 random bits right so that the high bits left are a key number. */
const SEED_KEY_SHIFT = 32 - Math.log2(SEED_KEY_COUNT);
/** The seed's one value. */
export const SEED_VALUE = "foo";

/** How many of 2^32 random numbers mean a put: 90%. */
const PUT_THRESHOLD = Math.round(0.9 * 2 ** 32);

/** What the seed's workload may put. */
export const SEED_KEY_SPACE: KeySpace = {
  keyCount: SEED_KEY_COUNT,
  keyLengthMax: `Key${SEED_KEY_COUNT - 1}`.length,
  valueLengthMax: SEED_VALUE.length,
};

const PREFIX = "Key";
/** Length of `Key` and one digit: the first word of every key. */
const FIRST_WORD_BYTES = PREFIX.length + 1;
/** `Key` as a little-endian word whose highest byte is free for the first digit. */
const PREFIX_WORD = PREFIX.charCodeAt(0) | PREFIX.charCodeAt(1) << 8 | PREFIX.charCodeAt(2) << 16;
const ZERO = "0".charCodeAt(0);
/** A module-level constant: V8 folds it, but not an imported one. */
const TWO_DIGITS = DIGITS;

/**
 * The seed's workload: keys chosen uniformly, one value, 90% puts and 10% gets.
 *
 * After {@linkcode SeedWorkload.next}, `kind` and `key` describe the operation. Keys are built in place word by word:
 * after byte-wise writes, the word-wise reads that follow would stall.
 */
export class SeedWorkload implements Workload {
  readonly key = new PaddedBytes(FIRST_WORD_BYTES + 4);
  readonly value = PaddedBytes.of(SEED_VALUE);
  /** {@linkcode UPDATE} or {@linkcode READ}. */
  kind = READ;
  readonly #rng: Rng;

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  /** Chooses the next operation. */
  next(): void {
    const rng = this.#rng;
    writeSeedKey(rng.next() >>> SEED_KEY_SHIFT, this.key);
    this.kind = (rng.next() >>> 0) < PUT_THRESHOLD ? UPDATE : READ;
  }
}

/**
 * The same with a number after the value, which counts the puts of all threads. An engine may skip writes that change
 * nothing (SQLite does not write such a page) and would then seem much faster than it is.
 */
export class DistinctSeedWorkload extends SeedWorkload {
  readonly #threads: number;
  #number: number;

  constructor(rng: Rng, { thread, threads }: { thread: number; threads: number }) {
    super(rng);
    this.#threads = threads;
    this.#number = thread;
  }

  override next(): void {
    super.next();
    if (this.kind === READ) return;
    this.value.setString(SEED_VALUE + this.#number);
    this.#number += this.#threads;
  }
}

/** Writes `Key` and a number from 0 to 99,999 in decimal. */
export function writeSeedKey(n: number, key: PaddedBytes): void {
  const words = key.words;
  if (n >= 10_000) {
    const first = (n / 10_000) | 0;
    const rest = n - first * 10_000;
    const high = (rest / 100) | 0;
    words[0] = PREFIX_WORD | (ZERO + first) << 24;
    words[1] = TWO_DIGITS[high]! | TWO_DIGITS[rest - high * 100]! << 16;
    key.length = FIRST_WORD_BYTES + 4;
    return;
  }
  let tail = 0;
  let tailLength = 0;
  let rest = n;
  for (; rest >= 10; tailLength++) {
    const quotient = (rest / 10) | 0;
    tail = tail << 8 | (ZERO + rest - quotient * 10);
    rest = quotient;
  }
  words[0] = PREFIX_WORD | (ZERO + rest) << 24;
  words[1] = tail;
  key.length = FIRST_WORD_BYTES + tailLength;
}

/**
 * The mean length of a put's key and value together, in bytes, over all records; that is also the mean of many puts.
 */
export function meanPutBytes(workload: WorkloadOptions): number {
  if (workload.kind === "replay") {
    const { kinds, putBytes } = traceOf(workload);
    return putBytes / Math.max(1, putsIn(kinds));
  }
  const valueBytes = workload.kind === "seed"
    ? SEED_VALUE.length
    : (workload.valueBytesMin + workload.valueBytesMax) / 2;
  return meanKeyBytes(workload) + valueBytes;
}

/** The mean length of a key, in bytes, likewise. */
export function meanKeyBytes(workload: WorkloadOptions): number {
  if (workload.kind === "replay") {
    const { operations, keyBytes } = traceOf(workload);
    return keyBytes / operations;
  }
  return workload.kind === "seed" ? meanSeedKeyBytes() : workload.keyBytes;
}

/** The mean length of the seed's keys, all of which are equally frequent. */
function meanSeedKeyBytes(): number {
  let digits = 0;
  for (let from = 0, to = 10; from < SEED_KEY_COUNT; from = to, to *= 10) {
    digits += (Math.min(to, SEED_KEY_COUNT) - from) * String(to - 1).length;
  }
  return "Key".length + digits / SEED_KEY_COUNT;
}
