/**
 * Reads a JSON text that has escapes: the rare case in which a reader cannot copy it as it is.
 *
 * @module
 */
import type { PaddedBytes } from "../store/padded_bytes.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const DIGIT_9 = 0x39;
const SMALL_U = 0x75;

/**
 * Reads the text up to its closing quote. Escapes are those that the encoders write: `\\`, `\"` and `\u00XX`.
 *
 * @param start where the text begins, after its opening quote
 * @returns the position after the closing quote; beyond the end of the bytes if there is none
 */
export function readEscaped(bytes: Uint8Array<ArrayBuffer>, start: number, out: PaddedBytes): number {
  let end = start;
  while (end < bytes.length && bytes[end] !== QUOTE) end += bytes[end] === BACKSLASH ? 2 : 1;
  // Text is never longer than its escaped form.
  out.reserve(Math.min(end, bytes.length) - start);
  let length = 0;
  for (let at = start; at < end;) {
    let byte = bytes[at++]!;
    if (byte === BACKSLASH) {
      byte = bytes[at++]!;
      if (byte === SMALL_U) {
        byte = 16 * digitOf(bytes[at + 2]!) + digitOf(bytes[at + 3]!);
        at += 4;
      }
    }
    out.bytes[length++] = byte;
  }
  out.end(length);
  return end + 1;
}

/** The value of a hexadecimal digit; unspecified for anything else. */
function digitOf(byte: number): number {
  return byte <= DIGIT_9 ? byte - 0x30 : byte - 0x57;
}
