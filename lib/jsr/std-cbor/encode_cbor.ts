/**
 * The encoder: cborg, set to give the bytes that `@std/cbor` gives.
 *
 * @module
 */
import { encode, type EncodeOptions, objectToTokens, Token, Type, type TypeEncoder } from "cborg";
import { bigIntEncoder, mapEncoder } from "cborg/taglib";
import { CborTag } from "./tag.ts";
import type { CborType } from "./types.ts";

const TAG_EPOCH_TIME = 1;

/** Beyond 2^53 an integer stays an integer, where cborg would make it a float. */
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
  // An object's keys keep their order: cborg sorts them unless told that there is no sorter, which its types leave out.
  mapSorter: undefined as never,
  // cborg looks up the type of every value here: without a prototype a miss is cheaper.
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
  // cborg may give a Buffer, which is not deeply equal to a Uint8Array of the same bytes.
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
