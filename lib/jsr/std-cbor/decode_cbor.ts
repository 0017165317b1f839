/**
 * The decoder: cborg, configured to accept what `@std/cbor` accepts and to return the same values.
 *
 * @module
 */
import { decodeFirst, type DecodeOptions, type TagDecoder, Token, Tokenizer, Type } from "cborg";
import { bigIntDecoder, bigNegIntDecoder, mapDecoder } from "cborg/taglib";
import { CborTag } from "./tag.ts";
import type { CborType } from "./types.ts";

/** The first byte of an unsigned and of a negative eight-byte integer. */
const UINT64 = 0x1b;
const NEGINT64 = 0x3b;
/** The first byte of a byte string and of a text that come in chunks, and the byte that ends the chunks. */
const CHUNKED_BYTES = 0x5f;
const CHUNKED_TEXT = 0x7f;
const BREAK = 0xff;

const decodeDateText: TagDecoder = (decode) => {
  const text = decode();
  if (typeof text !== "string") throw new TypeError("Cannot decode tag 0: its content must be a text");
  return new Date(text);
};

const decodeEpochTime: TagDecoder = (decode) => {
  const seconds = decode();
  if (typeof seconds !== "number" && typeof seconds !== "bigint") {
    throw new TypeError("Cannot decode tag 1: its content must be a number");
  }
  return new Date(Number(seconds) * 1000);
};

const KNOWN_TAGS: Readonly<Record<string, TagDecoder>> = {
  0: decodeDateText,
  1: decodeEpochTime,
  2: bigIntDecoder,
  3: bigNegIntDecoder,
  259: mapDecoder,
};

/** cborg knows only tags that are listed. This list has every number; tags without a decoder become a CborTag. */
const EVERY_TAG = new Proxy(KNOWN_TAGS, {
  get(known, key): TagDecoder | undefined {
    if (typeof key === "symbol") return undefined;
    return known[key] ?? ((decode) => new CborTag(tagNumberOf(key), decode() as CborType));
  },
});

function tagNumberOf(digits: string): number | bigint {
  const tagNumber = Number(digits);
  return Number.isSafeInteger(tagNumber) ? tagNumber : BigInt(digits);
}

const DECODE_OPTIONS: DecodeOptions = { allowBigInt: true, rejectDuplicateMapKeys: true, tags: EVERY_TAG };

/** cborg's tokenizer, with what only `@std/cbor` does: strings in chunks, and bigints for eight-byte integers. */
class CborTokenizer extends Tokenizer {
  override next(): Token {
    const head = this.data[this._pos];
    if (head === CHUNKED_BYTES || head === CHUNKED_TEXT) return this.#nextChunked(head);
    const token = super.next();
    if (head === UINT64 || head === NEGINT64) token.value = BigInt(token.value);
    return token;
  }

  #nextChunked(head: number): Token {
    this._pos++;
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    const texts: string[] = [];
    while (this.data[this._pos] !== BREAK) {
      const chunkHead = this.data[this._pos];
      if (chunkHead === undefined) throw new RangeError("Cannot decode string in chunks: more bytes were expected");
      if (chunkHead === head || chunkHead >> 5 !== head >> 5) {
        throw new TypeError("Cannot decode string in chunks: each chunk must be a whole string of its kind");
      }
      const { value } = super.next();
      if (head === CHUNKED_TEXT) texts.push(value);
      else chunks.push(value);
    }
    this._pos++;
    if (head === CHUNKED_TEXT) return new Token(Type.string, texts.join(""));
    return new Token(Type.bytes, Uint8Array.from(chunks.flatMap((chunk) => [...chunk])));
  }
}

/**
 * Decodes the CBOR (RFC 8949) value at the start of the bytes; anything after it is ignored.
 *
 * @param input the bytes
 * @returns the value, with eight-byte integers as bigints, and tags without a JavaScript type as {@linkcode CborTag}
 * @throws {Error} when the bytes are not CBOR, or a map has a key that is not a text or occurs twice
 */
export function decodeCbor(input: Uint8Array): CborType {
  if (input.length === 0) throw new RangeError("Cannot decode empty Uint8Array");
  const [value] = decodeFirst(input, { ...DECODE_OPTIONS, tokenizer: new CborTokenizer(input, DECODE_OPTIONS) });
  return value;
}
