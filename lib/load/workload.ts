/**
 * Room of the workload: which operation comes next, on which key, with which value.
 *
 * @module
 */
import type { KeySpace } from "../backend/plan.ts";
import { PaddedBytes } from "../store/padded_bytes.ts";
import { READ, UPDATE } from "./operation.ts";
import type { Rng } from "./rng.ts";

/** Number of keys of the seed's workload: `Key0` … `Key65535`. */
export const SEED_KEY_COUNT = 65_536;
/** Leaves as many high bits of 32 random ones as number that many keys. */
const SEED_KEY_SHIFT = 32 - Math.log2(SEED_KEY_COUNT);
/** The seed's one value. */
export const SEED_VALUE = "foo";

/** Of 2^32 random numbers, how many mean a put: 90%. */
const PUT_THRESHOLD = Math.round(0.9 * 2 ** 32);

/** What the seed's workload may put. */
export const SEED_KEY_SPACE: KeySpace = {
  keyCount: SEED_KEY_COUNT,
  keyLengthMax: `Key${SEED_KEY_COUNT - 1}`.length,
  valueLengthMax: SEED_VALUE.length,
};

/** Which operation comes next, on which key, with which value. */
export interface Workload {
  /** The key of the operation at hand. */
  readonly key: PaddedBytes;
  /** The value of the operation at hand, if it puts one. */
  readonly value: PaddedBytes;
  /** Which kind of operation is at hand, as `operation.ts` numbers them. */
  readonly kind: number;
  /** Chooses the next operation. */
  next(): void;
}

/** The names of the workloads, in the order shown to users: the seed's, and YCSB's core mixes that need no scans. */
export const WORKLOAD_NAMES = ["seed", "a", "b", "c", "d", "f"] as const;

/** A workload that a mix can begin with. */
export type WorkloadName = typeof WORKLOAD_NAMES[number];

/** The names of the distributions, in the order shown to users. */
export const DISTRIBUTION_NAMES = ["uniform", "zipfian", "latest", "hotspot"] as const;

/** How often each key is chosen. */
export type DistributionName = typeof DISTRIBUTION_NAMES[number];

/** A mix of operations on records of a given size, as YCSB has them. */
export interface MixOptions {
  readonly kind: "mix";
  /** The workload that the mix is, or that it began with before flags changed it. */
  readonly name: WorkloadName;
  /** The share of each kind of operation, at the kind's number; the sum is 1. */
  readonly shares: readonly number[];
  /** Number of records that exist before the load, whether preloaded or not: keys are chosen from these. */
  readonly keyCount: number;
  /** Number of records that there is room for, those inserted by the load included. */
  readonly keyCountMax: number;
  /** Length of every key, in bytes. */
  readonly keyBytes: number;
  /** Length of the values, in bytes: uniform from the least to the greatest, both included. */
  readonly valueBytesMin: number;
  readonly valueBytesMax: number;
  readonly distribution: DistributionName;
  /** The exponent of the zipfian and the latest distribution, above 0 and below 1. */
  readonly zipfTheta: number;
  /** Whether all records are put before the load, in a phase of its own. */
  readonly preload: boolean;
}

/** The seed's workload, a mix, or for the crash command a workload whose puts can be told apart. */
export type WorkloadOptions =
  | { readonly kind: "seed" }
  | MixOptions
  | {
    readonly kind: "numbered";
    /** Which round of the crash command this is. */
    readonly round: number;
    /** Directory where threads leave what they have done, out of SIGKILL's reach. */
    readonly witness: string;
  };

const PREFIX = "Key";
/** Length of `Key` and one digit: the first word of every key. */
const FIRST_WORD_BYTES = PREFIX.length + 1;
/** `Key` as a little-endian word whose highest byte is free for the first digit. */
const PREFIX_WORD = PREFIX.charCodeAt(0) | PREFIX.charCodeAt(1) << 8 | PREFIX.charCodeAt(2) << 16;
const ZERO = "0".charCodeAt(0);

/** The two digits of each number below 100, as a little-endian half word. */
const TWO_DIGITS = Int32Array.from({ length: 100 }, (_, n) => (ZERO + n % 10) << 8 | (ZERO + Math.trunc(n / 10)));

/**
 * The seed's workload: keys chosen uniformly, one value, 90% puts and 10% gets.
 *
 * After {@linkcode SeedWorkload.next}, `kind` and `key` describe the operation. Keys are built by words in place:
 * bytes written one by one would stall the reads by word that follow.
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

/** Writes `Key` and the number in decimal; the number is from 0 to 99,999. */
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
