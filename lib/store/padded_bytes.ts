/**
 * Byte strings in the form that the store takes and gives.
 *
 * @module
 */

/**
 * A reusable buffer for one key or value, readable by byte and by 32-bit word.
 *
 * Invariant: the bytes from `length` up to the next multiple of four are zero, so that hashing, comparing and copying
 * can go by whole words. Whoever writes into the buffer keeps it; {@linkcode PaddedBytes.setString} does.
 */
export class PaddedBytes {
  /** The content, and unspecified bytes after its last word. */
  bytes: Uint8Array<ArrayBuffer>;
  /** The same memory as {@linkcode PaddedBytes.bytes}. */
  words: Int32Array<ArrayBuffer>;
  /** Bytes in use. */
  length = 0;

  /** @param capacityBytes the content's largest length before the buffer must grow */
  constructor(capacityBytes: number) {
    this.bytes = new Uint8Array((capacityBytes + 3) & ~3);
    this.words = new Int32Array(this.bytes.buffer);
  }

  /** A new buffer that holds the text as UTF-8. */
  static of(text: string): PaddedBytes {
    const padded = new PaddedBytes(0);
    padded.setString(text);
    return padded;
  }

  /** Makes room for `capacityBytes`; the content is lost when the buffer grows. */
  reserve(capacityBytes: number): void {
    if (capacityBytes <= this.bytes.length) return;
    this.bytes = new Uint8Array((Math.max(capacityBytes, 2 * this.bytes.length) + 3) & ~3);
    this.words = new Int32Array(this.bytes.buffer);
  }

  /** Replaces the content by the text as UTF-8. */
  setString(text: string): void {
    this.reserve(3 * text.length);
    const { written } = encoder.encodeInto(text, this.bytes);
    this.bytes.fill(0, written, (written + 3) & ~3);
    // encodeInto reports a float64, which would box every later length in this field.
    this.length = written | 0;
  }

  /** The content as text. */
  toString(): string {
    return decoder.decode(this.bytes.subarray(0, this.length));
  }
}

const encoder = new TextEncoder();
// A U+FEFF in front is content like any other.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
