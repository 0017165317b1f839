/**
 * Reads a JSON snapshot: exactly what the encoder writes, not everything that JSON allows.
 *
 * @module
 */
import { PaddedBytes } from "../store/padded_bytes.ts";
import {
  checkHead,
  CorruptSnapshotError,
  repeatedKey,
  type SnapshotHead,
  type SnapshotReader,
} from "./snapshot_reader.ts";
import { FORMAT } from "./codec.ts";
import { readEscaped } from "./escaped_text.ts";
import { KeySet } from "./key_set.ts";
import { checkText, copyText } from "./utf8.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const COLON = 0x3a;
const COMMA = 0x2c;
const LINE_FEED = 0x0a;
const CLOSE = 0x7d;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;

const ascii = new TextEncoder();
const HEAD = ascii.encode(`{"format":"`);
const SHARD = ascii.encode(`${FORMAT}","shard":`);
const SHARDS = ascii.encode(`,"shards":`);
const VERSION = ascii.encode(`,"version":`);
const COUNT = ascii.encode(`,"count":`);
const ENTRIES = ascii.encode(`,"entries":{\n`);

/** Reads the lines of a snapshot whose checksum has already been verified. */
export class JsonSnapshotReader implements SnapshotReader {
  readonly head: SnapshotHead;
  readonly key = new PaddedBytes(64);
  readonly value = new PaddedBytes(256);
  readonly #bytes: Uint8Array;
  /** Where the closing brace of the entries must be. */
  readonly #close: number;
  readonly #keys: KeySet;
  #position = 0;
  #read = 0;

  /**
   * @param covered number of bytes that the checksum covers, which end with the entries
   * @throws {CorruptSnapshotError} when the head is not what kvlab writes
   */
  constructor(bytes: Uint8Array, covered: number) {
    this.#bytes = bytes;
    this.#close = covered - 1;
    this.#expect(HEAD);
    if (!this.#isAt(SHARD)) throw new CorruptSnapshotError(`its format is not "${FORMAT}"`);
    this.#expect(SHARD);
    const shard = this.#readNumber();
    this.#expect(SHARDS);
    const shards = this.#readNumber();
    this.#expect(VERSION);
    const version = this.#readNumber();
    this.#expect(COUNT);
    const count = this.#readNumber();
    this.#expect(ENTRIES);
    this.head = checkHead({ shard, shards, version, count }, bytes.length);
    this.#keys = new KeySet(bytes, count);
  }

  next(): boolean {
    const bytes = this.#bytes;
    if (this.#position === this.#close) {
      if (bytes[this.#close] !== CLOSE) throw this.#unexpected();
      const { count } = this.head;
      if (this.#read === count) return false;
      throw new CorruptSnapshotError(`its count is ${count}, but it has ${this.#read} entries`);
    }
    if (this.#read === this.head.count) {
      throw new CorruptSnapshotError(`its count is ${this.head.count}, but it has more entries`);
    }
    const start = this.#position;
    this.#readText(this.key);
    if (!this.#keys.add(this.key, start, this.#position)) throw repeatedKey(this.key);
    if (bytes[this.#position++] !== COLON) throw this.#unexpected(-1);
    this.#readText(this.value);
    // The last line has no comma.
    if (bytes[this.#position] === COMMA) {
      this.#position++;
      if (this.#position + 1 >= this.#close) throw this.#unexpected();
    } else if (this.#position + 1 !== this.#close) throw this.#unexpected();
    if (bytes[this.#position++] !== LINE_FEED) throw this.#unexpected(-1);
    this.#read++;
    return true;
  }

  /** Reads a text in quotes. */
  #readText(out: PaddedBytes): void {
    const bytes = this.#bytes;
    if (bytes[this.#position] !== QUOTE) throw this.#unexpected();
    const start = this.#position + 1;
    let end = start;
    for (;; end++) {
      const byte = bytes[end]!;
      if (byte === QUOTE || byte === BACKSLASH || !(byte >= SPACE)) break;
    }
    if (end >= this.#close) throw this.#unexpected();
    if (bytes[end] === QUOTE) {
      copyText(bytes, start, end, out);
      this.#position = end + 1;
    } else {
      const after = readEscaped(bytes, start, this.#close, out);
      this.#position = after < 0 ? ~after : after;
      if (after < 0) throw this.#unexpected();
      checkText(out, start);
    }
  }

  /** Reads a whole number in JSON's notation. */
  #readNumber(): number {
    const bytes = this.#bytes;
    const start = this.#position;
    let value = 0;
    for (; bytes[this.#position]! >= DIGIT_0 && bytes[this.#position]! <= DIGIT_9; this.#position++) {
      value = 10 * value + (bytes[this.#position]! - DIGIT_0);
    }
    const digits = this.#position - start;
    if (digits === 0 || (digits > 1 && bytes[start] === DIGIT_0)) throw this.#unexpected();
    return value;
  }

  #expect(expected: Uint8Array): void {
    for (const byte of expected) {
      if (this.#bytes[this.#position] !== byte) throw this.#unexpected();
      this.#position++;
    }
  }

  #isAt(expected: Uint8Array): boolean {
    return expected.every((byte, i) => this.#bytes[this.#position + i] === byte);
  }

  #unexpected(offset = 0): CorruptSnapshotError {
    return new CorruptSnapshotError(`it is not JSON as kvlab writes it, from byte ${this.#position + offset} on`);
  }
}
