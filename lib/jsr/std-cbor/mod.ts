/**
 * Stand-in for `@std/cbor` where JSR cannot be reached. npm carries no `@std/cbor`, so cborg does the work; what is
 * encoded is byte for byte what the original encodes, and what the original decodes decodes to the same values.
 *
 * Two differences remain: input cut off within a string, which the original returns shortened, is an error here; and
 * keys such as `constructor`, which the original takes for repeated, are read.
 *
 * @module
 */
export * from "./decode_cbor.ts";
export * from "./encode_cbor.ts";
export * from "./tag.ts";
export * from "./types.ts";
