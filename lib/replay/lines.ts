/**
 * Splits chunks of a text into its lines, without copying those that lie within one chunk.
 *
 * @module
 */

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** A line that is longer is cut there. */
const LINE_BYTES_MAX = 64 << 20;

/** Takes lines. */
export interface LineVisitor {
  /** Takes the line from `start` up to `end`, without its end; the bytes may be overwritten afterwards. */
  line(bytes: Uint8Array, start: number, end: number): void;
}

/**
 * A text that comes in chunks. A carriage return at the end of a line, and a mark of UTF-8 at the beginning, are left
 * out.
 */
export class LineSplitter {
  readonly #visitor: LineVisitor;
  /** The beginning of a line that is not over yet. */
  #rest = new Uint8Array(4096);
  #restLength = 0;
  #isFirst = true;

  constructor(visitor: LineVisitor) {
    this.#visitor = visitor;
  }

  /** Takes the next chunk, and gives on all lines that end in it. */
  add(chunk: Uint8Array): void {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end < 0) break;
      if (this.#restLength === 0) {
        this.#give(chunk, start, end);
      } else {
        this.#keep(chunk, start, end);
        this.#giveRest();
      }
      start = end + 1;
    }
    this.#keep(chunk, start, chunk.length);
  }

  /** Gives on the last line, if nothing ends it. */
  end(): void {
    if (this.#restLength > 0) this.#giveRest();
  }

  #giveRest(): void {
    const length = this.#restLength;
    this.#restLength = 0;
    this.#give(this.#rest, 0, length);
  }

  #give(bytes: Uint8Array, start: number, end: number): void {
    if (this.#isFirst) {
      this.#isFirst = false;
      if (bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf && start + 3 <= end) {
        start += 3;
      }
    }
    this.#visitor.line(bytes, start, end > start && bytes[end - 1] === RETURN ? end - 1 : end);
  }

  /** Appends to the beginning of a line that is kept. */
  #keep(chunk: Uint8Array, start: number, end: number): void {
    const length = Math.min(end - start, LINE_BYTES_MAX - this.#restLength);
    const needed = this.#restLength + length;
    if (needed > this.#rest.length) {
      const rest = new Uint8Array(Math.max(needed, 2 * this.#rest.length));
      rest.set(this.#rest.subarray(0, this.#restLength));
      this.#rest = rest;
    }
    this.#rest.set(chunk.subarray(start, start + length), this.#restLength);
    this.#restLength = needed;
  }
}
