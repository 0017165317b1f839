/**
 * Copies text from a snapshot's bytes and checks that it is UTF-8.
 *
 * @module
 */
import type { PaddedBytes } from "../store/padded_bytes.ts";
import { CorruptSnapshotError } from "./snapshot_reader.ts";

/**
 * Copies bytes into `out`.
 *
 * @throws {CorruptSnapshotError} when they are not UTF-8
 */
export function copyText(bytes: Uint8Array, start: number, end: number, out: PaddedBytes): void {
  out.copy(bytes, start, end);
  checkText(out, start);
}

/**
 * Checks that a text is UTF-8.
 *
 * @param at where it was in the snapshot, for the message
 * @throws {CorruptSnapshotError} when it is not
 */
export function checkText(text: PaddedBytes, at: number): void {
  if (!isUtf8(text)) throw new CorruptSnapshotError(`its text at byte ${at} is not UTF-8`);
}

/** Whether it is UTF-8, well-formed according to RFC 3629, section 4, so without surrogates. */
export function isUtf8({ words, bytes, length }: PaddedBytes): boolean {
  let high = 0;
  const count = (length + 3) >> 2;
  for (let i = 0; i < count; i++) high |= words[i]!;
  return (high & 0x80808080) === 0 || isWellFormed(bytes, length);
}

function isWellFormed(bytes: Uint8Array, length: number): boolean {
  for (let i = 0; i < length;) {
    const first = bytes[i]!;
    if (first < 0x80) {
      i++;
      continue;
    }
    const size = first >= 0xc2 && first <= 0xdf
      ? 2
      : first >= 0xe0 && first <= 0xef
      ? 3
      : first >= 0xf0 && first <= 0xf4
      ? 4
      : 0;
    if (size === 0 || i + size > length) return false;
    const second = bytes[i + 1]!;
    // Neither longer than necessary, nor a surrogate, nor beyond U+10FFFF.
    const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
    const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
    if (second < least || second > most) return false;
    for (let j = 2; j < size; j++) if ((bytes[i + j]! & 0xc0) !== 0x80) return false;
    i += size;
  }
  return true;
}
