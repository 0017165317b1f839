/**
 * The raw form of a snapshot: the arena's own words, copied, with a head and a checksum. No encoding, so it costs a
 * memcpy; and nobody but kvlab reads it.
 *
 * All numbers are little-endian. A file is
 *
 * | bytes | content |
 * |---|---|
 * | 0 … 15 | `kvlab-raw/1`, a line feed, zeros |
 * | 16 … 19 | the shard's index |
 * | 20 … 23 | the number of shards |
 * | 24 … 31 | the version, as a float64: the puts the shard had acknowledged |
 * | 32 … 35 | the number of live entries |
 * | 36 … 39 | the number of words that follow |
 * | 40 … | the entries, dead ones included, as `store/shard.ts` describes them |
 * | last 4 | CRC-32 of all bytes before |
 *
 * @module
 */
/** What a raw snapshot begins with. */
export const RAW_MAGIC = new TextEncoder().encode("kvlab-raw/1\n\0\0\0\0");

/** Bytes before the entries. */
export const RAW_HEAD_BYTES = 40;

/** Bytes of the checksum. */
export const RAW_CRC_BYTES = 4;

/** Where the head's fields are, in bytes. */
export const RAW_SHARD = 16;
export const RAW_SHARDS = 20;
export const RAW_VERSION = 24;
export const RAW_COUNT = 32;
export const RAW_WORDS = 36;
