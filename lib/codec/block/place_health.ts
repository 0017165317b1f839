/**
 * Tells what is in a block's place, whatever the serializer.
 *
 * @module
 */
import type { BlockHealth } from "./block_codec.ts";

/** Whether the bytes, which begin at a whole word of their memory, are as the blank ones, byte by byte. */
function isBlank(bytes: Uint8Array<ArrayBuffer>, blank: Uint8Array<ArrayBuffer>): boolean {
  const words = bytes.length >> 2;
  const found = new Int32Array(bytes.buffer, bytes.byteOffset, words);
  const expected = new Int32Array(blank.buffer, blank.byteOffset, words);
  for (let i = 0; i < words; i++) if (found[i] !== expected[i]) return false;
  for (let i = words << 2; i < bytes.length; i++) if (bytes[i] !== blank[i]) return false;
  return true;
}

/**
 * What is in a place whose block is not sound.
 *
 * @param tailBytes at the end of a block of which a single damaged bit cannot make blank ones
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
