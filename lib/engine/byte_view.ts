/**
 * Byte-array views of padded bytes, and back, for engines that take and return byte arrays.
 *
 * @module
 */
import type { PaddedBytes } from "../store/padded_bytes.ts";

/**
 * Views the content of padded bytes as a byte array, without a copy. The array is reused until the buffer or the length
 * changes; a load's keys mostly share both.
 */
export class ByteView {
  #view = new Uint8Array();
  #bytes: Uint8Array | undefined;

  /** Valid until the padded bytes change. */
  of({ bytes, length }: PaddedBytes): Uint8Array<ArrayBuffer> {
    if (bytes !== this.#bytes || length !== this.#view.length) {
      this.#bytes = bytes;
      this.#view = bytes.subarray(0, length);
    }
    return this.#view;
  }
}

/** The content of padded bytes as a byte array, without a copy; valid until they change. */
export function contentOf({ bytes, length }: PaddedBytes): Uint8Array<ArrayBuffer> {
  return bytes.subarray(0, length);
}

/** Copies all of a byte array. */
export function copyBytes(bytes: Uint8Array, out: PaddedBytes): void {
  out.copy(bytes, 0, bytes.length);
}
