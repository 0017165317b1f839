/**
 * Keys and values of records, which are identified by number.
 *
 * Both are written word by word: after byte-wise writes, the word-wise reads that follow would stall.
 *
 * @module
 */
import { PaddedBytes } from "../store/padded_bytes.ts";
import { Rng } from "./rng.ts";
import type { MixOptions } from "./workload.ts";

const PREFIX = PaddedBytes.of("user");
const ZEROS = PaddedBytes.of("0000");

const ZERO = "0".charCodeAt(0);

/** The two digits of each number below 100, as a little-endian 16-bit word. */
export const TWO_DIGITS = Int32Array.from(
  { length: 100 },
  (_, n) => (ZERO + n % 10) << 8 | (ZERO + Math.trunc(n / 10)),
);

/** Length of the shortest keys that tell `keyCountMax` records apart, in bytes. */
export function keyBytesMin(keyCountMax: number): number {
  return PREFIX.length + String(keyCountMax - 1).length;
}

/**
 * The keys of records: `user`, then the record's number in decimal, zero-padded so that all keys have the same length.
 */
export class RecordKeys {
  readonly #keyBytes: number;
  /** The key with all digits zero. */
  readonly #template: Int32Array<ArrayBuffer>;
  /** The last word of a key, and the first one that can hold a digit of a number. */
  readonly #last: number;
  readonly #first: number;
  /** How many numbers the digits in the last word can distinguish. */
  readonly #lastNumbers: number;
  /** How many bits the leading zeros take when those digits are written as four. */
  readonly #lastShift: number;

  /** @param options.keyBytes length of every key, at least {@linkcode keyBytesMin} of `keyCountMax`, below 2^31 */
  constructor({ keyBytes, keyCountMax }: { keyBytes: number; keyCountMax: number }) {
    const words = (keyBytes + 3) >> 2;
    const lastDigits = keyBytes - (words - 1) * 4;
    this.#keyBytes = keyBytes;
    this.#template = new Int32Array(words).fill(ZEROS.words[0]!);
    this.#template[0] = PREFIX.words[0]!;
    this.#last = words - 1;
    this.#lastNumbers = 10 ** lastDigits;
    this.#lastShift = 8 * (4 - lastDigits);
    const digitsBefore = keyBytesMin(keyCountMax) - PREFIX.length - lastDigits;
    this.#first = this.#last - Math.max(0, Math.ceil(digitsBefore / 4));
  }

  /** Creates a buffer for these keys, to be passed to {@linkcode RecordKeys.write} alone. */
  createKey(): PaddedBytes {
    const key = new PaddedBytes(this.#keyBytes);
    key.words.set(this.#template);
    key.length = this.#keyBytes;
    return key;
  }

  /** Writes a record's key into a buffer made by {@linkcode RecordKeys.createKey}. */
  write(record: number, key: PaddedBytes): void {
    const words = key.words;
    const lastNumbers = this.#lastNumbers;
    const first = this.#first;
    let index = this.#last;
    let rest = (record / lastNumbers) | 0;
    // The shift drops leading zeros and brings in padding.
    words[index] = fourDigits((record - rest * lastNumbers) | 0) >>> this.#lastShift;
    while (--index >= first) {
      const quotient = (rest / 10_000) | 0;
      words[index] = fourDigits((rest - quotient * 10_000) | 0);
      rest = quotient;
    }
  }
}

/** More digits than the number of a record has. */
const RECORD_DIGITS_MAX = 15;

/** The record whose key {@linkcode RecordKeys} has written. */
export function recordOf({ bytes, length }: PaddedBytes): number {
  let record = 0;
  for (let at = Math.max(PREFIX.length, length - RECORD_DIGITS_MAX); at < length; at++) {
    record = 10 * record + bytes[at]! - ZERO;
  }
  return record;
}

/** The four digits of a number below 10,000, as a little-endian word. */
function fourDigits(number: number): number {
  const high = (number / 100) | 0;
  return TWO_DIGITS[high]! | TWO_DIGITS[number - high * 100]! << 16;
}

/** The pool has this many words at which a value may start: one mebibyte of random text, plus the length of a value. */
const POOL_START_BITS = 18;
const POOL_STARTS = 1 << POOL_START_BITS;

/** Printable ASCII without the quote and the backslash, so that no serializer has to escape anything. */
const LETTERS = Uint8Array.from(
  Array.from({ length: 0x7f - 0x20 }, (_, i) => 0x20 + i).filter((byte) => byte !== 0x22 && byte !== 0x5c),
);

/**
 * Pairs of letters that make up a stamp: two of them in a word distinguish as many values as the number of pairs
 * squared.
 */
const STAMP_BITS = 12;
const STAMP_MASK = (1 << STAMP_BITS) - 1;

/** Half of the stamps: values put before the load start here. */
export const STAMPS_HALF = 1 << (2 * STAMP_BITS - 1);

/** Which values a mix has. */
export type ValueOptions = Pick<MixOptions, "valueBytesMin" | "valueBytesMax" | "compressible">;

/** The thread among those whose values must differ. */
interface ValuePlace {
  readonly thread: number;
  readonly threads: number;
  /** How many bytes at the start of a value tell it from others; only the stamp's unless given. */
  readonly uniqueBytes?: number;
}

/** Length of the stamp with which each value begins. */
const STAMP_BYTES = 4;

/** Writes the values of records, one after another. */
export type Values = Pick<RecordValues, "createValue" | "setLength" | "write" | "skip">;

/**
 * The values of records: random text of random length. As in LevelDB's db_bench, each is a piece of a pool of random
 * text that is made once, so values are cheap and yet do not compress as well as repeated text would.
 *
 * The first four bytes are a stamp that counts up, over all threads, to 2^24, so that a value of four bytes or more
 * never equals the previous value of its key. An engine may skip writes that change nothing (SQLite does not write such
 * a page) and would then seem much faster than it is.
 */
class RecordValues {
  readonly #rng: Rng;
  readonly #pool: Int32Array<ArrayBuffer>;
  #lengthMin: number;
  /** The number of possible lengths. */
  #lengths: number;
  readonly #lengthMax: number;
  readonly #stamps: Int32Array<ArrayBuffer>;
  /** The number of the next value among those of all threads, and the step to the one after. */
  #stamp: number;
  readonly #stampStep: number;

  /** @param rng for the values alone */
  constructor(rng: Rng, { valueBytesMin, valueBytesMax }: ValueOptions, { thread, threads }: ValuePlace) {
    this.#stamps = stampPairs();
    this.#stamp = thread;
    this.#stampStep = threads;
    this.#rng = rng;
    this.#lengthMin = valueBytesMin;
    this.#lengthMax = valueBytesMax;
    this.#lengths = valueBytesMax - valueBytesMin + 1;
    this.#pool = new Int32Array(POOL_STARTS + ((valueBytesMax + 3) >> 2));
    const bytes = new Uint8Array(this.#pool.buffer);
    for (let i = 0; i < bytes.length; i++) bytes[i] = LETTERS[rng.below(LETTERS.length)]!;
  }

  /** Creates a buffer large enough for any of these values. */
  createValue(): PaddedBytes {
    return new PaddedBytes(this.#lengthMax);
  }

  /** Writes the next value into a buffer made by {@linkcode RecordValues.createValue}. */
  write(value: PaddedBytes): void {
    const rng = this.#rng;
    const pool = this.#pool;
    const words = value.words;
    const start = rng.next() >>> (32 - POOL_START_BITS);
    const length = (this.#lengths === 1 ? this.#lengthMin : this.#lengthMin + rng.below(this.#lengths)) | 0;
    const count = (length + 3) >> 2;
    const stamp = this.#stamp;
    this.#stamp = (stamp + this.#stampStep) | 0;
    words[0] = this.#stamps[stamp & STAMP_MASK]! | this.#stamps[(stamp >> STAMP_BITS) & STAMP_MASK]! << 16;
    for (let i = 1; i < count; i++) words[i] = pool[start + i]!;
    const excess = length & 3;
    if (excess !== 0) words[count - 1]! &= (1 << (8 * excess)) - 1;
    value.length = length;
  }

  /** Sets the length of the values from now on, in bytes; up to the greatest that was asked for. */
  setLength(length: number): void {
    this.#lengthMin = length;
    this.#lengths = 1;
  }

  /** Called for a write without a value, by which values that number writes count on. */
  skip(): void {}
}

/** A value repeats itself within pieces of this many words, so that a compressor finds what is repeated nearby. */
const PIECE_WORDS = 64;

/**
 * Values that a compressor shrinks to about the given part of their size. As in LevelDB's db_bench, random text is
 * followed by the same text again, as often as it takes; but here each value is so by itself, whatever its size.
 *
 * What tells a value from others comes first and is never repeated. So a value that has not much room beside that
 * cannot shrink as far.
 */
class CompressibleValues extends RecordValues {
  readonly #compressible: number;
  readonly #uniqueWords: number;

  constructor(rng: Rng, options: ValueOptions, place: ValuePlace) {
    super(rng, options, place);
    this.#compressible = options.compressible;
    this.#uniqueWords = ((place.uniqueBytes ?? STAMP_BYTES) + 3) >> 2;
  }

  override write(value: PaddedBytes): void {
    super.write(value);
    const { words, length } = value;
    const count = (length + 3) >> 2;
    for (let start = 0, unique = this.#uniqueWords; start < count; start += PIECE_WORDS, unique = 0) {
      const end = Math.min(start + PIECE_WORDS, count);
      const random = Math.max(1, Math.round(this.#compressible * (end - start)) - unique);
      for (let i = start + unique + random; i < end; i++) words[i] = words[i - random]!;
    }
    const excess = length & 3;
    if (excess !== 0) words[count - 1]! &= (1 << (8 * excess)) - 1;
  }
}

/** Creates the values that a mix asks for. All of a worker's are of one class, which keeps its hot path monomorphic. */
export function createValues(rng: Rng, options: ValueOptions, place: ValuePlace = { thread: 0, threads: 1 }) {
  const Values = options.compressible === 1 ? RecordValues : CompressibleValues;
  return new Values(rng, options, place);
}

/** Distinct pairs of letters as 16-bit words, in an order that looks random and is the same in every thread. */
function stampPairs(): Int32Array<ArrayBuffer> {
  const rng = new Rng(0);
  const pairs = new Int32Array(LETTERS.length ** 2);
  for (let i = 0; i < pairs.length; i++) {
    // Each goes to a random place among those before it.
    const place = rng.below(i + 1);
    pairs[i] = pairs[place]!;
    pairs[place] = LETTERS[i % LETTERS.length]! | LETTERS[Math.floor(i / LETTERS.length)]! << 8;
  }
  return pairs.slice(0, STAMP_MASK + 1);
}
