/**
 * The raw form of a snapshot: a copy of the arena's words, with a head and a checksum. Without encoding, it costs only
 * a memcpy; but only kvlab can read it.
 *
 * All numbers are little-endian. A file is
 *
 * | bytes | content |
 * |---|---|
 * | 0 … 15 | `kvlab-raw/1`, a line feed, zeros |
 * | 16 … 19 | the shard's index |
 * | 20 … 23 | the number of shards |
 * | 24 … 31 | the version, as a float64: how many puts the shard had applied |
 * | 32 … 35 | the number of live entries |
 * | 36 … 39 | the number of words that follow |
 * | 40 … | the entries, dead ones included, as `store/shard.ts` describes them |
 * | last 4 | CRC-32 of all bytes before |
 *
 * @module
 */
/** The beginning of every raw snapshot. */
export const RAW_MAGIC = new TextEncoder().encode("kvlab-raw/1\n\0\0\0\0");

/** Bytes before the entries. */
export const RAW_HEAD_BYTES = 40;

/** Bytes of the checksum. */
export const RAW_CRC_BYTES = 4;

/** Offsets of the head's fields, in bytes. */
export const RAW_SHARD = 16;
export const RAW_SHARDS = 20;
export const RAW_VERSION = 24;
export const RAW_COUNT = 32;
export const RAW_WORDS = 36;
