/**
 * The size of the memory for pending records, and the chunks that it is divided into.
 *
 * @module
 */
import { recordWords } from "../../../codec/record/record_codec.ts";
import { nextPowerOfTwo } from "../../../sync/layout.ts";

/** The size of the memory, and of the records that it must hold. */
export interface PendingSize {
  readonly shards: number;
  /** Bound on the bytes of all chunks together. */
  readonly bytes: number;
  /** Lengths of the longest key and value of future puts, in bytes. */
  readonly keyLengthMax: number;
  readonly valueLengthMax: number;
  /** Whether each record is moved out as soon as it is noted, so that a shard never needs more than one chunk. */
  readonly movedOut?: boolean;
}

/** Words of a chunk before its records. */
export const PENDING_CHUNK_HEADER_WORDS = 4;

const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT;
const CHUNK_BYTES_MIN = 4096;
const CHUNK_BYTES_USUAL_MAX = 65_536;
/** A chunk holds this many of the largest records, unless that would make it too large. */
const CHUNK_RECORDS = 8;
/** So that the index of each word fits 31 bits. */
const POOL_BYTES_MAX = 2 ** 33 - 2 ** 28;

/**
 * How large a chunk is, and how many there are.
 *
 * @throws {RangeError} when not even one chunk fits
 */
export function chunksFor(size: PendingSize): { chunkBytes: number; chunks: number } {
  const chunkBytes = chunkBytesFor(size);
  const chunksMax = Math.floor(Math.min(size.bytes, POOL_BYTES_MAX) / chunkBytes);
  const chunks = size.movedOut ? Math.min(chunksMax, size.shards) : chunksMax;
  if (chunks >= 1) return { chunkBytes, chunks };
  throw new RangeError(
    `Cannot hold a record of ${size.keyLengthMax + size.valueLengthMax} bytes in ${size.bytes}, ` +
      `must be given a --queue-memory of ${chunkBytes} or more`,
  );
}

/** Bytes of a chunk: room for at least one of the largest records, and for several if that is not too much. */
function chunkBytesFor({ keyLengthMax, valueLengthMax }: PendingSize): number {
  const recordBytes = recordWords(keyLengthMax, valueLengthMax) * WORD_BYTES;
  const header = PENDING_CHUNK_HEADER_WORDS * WORD_BYTES;
  const usual = Math.min(CHUNK_BYTES_USUAL_MAX, nextPowerOfTwo(CHUNK_RECORDS * recordBytes));
  return Math.max(CHUNK_BYTES_MIN, usual, nextPowerOfTwo(recordBytes + header));
}
