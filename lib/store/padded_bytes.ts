/**
 * Byte strings in the form that the store takes and returns.
 *
 * @module
 */

/** Up to this many bytes, a loop is faster than creating a view and calling the engine's copy. */
const SHORT_BYTES = 64;

/**
 * A reusable buffer for one key or value, readable by byte and by 32-bit word.
 *
 * Invariant: the bytes from `length` up to the next multiple of four are zero, so that hashing, comparing and copying
 * can use whole words. Code that writes into the buffer must maintain this, as {@linkcode PaddedBytes.setString} does.
 */
export class PaddedBytes {
  /** The content, with unspecified bytes after its last word. */
  bytes: Uint8Array<ArrayBuffer>;
  /** The same memory as {@linkcode PaddedBytes.bytes}. */
  words: Int32Array<ArrayBuffer>;
  /** Bytes in use. */
  length = 0;

  /** @param capacityBytes the longest content that fits without growing */
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

  /** Replaces the content with the text as UTF-8. */
  setString(text: string): void {
    this.reserve(3 * text.length);
    const { written } = encoder.encodeInto(text, this.bytes);
    this.bytes.fill(0, written, (written + 3) & ~3);
    // encodeInto reports a float64, which would box every later length in this field.
    this.length = written | 0;
  }

  /** Replaces the content with the bytes from `start` up to `end`. */
  copy(source: Uint8Array, start: number, end: number): void {
    const length = (end - start) | 0;
    this.reserve(length);
    const target = this.bytes;
    if (length > SHORT_BYTES) target.set(source.subarray(start, end));
    else for (let i = 0; i < length; i++) target[i] = source[start + i]!;
    this.end(length);
  }

  /** Sets the length of content that has been written into {@linkcode PaddedBytes.bytes}, and pads it. */
  end(length: number): void {
    for (let i = length; (i & 3) !== 0; i++) this.bytes[i] = 0;
    this.length = length | 0;
  }

  /** The content as text. */
  toString(): string {
    return decoder.decode(this.bytes.subarray(0, this.length));
  }
}

const encoder = new TextEncoder();
// A leading U+FEFF is content like any other.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
