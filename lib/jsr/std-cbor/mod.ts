/**
 * Stand-in for `@std/cbor` when JSR cannot be reached. It is not on npm, so cborg does the work. The encoded bytes are
 * the same as the original's, and everything that the original decodes gives the same values.
 *
 * Two differences remain: input that ends within a string, which the original returns shortened, is an error here; and
 * keys such as `constructor`, which the original rejects as duplicates, are accepted.
 *
 * @module
 */
export * from "./decode_cbor.ts";
export * from "./encode_cbor.ts";
export * from "./tag.ts";
export * from "./types.ts";
