/**
 * Room of the CBOR reader: from the bytes of a snapshot to plain values, for the CBOR codec only.
 *
 * It knows what a snapshot is made of: whole numbers, texts and maps, of definite length (RFC 8949, major types 0, 3
 * and 5). `@std/cbor` reads all of CBOR, but would lose some of a store's data: it drops a U+FEFF in front of a text,
 * and refuses the keys `constructor`, `toString` and whatever else an empty object already answers to.
 *
 * @module
 */

const UNSIGNED = 0;
const TEXT = 3;
const MAP = 5;

/** A head's low bits: the argument itself or, from 24 on, which of its forms follows. */
const ARGUMENT_MASK = 31;
const DIRECT_MAX = 23;

/** Up to how many bytes a text is read one by one. */
const SHORT_MAX = 24;

/**
 * Reads bytes that are one CBOR value and nothing more.
 *
 * @returns a number, a string or a plain object of such
 * @throws {Error} when the bytes are no such value
 */
export function readCbor(bytes: Uint8Array<ArrayBuffer>): unknown {
  const reader = new CborReader(bytes);
  const value = reader.read();
  if (!reader.done) throw new RangeError("Cannot read CBOR: bytes follow the value");
  return value;
}

/** A position that moves through the bytes, one value at a time. */
class CborReader {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView<ArrayBuffer>;
  readonly #utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #position = 0;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#position === this.#bytes.length;
  }

  read(): unknown {
    const head = this.#view.getUint8(this.#position++);
    const argument = this.#readArgument(head & ARGUMENT_MASK);
    switch (head >> 5) {
      case UNSIGNED:
        return argument;
      case TEXT:
        return this.#readText(argument);
      case MAP:
        return this.#readMap(argument);
      default:
        throw new TypeError(`Cannot read CBOR of major type ${head >> 5}`);
    }
  }

  #readArgument(low: number): number {
    if (low <= DIRECT_MAX) return low;
    const at = this.#position;
    switch (low) {
      case 24:
        this.#position += 1;
        return this.#view.getUint8(at);
      case 25:
        this.#position += 2;
        return this.#view.getUint16(at);
      case 26:
        this.#position += 4;
        return this.#view.getUint32(at);
      case 27: {
        this.#position += 8;
        const argument = this.#view.getBigUint64(at);
        if (argument > Number.MAX_SAFE_INTEGER) throw new RangeError(`Cannot read ${argument}: it exceeds 2^53 - 1`);
        return Number(argument);
      }
      default:
        throw new TypeError("Cannot read CBOR of indefinite length");
    }
  }

  #readText(length: number): string {
    const start = this.#position;
    const end = start + length;
    if (end > this.#bytes.length) {
      throw new RangeError(`Cannot read a text of ${length} bytes: the bytes end within it`);
    }
    this.#position = end;
    const ascii = length <= SHORT_MAX ? readAscii(this.#bytes, start, end) : undefined;
    return ascii ?? this.#utf8.decode(this.#bytes.subarray(start, end));
  }

  #readMap(count: number): Record<string, unknown> {
    const members = new Map<string, unknown>();
    for (let i = 0; i < count; i++) {
      const key = this.read();
      if (typeof key !== "string") throw new TypeError("Cannot read a map with a key that is no text");
      if (members.has(key)) throw new TypeError(`Cannot read a map with the key ${JSON.stringify(key)} twice`);
      members.set(key, this.read());
    }
    return Object.fromEntries(members);
  }
}

/** Reads text byte by byte, which for short text is much faster than a decoder; `undefined` when it is not all ASCII. */
function readAscii(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = "";
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte >= 0x80) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}
