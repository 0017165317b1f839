/**
 * CBOR for small plain values: whole numbers below 2^53, texts, and arrays and maps of these, all of definite length.
 *
 * Snapshots and records have their own encoders; this one is for what a file says about itself once.
 *
 * @module
 */

/** What can be encoded. */
export type PlainValue = number | string | readonly PlainValue[] | { readonly [name: string]: PlainValue };

/** Major types, already shifted into place above the argument. */
const UNSIGNED = 0x00;
const TEXT = 0x60;
const ARRAY = 0x80;
const MAP = 0xa0;

const DIRECT_MAX = 23;
const TWO_TO_32 = 0x1_0000_0000;

/** Encodes a value in its shortest form. */
export function encodePlainCbor(value: PlainValue): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  append(bytes, value);
  return Uint8Array.from(bytes);
}

function append(bytes: number[], value: PlainValue): void {
  if (typeof value === "number") {
    appendHead(bytes, UNSIGNED, value);
  } else if (typeof value === "string") {
    const text = new TextEncoder().encode(value);
    appendHead(bytes, TEXT, text.length);
    for (const byte of text) bytes.push(byte);
  } else if (value instanceof Array) {
    appendHead(bytes, ARRAY, value.length);
    for (const item of value) append(bytes, item);
  } else {
    const members = Object.entries(value);
    appendHead(bytes, MAP, members.length);
    for (const [name, member] of members) {
      append(bytes, name);
      append(bytes, member);
    }
  }
}

function appendHead(bytes: number[], major: number, argument: number): void {
  if (argument <= DIRECT_MAX) {
    bytes.push(major | argument);
    return;
  }
  const size = argument <= 0xff ? 1 : argument <= 0xffff ? 2 : argument < TWO_TO_32 ? 4 : 8;
  bytes.push(major | (24 + Math.log2(size)));
  for (let i = size - 1; i >= 0; i--) bytes.push(Math.floor(argument / 2 ** (8 * i)) & 0xff);
}

/**
 * Decodes the bytes of one value.
 *
 * @throws {Error} when they are not what {@linkcode encodePlainCbor} writes
 */
export function decodePlainCbor(bytes: Uint8Array): PlainValue {
  const reader = new PlainCborReader(bytes);
  const value = reader.read();
  if (!reader.isDone) throw new RangeError("Cannot read CBOR: bytes follow the value");
  return value;
}

class PlainCborReader {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isDone(): boolean {
    return this.#position === this.#bytes.length;
  }

  read(): PlainValue {
    const head = this.#next();
    const argument = this.#readArgument(head & 31);
    switch (head & 0xe0) {
      case UNSIGNED:
        return argument;
      case TEXT: {
        const text = this.#bytes.subarray(this.#position, this.#position += argument);
        if (text.length < argument) throw new RangeError("Cannot read CBOR: the bytes end within a text");
        return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(text);
      }
      case ARRAY:
        return this.#readItems(argument);
      case MAP: {
        const items = this.#readItems(2 * argument);
        const members: [string, PlainValue][] = [];
        for (let i = 0; i < items.length; i += 2) members.push([String(items[i]), items[i + 1]!]);
        return Object.fromEntries(members);
      }
      default:
        throw new TypeError(`Cannot read CBOR of major type ${head >> 5}`);
    }
  }

  #readItems(count: number): PlainValue[] {
    const items: PlainValue[] = [];
    for (let i = 0; i < count; i++) items.push(this.read());
    return items;
  }

  #readArgument(low: number): number {
    if (low <= DIRECT_MAX) return low;
    if (low > 27) throw new TypeError("Cannot read CBOR of indefinite length");
    let argument = 0;
    for (let i = 1 << (low - 24); i > 0; i--) argument = 256 * argument + this.#next();
    return argument;
  }

  #next(): number {
    const byte = this.#bytes[this.#position++];
    if (byte === undefined) throw new RangeError("Cannot read CBOR: the bytes end within a value");
    return byte;
  }
}
