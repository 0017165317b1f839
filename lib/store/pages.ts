/**
 * How much of a page an entry takes.
 *
 * @module
 */
import type { PaddedBytes } from "./padded_bytes.ts";
import { ENTRY_CAPACITY } from "./shard.ts";

/** Besides key, value and escapes, an entry takes this many bytes less in JSON than its header does in the arena. */
const JSON_SLACK_BYTES = 6;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

/** Bytes of room that a value needs so that its entry takes no more in JSON than in the arena. */
export function jsonRoomOf(key: PaddedBytes, value: PaddedBytes): number {
  const escapes = escapeBytes(key) + escapeBytes(value);
  return value.length + Math.max(0, escapes - JSON_SLACK_BYTES);
}

/** The capacity of an entry for its value, in bytes. */
export function capacityOf(words: Int32Array<SharedArrayBuffer>, entry: number): number {
  return words[entry + ENTRY_CAPACITY]! & ~3;
}

/** How many bytes JSON's escapes add to a text. */
function escapeBytes(text: PaddedBytes): number {
  const { words, length } = text;
  if (length === 0) return 0;
  const last = (length - 1) >> 2;
  let special = 0;
  for (let i = 0; i < last; i++) special |= maybeSpecial(words[i]!);
  // Digits replace the padding, whose zeros would look like control characters.
  special |= maybeSpecial(words[last]! | ((0x30303030 << ((length - 1) << 3)) << 8));
  if ((special & 0x80808080) === 0) return 0;
  let count = 0;
  for (let i = 0; i < length; i++) {
    const byte = text.bytes[i]!;
    if (byte === QUOTE || byte === BACKSLASH) count++;
    else if (byte < SPACE) count += 5;
  }
  return count;
}

/**
 * Sets a byte's highest bit in the result if that byte of the word is below `0` or is a backslash; see `codec/json.ts`.
 */
function maybeSpecial(word: number): number {
  const backslashes = word ^ 0x5c5c5c5c;
  return ((word - 0x30303030) & ~word) | ((backslashes - 0x01010101) & ~backslashes);
}
