/**
 * The encoders' scratch memory.
 *
 * @module
 */
import { hexDigit } from "./hex.ts";

/** How far past its end a copy of eight bytes at a time may write. */
export const WORD_EXCESS = 8;

/**
 * A growing buffer that an encoder fills from the front.
 *
 * Encoders copy eight bytes at a time, which may write past the end of the text; whatever is written next overwrites
 * the excess. So they {@linkcode OutputBuffer.reserve} {@linkcode WORD_EXCESS} more than they need. The views change
 * when the buffer grows.
 */
export class OutputBuffer {
  bytes: Uint8Array<ArrayBuffer>;
  /** The same memory, for reading and writing words at any address. */
  view: DataView<ArrayBuffer>;

  constructor(capacityBytes = 16 * 1024) {
    this.bytes = new Uint8Array(capacityBytes);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for `count` bytes at `position`, keeping everything before it. */
  reserve(position: number, count: number): void {
    if (position + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.bytes.length, position + count));
    grown.set(this.bytes.subarray(0, position));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }

  /** Writes text, which must be ASCII, and returns the position after it. */
  writeAscii(position: number, text: string): number {
    this.reserve(position, text.length);
    for (let i = 0; i < text.length; i++) this.bytes[position + i] = text.charCodeAt(i);
    return position + text.length;
  }

  /** Writes a 32-bit integer as eight lowercase hexadecimal digits, and returns the position after it. */
  writeHex32(position: number, value: number): number {
    this.reserve(position, 8);
    for (let i = 0; i < 8; i++) this.bytes[position + i] = hexDigit((value >>> (28 - 4 * i)) & 15);
    return position + 8;
  }
}

/**
 * Copies text eight bytes at a time; whatever is written next overwrites the excess. Returns the position after the
 * text. Snapshots and blocks have copies of their own: to encode them with this one takes 3 to 12% longer.
 */
export function copyText(
  source: DataView<SharedArrayBuffer>,
  from: number,
  length: number,
  view: DataView<ArrayBuffer>,
  start: number,
): number {
  for (let at = 0; at < length; at = (at + 8) | 0) {
    view.setBigInt64((start + at) | 0, source.getBigInt64(from + at, true), true);
  }
  return (start + length) | 0;
}
