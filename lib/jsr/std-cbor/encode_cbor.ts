/**
 * The encoder: cborg, configured to produce the same bytes as `@std/cbor`.
 *
 * @module
 */
import { encode, type EncodeOptions, objectToTokens, Token, Type, type TypeEncoder } from "cborg";
import { bigIntEncoder, mapEncoder } from "cborg/taglib";
import { CborTag } from "./tag.ts";
import type { CborType } from "./types.ts";

const TAG_EPOCH_TIME = 1;

/** Integers beyond 2^53 stay integers; cborg would encode them as floats. */
const encodeUnsafeInteger: TypeEncoder = (value: number) => {
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return null;
  if (Math.abs(value) >= 2 ** 64) throw new RangeError(`Cannot encode number ${value}: it takes more than 64 bits`);
  return new Token(value < 0 ? Type.negint : Type.uint, BigInt(value));
};

const encodeDate: TypeEncoder = (date: Date, _type, options) => [
  new Token(Type.tag, TAG_EPOCH_TIME),
  objectToTokens(date.getTime() / 1000, options),
];

const encodeTag: TypeEncoder = (value: object, _type, options, parents) => {
  if (!(value instanceof CborTag)) return null;
  const tagNumber = BigInt(value.tagNumber);
  if (tagNumber < 0n || tagNumber >= 2n ** 64n) {
    throw new RangeError(`Cannot encode tag ${tagNumber}: it must be from 0 to 2^64 - 1`);
  }
  return [new Token(Type.tag, tagNumber), objectToTokens(value.tagContent, options, parents)];
};

const ENCODE_OPTIONS: EncodeOptions = {
  float64: true,
  // Keeps the order of an object's keys: cborg sorts them unless the sorter is explicitly `undefined`, which its types
  // do not allow.
  mapSorter: undefined as never,
  // cborg looks up the type of every value here, and a miss is cheaper without a prototype.
  typeEncoders: Object.assign(Object.create(null), {
    number: encodeUnsafeInteger,
    bigint: bigIntEncoder,
    Date: encodeDate,
    Map: mapEncoder,
    Object: encodeTag,
  }),
};

/**
 * Encodes a value as CBOR (RFC 8949).
 *
 * @param value the value; an object's keys are encoded in their order
 * @returns the bytes
 * @throws {RangeError} when a number or tag needs more than 64 bits
 */
export function encodeCbor(value: CborType): Uint8Array {
  const bytes = encode(value, ENCODE_OPTIONS);
  // cborg may return a Buffer, which is not deeply equal to a Uint8Array with the same bytes.
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
