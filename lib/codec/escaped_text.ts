/**
 * Reads and writes JSON texts that have escapes: the rare case in which a text cannot be copied as it is. Escapes are
 * `\\`, `\"` and `\u00XX`.
 *
 * @module
 */
import type { PaddedBytes } from "../store/padded_bytes.ts";
import { hexDigit } from "./hex.ts";

/** The longest form of one byte of text: `\u00XX`. */
export const ESCAPE_BYTES_MAX = 6;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const DIGIT_0 = 0x30;
const SMALL_U = 0x75;

/**
 * Reads the text up to its closing quote.
 *
 * @param start where the text begins, after its opening quote
 * @param limit where the closing quote must be before
 * @returns the position after the closing quote; or, of the first byte that the encoders would not have written, its
 * position's complement, which is negative
 */
export function readEscaped(bytes: Uint8Array, start: number, limit: number, out: PaddedBytes): number {
  let end = start;
  while (end < limit && bytes[end] !== QUOTE) end += bytes[end] === BACKSLASH ? 2 : 1;
  if (end >= limit) return ~limit;
  // Text is never longer than its escaped form.
  out.reserve(end - start);
  const target = out.bytes;
  let length = 0;
  for (let at = start; at < end; at++) {
    let byte = bytes[at]!;
    if (byte < SPACE) return ~at;
    if (byte === BACKSLASH) {
      byte = bytes[++at]!;
      if (byte !== QUOTE && byte !== BACKSLASH) {
        byte = controlAt(bytes, at);
        if (!(byte < SPACE)) return ~at;
        at += ESCAPE_BYTES_MAX - 2;
      }
    }
    target[length++] = byte;
  }
  out.end(length);
  return end + 1;
}

/** The control character whose `u00XX` is at this position; NaN if there is none. */
function controlAt(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== SMALL_U || bytes[at + 1] !== DIGIT_0 || bytes[at + 2] !== DIGIT_0) return NaN;
  return 16 * valueOf(bytes[at + 3]) + valueOf(bytes[at + 4]);
}

/** The value of a lowercase hexadecimal digit; NaN for anything else. */
function valueOf(digit = 0): number {
  if (digit >= DIGIT_0 && digit <= 0x39) return digit - DIGIT_0;
  return digit >= 0x61 && digit <= 0x66 ? digit - 0x57 : NaN;
}

/** Writes text byte by byte, escaping where necessary; returns the position after it. */
export function encodeEscaped(
  words: Int32Array<SharedArrayBuffer>,
  offset: number,
  length: number,
  view: DataView<ArrayBuffer>,
  start: number,
): number {
  let position = start;
  for (let i = 0; i < length; i++) {
    const byte = (words[offset + (i >> 2)]! >>> ((i & 3) << 3)) & 0xff;
    if (byte === QUOTE || byte === BACKSLASH) {
      view.setUint8(position++, BACKSLASH);
      view.setUint8(position++, byte);
    } else if (byte < SPACE) {
      view.setUint32(position, 0x3030755c, true);
      view.setUint8(position + 4, hexDigit(byte >> 4));
      view.setUint8(position + 5, hexDigit(byte & 15));
      position += ESCAPE_BYTES_MAX;
    } else {
      view.setUint8(position++, byte);
    }
  }
  return position;
}
