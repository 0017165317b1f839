/**
 * Numbers and names in the lines of traces, read from bytes without making strings.
 *
 * @module
 */

export const COMMA = 0x2c;
export const QUOTE = 0x22;
export const SPACE = 0x20;
const DOT = 0x2e;
const ZERO = 0x30;

/** Greater numbers are not exact; none in a trace is as great. */
const DIGITS_MAX = 16;

/** The number that the digits from `start` up to `end` show; -1 if they are anything else. */
export function wholeNumberIn(bytes: Uint8Array, start: number, end: number): number {
  if (end <= start || end - start > DIGITS_MAX) return -1;
  let number = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return -1;
    number = 10 * number + digit;
  }
  return number;
}

/** A number of seconds, perhaps with a fraction, in microseconds; -1 if it is no such number. */
export function secondsInUs(bytes: Uint8Array, start: number, end: number): number {
  let dot = start;
  while (dot < end && bytes[dot] !== DOT) dot++;
  const whole = wholeNumberIn(bytes, start, dot);
  if (whole < 0 || dot === end) return whole < 0 ? -1 : whole * 1e6;
  const fractionEnd = Math.min(end, dot + 1 + DIGITS_MAX);
  const fraction = wholeNumberIn(bytes, dot + 1, fractionEnd);
  if (fraction < 0) return -1;
  return whole * 1e6 + Math.round(fraction * 10 ** (6 - (fractionEnd - dot - 1)));
}

/** Where the byte is next, from `start` up to `end`; -1 if it is not. */
export function indexIn(bytes: Uint8Array, byte: number, { start, end }: { start: number; end: number }): number {
  const at = bytes.indexOf(byte, start);
  return at < end ? at : -1;
}

/** The byte of two hexadecimal digits; -1 if they are none. */
export function hexByte(bytes: Uint8Array, at: number): number {
  const high = hexDigit(bytes[at] ?? 0), low = hexDigit(bytes[at + 1] ?? 0);
  return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/** The value of a hexadecimal digit; -1 if it is none. */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}

const decoder = new TextDecoder();

/** The bytes as text. */
export function textIn(bytes: Uint8Array, start: number, end: number): string {
  return decoder.decode(bytes.subarray(start, end));
}

/** Names, in any case, each with a small number. */
export class NameTable {
  readonly #byHash = new Map<number, { readonly name: Uint8Array; readonly value: number }[]>();

  /** @param names lower case, with what each stands for: at least 0 */
  constructor(names: Readonly<Record<string, number>>) {
    for (const [text, value] of Object.entries(names)) {
      const name = new TextEncoder().encode(text);
      const hash = hashOf(name, 0, name.length);
      this.#byHash.set(hash, [...this.#byHash.get(hash) ?? [], { name, value }]);
    }
  }

  /** What the name from `start` up to `end` stands for; -1 if it is not in the table. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const names = this.#byHash.get(hashOf(bytes, start, end));
    if (names === undefined) return -1;
    for (const { name, value } of names) {
      if (name.length !== end - start) continue;
      let at = 0;
      while (at < name.length && lowerCase(bytes[start + at]!) === name[at]) at++;
      if (at === name.length) return value;
    }
    return -1;
  }
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0;
  for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + lowerCase(bytes[at]!)) | 0;
  return hash;
}

function lowerCase(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}
