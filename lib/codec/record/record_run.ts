/**
 * Records as puts and deletes note them, in shared memory, before they are encoded.
 *
 * A noted record consists of whole words, so that noting it only copies them from the store's arena:
 *
 * | word | content |
 * |---|---|
 * | 0 | the key's length in bytes times two, plus 1 when the key has a byte that JSON must escape |
 * | 1 | the value's length in bytes; {@linkcode NO_VALUE} of a delete, which takes no words |
 * | 2 … | key, zero-padded to whole words |
 * | … | value, zero-padded to whole words |
 *
 * It has neither its shard nor its version: records lie in runs of one shard and consecutive versions, which give these
 * once.
 *
 * @module
 */

/**
 * The length of the value in a delete's record. Like that of an empty value, it takes no words when it is rounded up to
 * whole ones.
 */
export const NO_VALUE = -1;

/** Words of a noted record before its key. */
export const RECORD_HEADER_WORDS = 2;

/** Words of a noted record with a key and a value of these lengths, in bytes. */
export function recordWords(keyLength: number, valueLength: number): number {
  return RECORD_HEADER_WORDS + ((keyLength + 3) >> 2) + ((valueLength + 3) >> 2);
}

/** How far an encoder may read past a run's end, so that it can copy eight bytes at a time. */
export const RUN_EXCESS_BYTES = 8;

/** Records of one shard with consecutive versions, adjacent in memory. */
export interface RecordRun {
  shard: number;
  /** The first record's version. Encoding sets it to the one after the last record's. */
  version: number;
  /** The memory, by word and by byte. */
  words: Int32Array<SharedArrayBuffer>;
  bytes: DataView<SharedArrayBuffer>;
  /** The first record's first word, and the word after the last record. */
  start: number;
  end: number;
}
