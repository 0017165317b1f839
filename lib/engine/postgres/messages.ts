/**
 * The messages of PostgreSQL's protocol: a letter, a length that counts itself, and what follows.
 *
 * @module
 */
import type { ByteStream } from "./byte_stream.ts";

/** A value that goes with a statement: bytes as such, and anything else as text. */
export type Parameter = Uint8Array<ArrayBuffer> | string | number;

/** A row's values; `undefined` stands for NULL. */
export type Row = readonly (Uint8Array<ArrayBuffer> | undefined)[];

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/** A letter and a length. */
const HEADER_BYTES = 5;
const LENGTH_BYTES = 4;
const ROOM_BYTES = 16 << 10;
/** No server sends a longer message; what one of another kind says looks like one, as its length would be text. */
const MESSAGE_BYTES_MAX = 1 << 30;

/** Writes messages one after another, and gives all of them back at once. */
export class MessageWriter {
  #bytes = new Uint8Array(ROOM_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  /** Where the length of the message at hand is. */
  #lengthAt = 0;

  /** Begins a message; the very first one of a session has no letter. */
  begin(letter: string): this {
    this.#reserve(HEADER_BYTES);
    if (letter !== "") this.#bytes[this.#length++] = letter.charCodeAt(0);
    this.#lengthAt = this.#length;
    this.#length += LENGTH_BYTES;
    return this;
  }

  end(): void {
    this.#view.setInt32(this.#lengthAt, this.#length - this.#lengthAt);
  }

  int16(value: number): this {
    this.#reserve(2);
    this.#view.setInt16(this.#length, value);
    this.#length += 2;
    return this;
  }

  int32(value: number): this {
    this.#reserve(4);
    this.#view.setInt32(this.#length, value);
    this.#length += 4;
    return this;
  }

  /** A text that ends with a zero byte. */
  text(text: string): this {
    this.rawText(text).#reserve(1);
    this.#bytes[this.#length++] = 0;
    return this;
  }

  /** A text as it is. */
  rawText(text: string): this {
    if (text === "") return this;
    // Of UTF-16, a unit takes three bytes at most.
    this.#reserve(3 * text.length);
    this.#length += ENCODER.encodeInto(text, this.#bytes.subarray(this.#length)).written;
    return this;
  }

  /** A value after its length. */
  value(value: Parameter): this {
    if (value instanceof Uint8Array) {
      this.int32(value.length).#reserve(value.length);
      this.#bytes.set(value, this.#length);
      this.#length += value.length;
      return this;
    }
    const lengthAt = this.#length;
    this.int32(0).rawText(String(value));
    this.#view.setInt32(lengthAt, this.#length - lengthAt - LENGTH_BYTES);
    return this;
  }

  /** What has been written since the last time; valid until something is written again. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return bytes;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const bytes = new Uint8Array(2 * (this.#length + more));
    bytes.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

/** Reads messages from a stream, as they come. */
export class MessageReader {
  readonly #stream: ByteStream;
  #bytes = new Uint8Array(ROOM_BYTES);
  #view = new DataView(this.#bytes.buffer);
  /** Where the message at hand goes on, and where it ends. */
  #at = 0;
  #end = 0;
  /** Up to where bytes have been read. */
  #filled = 0;
  /** The letter of the message at hand. */
  type = 0;

  constructor(stream: ByteStream) {
    this.#stream = stream;
  }

  /**
   * Goes on to the next message, if all of it is there.
   *
   * @throws {Error} when it cannot be one
   */
  next(): boolean {
    this.#at = this.#end;
    if (this.#filled - this.#at < HEADER_BYTES) return false;
    const length = this.#view.getInt32(this.#at + 1);
    if (length < LENGTH_BYTES || length > MESSAGE_BYTES_MAX) throw new Error("it does not speak PostgreSQL's protocol");
    const end = this.#at + 1 + length;
    if (end > this.#filled) return false;
    this.type = this.#bytes[this.#at]!;
    this.#at += HEADER_BYTES;
    this.#end = end;
    return true;
  }

  /** Reads more, once there is no whole message any more; resolves to whether there was any. */
  async fill(): Promise<boolean> {
    this.#makeRoom();
    const count = await this.#stream.read(this.#bytes.subarray(this.#filled));
    if (count === null) return false;
    this.#filled += count;
    return true;
  }

  int32(): number {
    this.#at += 4;
    return this.#view.getInt32(this.#at - 4);
  }

  /** The rest of the message. */
  rest(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(this.#at, this.#end);
  }

  restText(): string {
    return DECODER.decode(this.rest());
  }

  /** The values of a row. */
  row(): Row {
    const count = this.#view.getInt16(this.#at);
    this.#at += 2;
    const values: (Uint8Array<ArrayBuffer> | undefined)[] = [];
    for (let index = 0; index < count; index++) {
      const length = this.int32();
      if (length < 0) {
        values.push(undefined);
        continue;
      }
      values.push(this.#bytes.slice(this.#at, this.#at + length));
      this.#at += length;
    }
    return values;
  }

  /** What an error says: of its fields, each of which begins with a letter, the message. */
  errorMessage(): string {
    const field = this.restText().split("\0").find((text) => text.startsWith("M"));
    return field?.slice(1) ?? "it has failed and said nothing";
  }

  /** Moves what is there to the beginning, and makes room for as much again if the message is longer than all. */
  #makeRoom(): void {
    if (this.#at === this.#filled) {
      this.#at = this.#end = this.#filled = 0;
      return;
    }
    const left = this.#filled - this.#at;
    const needed = left < HEADER_BYTES ? HEADER_BYTES : 1 + this.#view.getInt32(this.#at + 1);
    if (this.#at + needed <= this.#bytes.length && this.#filled < this.#bytes.length) return;
    const bytes = needed <= this.#bytes.length ? this.#bytes : new Uint8Array(2 * needed);
    bytes.set(this.#bytes.subarray(this.#at, this.#filled));
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer);
    }
    this.#at = this.#end = 0;
    this.#filled = left;
  }
}
