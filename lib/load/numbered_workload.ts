/**
 * The numbered workload, whose writes can be told apart after a crash.
 *
 * @module
 */
import type { PaddedBytes } from "../store/padded_bytes.ts";
import { MixedWorkload } from "./mixed_workload.ts";
import { OPERATIONS, READ } from "./operation.ts";
import { type MixOptions, PRESETS, type Workload, ZIPF_THETA } from "./workload.ts";
import { createValues, RecordKeys, type ValueOptions, type Values } from "./record.ts";
import { Rng } from "./rng.ts";
import { SEED_KEY_COUNT } from "./seed_workload.ts";

const ROUND_DIGITS = 7;
const THREAD_DIGITS = 4;
const SEQUENCE_DIGITS = 10;
const SEPARATOR = ".";

/** Where a value's sequence number starts. */
const SEQUENCE_START = ROUND_DIGITS + THREAD_DIGITS + 2 * SEPARATOR.length;

/** Length of the shortest value that can identify its put, in bytes. */
export const NUMBERED_VALUE_BYTES_MIN = SEQUENCE_START + SEQUENCE_DIGITS;
/** How many threads, or lanes of threads, can be told apart. */
export const LANES_MAX = 10 ** THREAD_DIGITS;
/** The greatest round number. */
export const ROUND_MAX = 10 ** ROUND_DIGITS - 1;

/** The seed's mix of operations, on as many keys, with the shortest possible values. */
export const NUMBERED_SEED_MIX: MixOptions = {
  kind: "mix",
  name: "seed",
  ...PRESETS.seed,
  keyCount: SEED_KEY_COUNT,
  keyCountMax: SEED_KEY_COUNT,
  keyBytes: 9,
  valueBytesMin: NUMBERED_VALUE_BYTES_MIN,
  valueBytesMax: NUMBERED_VALUE_BYTES_MIN,
  compressible: 1,
  zipfTheta: ZIPF_THETA,
};

/** What identifies a write of the numbered workload. */
interface NumberedValue {
  /** The crash command's round. */
  readonly round: number;
  readonly thread: number;
  /** Number of the put among the thread's puts and deletes of the round, from 1. */
  readonly sequence: number;
}

/** A thread's position among the others, in a round of the crash command. */
export interface NumberedPlace {
  readonly round: number;
  readonly thread: number;
  readonly threads: number;
  /** Whether reads choose among all threads' records; by default among the thread's own. */
  readonly readsAll?: boolean;
}

/**
 * A mix with two differences. Each record belongs to one thread: record `i` to thread `i` modulo the number of threads,
 * and the distribution chooses among the thread's own. And each value identifies its put in its first bytes; random
 * text follows, as in the mix.
 *
 * The operations depend only on the random numbers, the options and the place, so they can be regenerated.
 */
export class NumberedWorkload implements Workload {
  readonly key: PaddedBytes;
  readonly value: PaddedBytes;
  readonly #mix: MixedWorkload;
  readonly #keys: OwnKeys;
  readonly #values: NumberedValues;
  /** Chooses whose records are read, with random numbers of its own, so that it does not affect what is written. */
  readonly #readers: Rng | undefined;

  /** @param options values of at least {@linkcode NUMBERED_VALUE_BYTES_MIN} bytes, at least as many keys as threads */
  constructor(rng: Rng, options: MixOptions, place: NumberedPlace) {
    const { thread, threads } = place;
    const ownCount = (records: number) => Math.ceil((records - thread) / threads);
    const own = { ...options, keyCount: ownCount(options.keyCount), keyCountMax: ownCount(options.keyCountMax) };
    this.#keys = new OwnKeys(options, place);
    this.#values = new NumberedValues(new Rng(rng.next() >>> 0), options, place);
    this.#mix = new MixedWorkload(rng, own, { thread: 0, threads: 1, keys: this.#keys, values: this.#values });
    this.key = this.#mix.key;
    this.value = this.#mix.value;
    this.#readers = place.readsAll ? new Rng(place.round, thread) : undefined;
  }

  get kind(): number {
    return this.#mix.kind;
  }

  /** The record of the operation at hand. */
  get record(): number {
    return this.#keys.record;
  }

  next(): void {
    this.#mix.next();
    if (this.#readers !== undefined && this.#mix.kind === READ) this.#keys.writeOf(this.#readers, this.key);
  }

  get scanLength(): number {
    return this.#mix.scanLength;
  }

  /** Advances to the next operation that puts or deletes something. */
  nextWrite(): void {
    do this.#mix.next(); while (!OPERATIONS[this.#mix.kind]?.writes);
  }
}

/** The keys of a thread's own records, which the thread counts from 0. */
class OwnKeys extends RecordKeys {
  /** The record whose key was written last, as numbered among all threads. */
  record = 0;
  readonly #thread: number;
  readonly #threads: number;
  readonly #last: number;

  constructor(options: MixOptions, { thread, threads }: NumberedPlace) {
    super(options);
    this.#last = options.keyCountMax - 1;
    this.#thread = thread;
    this.#threads = threads;
  }

  override write(own: number, key: PaddedBytes): void {
    this.record = this.#thread + this.#threads * own;
    super.write(this.record, key);
  }

  /** Writes the key of another thread's record, beside the one that was written last. */
  writeOf(threads: Rng, key: PaddedBytes): void {
    super.write(Math.min(this.record - this.#thread + threads.below(this.#threads), this.#last), key);
  }
}

/** Values that each identify their put, provided each is put once. Deletes are counted with the puts. */
export class NumberedValues implements Values {
  readonly #text: Values;
  readonly #prefix: Uint8Array;
  #sequence = 0;

  constructor(rng: Rng, options: ValueOptions, { round, thread }: NumberedPlace) {
    this.#text = createValues(rng, options, { thread: 0, threads: 1, uniqueBytes: NUMBERED_VALUE_BYTES_MIN });
    this.#prefix = new TextEncoder().encode(formatNumberedValue({ round, thread, sequence: 0 }));
  }

  createValue(): PaddedBytes {
    return this.#text.createValue();
  }

  write(value: PaddedBytes): void {
    this.#text.write(value);
    const { bytes } = value;
    bytes.set(this.#prefix);
    let rest = ++this.#sequence;
    for (let at = NUMBERED_VALUE_BYTES_MIN - 1; rest > 0; at--) {
      bytes[at]! += rest % 10;
      rest = Math.floor(rest / 10);
    }
  }

  /** Sets the length of the values from now on; one that is too short to identify its put is made long enough. */
  setLength(length: number): void {
    this.#text.setLength(Math.max(length, NUMBERED_VALUE_BYTES_MIN));
  }

  skip(): void {
    this.#sequence++;
  }
}

/** The beginning of a value, such as `0000003.0001.0000001234`. */
export function formatNumberedValue({ round, thread, sequence }: NumberedValue): string {
  return [
    String(round).padStart(ROUND_DIGITS, "0"),
    String(thread).padStart(THREAD_DIGITS, "0"),
    String(sequence).padStart(SEQUENCE_DIGITS, "0"),
  ].join(SEPARATOR);
}

/** The round of a value, without an object; 0 if it was not one of the numbered workload. */
export function roundOf({ bytes, length }: Pick<PaddedBytes, "bytes" | "length">): number {
  return length < NUMBERED_VALUE_BYTES_MIN ? 0 : Math.max(0, numberAt(bytes, 0, ROUND_DIGITS));
}

/** More than a thread puts. */
const SEQUENCES = 10 ** SEQUENCE_DIGITS;

/** The put that wrote a value, as one number above 0; -1 if it was not one of the numbered workload. */
export function putOf({ bytes, length }: Pick<PaddedBytes, "bytes" | "length">): number {
  const dot = SEPARATOR.charCodeAt(0);
  if (length < NUMBERED_VALUE_BYTES_MIN || bytes[ROUND_DIGITS] !== dot || bytes[SEQUENCE_START - 1] !== dot) return -1;
  const thread = numberAt(bytes, ROUND_DIGITS + SEPARATOR.length, THREAD_DIGITS);
  const sequence = numberAt(bytes, SEQUENCE_START, SEQUENCE_DIGITS);
  return thread < 0 || sequence < 0 || numberAt(bytes, 0, ROUND_DIGITS) < 0 ? -1 : thread * SEQUENCES + sequence;
}

/** The number that stands for a put, as in {@linkcode putOf}. */
export function putNumber({ thread, sequence }: Omit<NumberedValue, "round">): number {
  return thread * SEQUENCES + sequence;
}

/** The put that such a number stands for. */
export function numberedPut(put: number, round: number): NumberedValue {
  return { round, thread: Math.floor(put / SEQUENCES), sequence: put % SEQUENCES };
}

/**
 * A mix whose threads share the keys, with values that each identify their put in their first bytes.
 */
export function createSharedWorkload(rng: Rng, options: MixOptions, place: NumberedPlace): MixedWorkload {
  const values = new NumberedValues(new Rng(rng.next() >>> 0), options, place);
  return new MixedWorkload(rng, options, { thread: place.thread, threads: place.threads, values });
}

/** Reads which put wrote a value; `undefined` if it was not one of the numbered workload. */
export function parseNumberedValue(value: Pick<PaddedBytes, "bytes" | "length">): NumberedValue | undefined {
  const put = putOf(value);
  return put < 0 ? undefined : numberedPut(put, roundOf(value));
}

const ZERO = "0".charCodeAt(0);

/** The number that the given digits show; -1 if they are not digits. */
function numberAt(bytes: Uint8Array, start: number, digits: number): number {
  let number = 0;
  for (let at = start; at < start + digits; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return -1;
    number = 10 * number + digit;
  }
  return number;
}
