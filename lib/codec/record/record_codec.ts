/**
 * The interface of the log record codecs, which convert between what puts note and the bytes of a log's segments.
 *
 * A record is one put: its shard, the version that it created, its key, its value, and a CRC-32 of all of these. Or it
 * is one delete, and has no value.
 *
 * Before it is encoded, puts and deletes note it in shared memory. A noted record consists of whole words, so that
 * noting it only copies them from the store's arena:
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
import type { PaddedBytes } from "../../store/padded_bytes.ts";
import type { SerializerName } from "../codec.ts";
import type { OutputBuffer } from "../output_buffer.ts";

/** Writes and reads records in one format. */
export interface RecordCodec {
  readonly name: SerializerName;

  /**
   * Encodes a run's records into `out`, starting at `position`; `out` grows if it must. Nothing is allocated per
   * record. Sets the run's version to the one after its last record's.
   *
   * @returns the position after the last record
   */
  encode(run: RecordRun, out: OutputBuffer, position: number): number;

  /** Creates a reader of the records in these bytes. */
  reader(bytes: Uint8Array<ArrayBuffer>): RecordReader;
}

/** Reads records at any position in the bytes. */
export interface RecordReader {
  /** The last record read. */
  readonly shard: number;
  readonly version: number;
  readonly key: PaddedBytes;
  /** Its value; if it is a delete, whatever was there before. */
  readonly value: PaddedBytes;
  readonly isDelete: boolean;

  /**
   * Reads the record that begins at this position.
   *
   * @returns the position after it; -1 when no sound record begins there
   */
  read(position: number): number;

  /**
   * The first position after this one where a record could begin; used to find one after bytes that are not a record.
   */
  nextStart(position: number): number;
}

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
