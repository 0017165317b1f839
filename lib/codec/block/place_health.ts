/**
 * Determines what is in a block's place if it is not a sound block, for all serializers.
 *
 * @module
 */
import type { BlockHealth } from "./block_codec.ts";

/** Whether the bytes, which are word-aligned, equal the blank ones. */
function isBlank(bytes: Uint8Array<ArrayBuffer>, blank: Uint8Array<ArrayBuffer>): boolean {
  const words = bytes.length >> 2;
  const found = new Int32Array(bytes.buffer, bytes.byteOffset, words);
  const expected = new Int32Array(blank.buffer, blank.byteOffset, words);
  for (let i = 0; i < words; i++) if (found[i] !== expected[i]) return false;
  for (let i = words << 2; i < bytes.length; i++) if (bytes[i] !== blank[i]) return false;
  return true;
}

/**
 * The health of a place that holds no sound block.
 *
 * @param tailBytes length of a block's end that a single damaged bit cannot turn blank
 */
export function healthOfUnsound(
  bytes: Uint8Array<ArrayBuffer>,
  blank: Uint8Array<ArrayBuffer>,
  tailBytes: number,
): BlockHealth {
  const tailStart = (bytes.length - tailBytes + 3) & ~3;
  const isTailBlank = isBlank(bytes.subarray(tailStart), blank.subarray(tailStart));
  if (!isTailBlank) return "unsound";
  return isBlank(bytes, blank) ? "blank" : "unfinished";
}
