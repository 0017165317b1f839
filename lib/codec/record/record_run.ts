/**
 * Records as puts note them, in shared memory, before anyone encodes them.
 *
 * A noted record is whole words, so that noting it is copying them out of the store's arena:
 *
 * | word | content |
 * |---|---|
 * | 0 | the key's length in bytes times two, plus 1 when the key has a byte that JSON must escape |
 * | 1 | the value's length in bytes |
 * | 2 … | key, zero-padded to whole words |
 * | … | value, zero-padded to whole words |
 *
 * It names neither its shard nor its version: records lie in runs of one shard and of versions in a row, and those say it
 * once.
 *
 * @module
 */

/** Words of a noted record before its key. */
export const RECORD_HEADER_WORDS = 2;

/** Words of a noted record with a key and a value of these lengths, in bytes. */
export function recordWords(keyLength: number, valueLength: number): number {
  return RECORD_HEADER_WORDS + ((keyLength + 3) >> 2) + ((valueLength + 3) >> 2);
}

/** How far an encoder may read past a run's end, so that it can copy by words of eight bytes. */
export const RUN_EXCESS_BYTES = 8;

/** Records of one shard, of versions in a row, in memory one after another. */
export interface RecordRun {
  shard: number;
  /** The first record's version. An encoder leaves the version after the last one's here. */
  version: number;
  /** The memory, by word and by byte. */
  words: Int32Array<SharedArrayBuffer>;
  bytes: DataView<SharedArrayBuffer>;
  /** The word of the first record, and the word after the last. */
  start: number;
  end: number;
}
