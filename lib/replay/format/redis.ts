/**
 * What Redis' `MONITOR` prints, by `redis-cli` or as it comes over a socket:
 * `1460100081.165665 [0 127.0.0.1:51706] "set" "k" "v"`. Arguments are in quotes, with `\n`, `\r`, `\t`, `\a`, `\b`,
 * `\\`, `\"` and `\xHH` for what cannot be printed.
 *
 * Commands on plain values are replayed, a command with several keys as one operation for each, in their order:
 * {@linkcode COMMANDS} has them all. A value's size is that of the argument; what counts is a number of 8 bytes. What
 * reads and then writes, such as `incr`, `append` and `getset`, is a read-modify-write; a write that depends on what is
 * there, such as `setnx`, is done in any case. A line with an empty key is malformed, as stores take none. Databases
 * share one space of keys. A script's own line, `eval`, is unknown; what it does has lines of its own, which are
 * replayed.
 *
 * @module
 */
import { hexByte, indexIn, NameTable, QUOTE, secondsInUs, SPACE, textIn } from "./fields.ts";
import { LINE, type LineOutcome, LineParser, TRACE, type TraceFormat, type TraceSink } from "./trace_format.ts";

/** The value is a number. */
const NUMBER = -1;
/** There is no value. */
const NONE = 0;

/** A command's operation, on the keys from the first argument on. */
interface CommandRow {
  readonly kind: number;
  /** Which argument is the value, counted from the key, which is 0. */
  readonly value: number;
  /** How many arguments belong to each key, if there may be several; 0: one key alone. */
  readonly each: number;
  /** How many arguments the first key takes at least, with itself. */
  readonly least: number;
}

function one(kind: number, value = NONE, least = Math.max(1, value + 1)): CommandRow {
  return { kind, value, each: 0, least };
}

function many(kind: number, each = 1): CommandRow {
  return { kind, value: each === 2 ? 1 : NONE, each, least: each };
}

/** The commands that are replayed. */
const COMMANDS: Readonly<Record<string, CommandRow>> = {
  get: one(TRACE.READ),
  getex: one(TRACE.READ),
  getrange: one(TRACE.READ),
  substr: one(TRACE.READ),
  strlen: one(TRACE.READ),
  getbit: one(TRACE.READ),
  exists: many(TRACE.READ),
  mget: many(TRACE.READ),
  set: one(TRACE.PUT, 1),
  setnx: one(TRACE.PUT, 1),
  setex: one(TRACE.PUT, 2),
  psetex: one(TRACE.PUT, 2),
  mset: many(TRACE.PUT, 2),
  msetnx: many(TRACE.PUT, 2),
  getset: one(TRACE.READ_MODIFY_WRITE, 1),
  append: one(TRACE.READ_MODIFY_WRITE, 1),
  setrange: one(TRACE.READ_MODIFY_WRITE, 2),
  setbit: one(TRACE.READ_MODIFY_WRITE, NUMBER, 3),
  incr: one(TRACE.READ_MODIFY_WRITE, NUMBER, 1),
  decr: one(TRACE.READ_MODIFY_WRITE, NUMBER, 1),
  incrby: one(TRACE.READ_MODIFY_WRITE, NUMBER, 2),
  decrby: one(TRACE.READ_MODIFY_WRITE, NUMBER, 2),
  incrbyfloat: one(TRACE.READ_MODIFY_WRITE, NUMBER, 2),
  del: many(TRACE.DELETE),
  unlink: many(TRACE.DELETE),
  getdel: one(TRACE.DELETE),
};

const ROWS = Object.values(COMMANDS);
const NAMES = new NameTable(Object.fromEntries(Object.keys(COMMANDS).map((name, index) => [name, index])));

/** Size of a number's value, in bytes. */
const NUMBER_BYTES = 8;

const PLUS = 0x2b;
const OPENING = 0x5b;
const CLOSING = 0x5d;
const BACKSLASH = 0x5c;
const X = 0x78;
/** What stands behind a backslash, and what that means. */
const ESCAPES: ReadonlyMap<number, number> = new Map(
  Object.entries({ n: 10, r: 13, t: 9, a: 7, b: 8, "\\": BACKSLASH, '"': QUOTE })
    .map(([letter, byte]) => [letter.charCodeAt(0), byte]),
);

export const REDIS: TraceFormat = {
  title: "Redis' MONITOR",
  resolutionUs: 1,
  createParser: () => new RedisParser(),
};

class RedisParser extends LineParser {
  /** The arguments of the line at hand, without quotes, one after another. */
  #bytes = new Uint8Array(64 << 10);
  /** Where each argument starts in these, and where the last one ends. */
  #starts = new Int32Array(64);
  #count = 0;

  protected override parseLine(bytes: Uint8Array, start: number, end: number, sink: TraceSink): LineOutcome {
    const from = bytes[start] === PLUS ? start + 1 : start;
    // What the server answers to MONITOR itself.
    if (end - from === 2 && textIn(bytes, from, end) === "OK") return LINE.NO_OPERATION;
    const timeEnd = indexIn(bytes, SPACE, { start: from, end });
    if (timeEnd < 0 || bytes[timeEnd + 1] !== OPENING) return LINE.MALFORMED;
    const timeUs = secondsInUs(bytes, from, timeEnd);
    // The address of an IPv6 client is in brackets, too.
    let clientEnd = indexIn(bytes, CLOSING, { start: timeEnd, end });
    while (clientEnd >= 0 && bytes[clientEnd + 1] !== SPACE) {
      clientEnd = indexIn(bytes, CLOSING, { start: clientEnd + 1, end });
    }
    if (timeUs < 0 || clientEnd < 0 || !this.#readArguments(bytes, clientEnd + 1, end)) return LINE.MALFORMED;
    const starts = this.#starts;
    const row = ROWS[NAMES.find(this.#bytes, 0, starts[1]!)];
    if (row === undefined) {
      this.unknownName = textIn(this.#bytes, 0, starts[1]!).toLowerCase();
      return LINE.UNKNOWN;
    }
    if (this.#count < 1 + row.least || (row.each > 0 && (this.#count - 1) % row.each !== 0)) return LINE.MALFORMED;
    const step = row.each === 0 ? this.#count : row.each;
    for (let argument = 1; argument < this.#count; argument += step) {
      if (starts[argument] === starts[argument + 1]) return LINE.MALFORMED;
    }
    sink.timeUs = timeUs;
    for (let argument = 1; argument < this.#count; argument += step) this.#take(argument, row, sink);
    return LINE.REPLAYED;
  }

  /** Gives the operation on one key to the sink. */
  #take(argument: number, { kind, value }: CommandRow, sink: TraceSink): void {
    const starts = this.#starts;
    const key = this.key;
    key.start = starts[argument]!;
    key.end = starts[argument + 1]!;
    const valueBytes = value === NUMBER
      ? NUMBER_BYTES
      : value === NONE
      ? 0
      : starts[argument + value + 1]! - starts[argument + value]!;
    sink.operation(kind, this.#bytes, key, valueBytes, 1);
  }

  /** Takes the arguments out of their quotes; false if they are not in such. */
  #readArguments(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start > this.#bytes.length) this.#bytes = new Uint8Array(2 * (end - start));
    const target = this.#bytes;
    this.#count = 0;
    let length = 0;
    for (let at = start; at < end;) {
      if (bytes[at] !== SPACE || bytes[at + 1] !== QUOTE) return false;
      this.#begin(length);
      for (at += 2; at < end && bytes[at] !== QUOTE; at++) {
        if (bytes[at] !== BACKSLASH) {
          target[length++] = bytes[at]!;
          continue;
        }
        const escape = bytes[++at]!;
        const byte = escape === X ? hexByte(bytes, at + 1) : ESCAPES.get(escape) ?? -1;
        if (byte < 0 || at >= end) return false;
        if (escape === X) at += 2;
        target[length++] = byte;
      }
      if (at++ >= end) return false;
    }
    this.#starts[this.#count] = length;
    return this.#count > 0;
  }

  /** Begins another argument. */
  #begin(start: number): void {
    if (this.#count + 2 > this.#starts.length) {
      const starts = new Int32Array(2 * this.#starts.length);
      starts.set(this.#starts);
      this.#starts = starts;
    }
    this.#starts[this.#count++] = start;
  }
}
