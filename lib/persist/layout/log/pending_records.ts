/**
 * The records that puts and deletes have noted and that nobody has written yet, in shared memory.
 *
 * @module
 */
import type { OutputBuffer } from "../../../codec/output_buffer.ts";
import { NO_VALUE, RECORD_HEADER_WORDS, recordWords, RUN_EXCESS_BYTES } from "../../../codec/record/record_codec.ts";
import { ENTRY_HEADER_WORDS, keyLengthOf } from "../../../store/shard.ts";
import type { SharedStore } from "../../../store/shared_store.ts";
import { Abort, type AbortHandle } from "../../../sync/abort.ts";
import { LINE_BYTES, LINE_WORDS } from "../../../sync/layout.ts";
import { lock, unlock } from "../../../sync/mutex.ts";
import { chunksFor, PENDING_CHUNK_HEADER_WORDS, type PendingSize } from "./pending_size.ts";

/** What {@linkcode PendingRecords.attach} needs; structured-cloneable. */
export interface PendingRecordsHandle {
  readonly buffer: SharedArrayBuffer;
  readonly shards: number;
  readonly chunkBytes: number;
  readonly chunks: number;
  readonly abort: AbortHandle;
}

/** These are constants of this module because V8 folds those, but not imported ones. */
const RECORD_HEADER = RECORD_HEADER_WORDS;
const ENTRY_HEADER = ENTRY_HEADER_WORDS;
const ROW_WORDS = LINE_WORDS;
const NO_VALUE_LENGTH = NO_VALUE;

// Words of the header, which is one line before the rows.
const MUTEX = 0;
/** The first free chunk that has been used before; 0: there is none. */
const FREE = 1;
/** The number, from 0, of the first chunk that has never been used; nor have those after it. */
const UNUSED = 2;
/** The number of chunks that are not free, and the limit on that; 0: there is none but their number. */
const TAKEN = 3;
const TAKEN_MAX = 4;
const ROWS = LINE_WORDS;

// Words of a shard's row.
const ROW_HEAD = 0;
const ROW_TAIL = 1;
const ROW_FILL = 2;
const ROW_LIMIT = 3;

// Words of a chunk.
const CHUNK_NEXT = 0;
const CHUNK_END = 1;
/** In 64-bit floats. */
const CHUNK_VERSION = 1;
const CHUNK_HEADER_WORDS = PENDING_CHUNK_HEADER_WORDS;

/** Bytes before the records in the output of {@linkcode PendingRecords.moveOut}. */
export const MOVED_HEADER_BYTES = 8;

const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT;

/**
 * For each shard, a list of chunks that hold its noted records in the order of their versions; and a list of free
 * chunks.
 *
 * Layout, in words: a header line (mutex, first free chunk, number of chunks ever used, number of chunks that are not
 * free, and the limit on that), a line for each shard (its first and last chunk, 0 when it has none; where the next
 * record goes, and where the last chunk ends), then the chunks: the next chunk, the end of its records, the version of
 * its first record as a float64, and records in the format of `record_codec.ts`. A chunk is identified by the index of
 * its first word; the last chunk's next one is 0.
 *
 * Invariant 1: a shard's row and the chunks in its list are read and written only by the holder of the shard's lock;
 * detached chunks, by the thread that detached them; the free list, under the mutex.
 * Invariant 2: a record lies wholly in one chunk. The records of a list have consecutive versions, starting with the
 * first chunk's.
 * Invariant 3: each chunk is either in one shard's list, or detached, or free, or has never been used.
 *
 * Lock order: a shard's lock, then the mutex, which is held only while a few words change.
 */
export class PendingRecords {
  /** The whole memory, by word and by byte, for encoding what has been detached. */
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly bytes: DataView<SharedArrayBuffer>;
  readonly #doubles: Float64Array<SharedArrayBuffer>;
  readonly #handle: PendingRecordsHandle;
  readonly #abort: Abort;
  readonly #chunksStart: number;
  readonly #chunkWords: number;
  /** Whether there is a chunk for each shard, so that a shard may keep an empty one. */
  readonly #keepsChunks: boolean;

  private constructor(handle: PendingRecordsHandle) {
    this.#handle = handle;
    this.#abort = Abort.attach(handle.abort);
    this.words = new Int32Array(handle.buffer);
    this.bytes = new DataView(handle.buffer);
    this.#doubles = new Float64Array(handle.buffer, 0, Math.floor(handle.buffer.byteLength / 8));
    this.#chunksStart = ROWS + handle.shards * ROW_WORDS;
    this.#chunkWords = handle.chunkBytes / WORD_BYTES;
    this.#keepsChunks = handle.chunks >= handle.shards;
  }

  /**
   * Creates memory without pending records.
   *
   * @throws {RangeError} when not even one chunk fits, or the system does not provide that much shared memory
   */
  static create(size: PendingSize, abort: Abort): PendingRecords {
    const { shards } = size;
    const { chunkBytes, chunks } = chunksFor(size);
    const buffer = new SharedArrayBuffer((1 + shards) * LINE_BYTES + chunks * chunkBytes + RUN_EXCESS_BYTES);
    return new PendingRecords({ buffer, shards, chunkBytes, chunks, abort: abort.handle() });
  }

  static attach(handle: PendingRecordsHandle): PendingRecords {
    return new PendingRecords(handle);
  }

  handle(): PendingRecordsHandle {
    return this.#handle;
  }

  /**
   * Makes sure that a record with a key and a value of these lengths, in bytes, can be noted. Called under the shard's
   * lock.
   *
   * @param store the shard's store; the record's version will be the shard's next
   * @returns false when no chunk is left
   * @throws {RangeError} when not even an empty chunk could hold it
   */
  hasRoom(shard: number, keyLength: number, valueLength: number, store: SharedStore): boolean {
    const words = this.words;
    const row = (ROWS + shard * ROW_WORDS) | 0;
    const end = (words[row + ROW_FILL]! + RECORD_HEADER + ((keyLength + 3) >> 2) + ((valueLength + 3) >> 2)) | 0;
    return end <= words[row + ROW_LIMIT]! ||
      this.#addChunk(shard, recordWords(keyLength, valueLength), store.version(shard) + 1);
  }

  /**
   * Notes a record by copying it from its entry in the store. Called under the shard's lock, after {@linkcode
   * PendingRecords.hasRoom} has returned true.
   *
   * @param source the store by word
   * @param entry the entry's first word
   */
  note(shard: number, source: Int32Array<SharedArrayBuffer>, entry: number): void {
    const words = this.words;
    const row = (ROWS + shard * ROW_WORDS) | 0;
    const keyLength = source[entry]!;
    const valueLength = source[(entry + 1) | 0]!;
    let to = words[row + ROW_FILL]!;
    words[to] = (keyLength << 1) | (source[(entry + 2) | 0]! & 1);
    words[(to + 1) | 0] = valueLength;
    to = (to + RECORD_HEADER) | 0;
    let from = (entry + ENTRY_HEADER) | 0;
    const end = (to + ((keyLength + 3) >> 2) + ((valueLength + 3) >> 2)) | 0;
    for (; to < end; to = (to + 1) | 0, from = (from + 1) | 0) words[to] = source[from]!;
    words[row + ROW_FILL] = end;
  }

  /**
   * Notes a record without a value, of a delete, by copying the key from the entry that was; called likewise.
   *
   * @param source the store by word
   * @param entry the entry's first word
   */
  noteDelete(shard: number, source: Int32Array<SharedArrayBuffer>, entry: number): void {
    const words = this.words;
    const row = (ROWS + shard * ROW_WORDS) | 0;
    const keyLength = keyLengthOf(source, entry);
    let to = words[row + ROW_FILL]!;
    words[to] = (keyLength << 1) | (source[(entry + 2) | 0]! & 1);
    words[(to + 1) | 0] = NO_VALUE_LENGTH;
    to = (to + RECORD_HEADER) | 0;
    let from = (entry + ENTRY_HEADER) | 0;
    const end = (to + ((keyLength + 3) >> 2)) | 0;
    for (; to < end; to = (to + 1) | 0, from = (from + 1) | 0) words[to] = source[from]!;
    words[row + ROW_FILL] = end;
  }

  /**
   * Frees the chunk that {@linkcode PendingRecords.hasRoom} has added, if no record is in the shard's list: others may
   * need it, and nobody would detach it. Called under the shard's lock.
   */
  giveBackRoom(shard: number): void {
    const words = this.words;
    const row = ROWS + shard * ROW_WORDS;
    const head = words[row + ROW_HEAD]!;
    if (head === 0 || words[row + ROW_FILL] !== head + CHUNK_HEADER_WORDS) return;
    this.detach(shard);
    this.free(head, head);
  }

  /**
   * Detaches a shard's list, which then belongs to the caller. Called under the shard's lock.
   *
   * @returns its first chunk; 0 when there is none
   */
  detach(shard: number): number {
    const words = this.words;
    const row = ROWS + shard * ROW_WORDS;
    const head = words[row + ROW_HEAD]!;
    if (head === 0) return 0;
    words[words[row + ROW_TAIL]! + CHUNK_END] = words[row + ROW_FILL]!;
    words[row + ROW_HEAD] = 0;
    words[row + ROW_FILL] = 0;
    words[row + ROW_LIMIT] = 0;
    return head;
  }

  /**
   * Moves a shard's records out: writes the first one's version as a float64, then the records. Called under the
   * shard's lock.
   *
   * @param nextVersion the version of the shard's next record
   * @returns how many bytes it wrote to the front of `out`
   */
  moveOut(shard: number, out: OutputBuffer, nextVersion: number): number {
    const row = ROWS + shard * ROW_WORDS;
    const head = this.words[row + ROW_HEAD]!;
    if (head === 0) return 0;
    out.view.setFloat64(0, this.version(head), true);
    if (this.#keepsChunks && head === this.words[row + ROW_TAIL]) {
      const length = this.#copyOut(head, this.words[row + ROW_FILL]!, out, MOVED_HEADER_BYTES);
      this.words[row + ROW_FILL] = head + CHUNK_HEADER_WORDS;
      this.#doubles[head / 2 + CHUNK_VERSION] = nextVersion;
      return length;
    }
    this.detach(shard);
    let length = MOVED_HEADER_BYTES;
    let tail = head;
    for (let chunk = head; chunk !== 0; chunk = this.next(chunk)) {
      length = this.#copyOut(chunk, this.end(chunk), out, length);
      tail = chunk;
    }
    this.free(head, tail);
    return length;
  }

  #copyOut(chunk: number, end: number, out: OutputBuffer, position: number): number {
    const from = this.start(chunk) * WORD_BYTES;
    const length = end * WORD_BYTES - from;
    out.reserve(position, length + RUN_EXCESS_BYTES);
    const { view } = out;
    const source = this.bytes;
    for (let at = 0; at < length; at = (at + 8) | 0) {
      view.setBigInt64((position + at) | 0, source.getBigInt64(from + at, true), true);
    }
    return position + length;
  }

  /** The chunk after a detached one; 0 when it is the last. */
  next(chunk: number): number {
    return this.words[chunk + CHUNK_NEXT]!;
  }

  /** Where a detached chunk's records begin. */
  start(chunk: number): number {
    return chunk + CHUNK_HEADER_WORDS;
  }

  /** Where a detached chunk's records end. */
  end(chunk: number): number {
    return this.words[chunk + CHUNK_END]!;
  }

  /** The version of a detached chunk's first record. */
  version(chunk: number): number {
    return this.#doubles[chunk / 2 + CHUNK_VERSION]!;
  }

  /**
   * Limits the bytes of all records, although there is room for more; with Infinity, no longer. Each shard may still
   * have a chunk and begin another, so that small limits make nobody wait for a flush at every put. Whoever finds no
   * room must be able to make some by having the records of all shards detached.
   */
  limit(bytes: number): void {
    const { chunkBytes, shards } = this.#handle;
    this.words[TAKEN_MAX] = bytes === Infinity ? 0 : Math.max(2 * shards, Math.floor(bytes / chunkBytes));
  }

  /** Frees a detached list, from its first chunk to its last. */
  free(head: number, tail: number): void {
    const words = this.words;
    let count = 1;
    for (let chunk = head; chunk !== tail; chunk = words[chunk + CHUNK_NEXT]!) count++;
    lock(words, MUTEX, this.#abort);
    words[TAKEN]! -= count;
    words[tail + CHUNK_NEXT] = words[FREE]!;
    words[FREE] = head;
    unlock(words, MUTEX);
  }

  /** Joins two detached lists: `head` follows `tail`. */
  join(tail: number, head: number): void {
    this.words[tail + CHUNK_NEXT] = head;
  }

  /** Appends an empty chunk to a shard's list; returns false when none is left. */
  #addChunk(shard: number, words: number, version: number): boolean {
    if (words > this.#chunkWords - CHUNK_HEADER_WORDS) {
      throw new RangeError(
        `Cannot note a record of ${words * WORD_BYTES} bytes: the store was planned for records of up to ` +
          `${(this.#chunkWords - CHUNK_HEADER_WORDS) * WORD_BYTES}`,
      );
    }
    const chunk = this.#allocate();
    if (chunk === 0) return false;
    const memory = this.words;
    const row = ROWS + shard * ROW_WORDS;
    memory[chunk + CHUNK_NEXT] = 0;
    this.#doubles[chunk / 2 + CHUNK_VERSION] = version;
    if (memory[row + ROW_HEAD] === 0) {
      memory[row + ROW_HEAD] = chunk;
    } else {
      const tail = memory[row + ROW_TAIL]!;
      memory[tail + CHUNK_END] = memory[row + ROW_FILL]!;
      memory[tail + CHUNK_NEXT] = chunk;
    }
    memory[row + ROW_TAIL] = chunk;
    memory[row + ROW_FILL] = chunk + CHUNK_HEADER_WORDS;
    memory[row + ROW_LIMIT] = chunk + this.#chunkWords;
    return true;
  }

  #allocate(): number {
    const words = this.words;
    lock(words, MUTEX, this.#abort);
    const max = words[TAKEN_MAX]!;
    const chunk = max > 0 && words[TAKEN]! >= max ? 0 : this.#nextFree();
    if (chunk !== 0) words[TAKEN]!++;
    unlock(words, MUTEX);
    return chunk;
  }

  /** Takes a free chunk; 0 if there is none. Called under the mutex. */
  #nextFree(): number {
    const words = this.words;
    let chunk = words[FREE]!;
    if (chunk !== 0) words[FREE] = words[chunk + CHUNK_NEXT]!;
    else if (words[UNUSED]! < this.#handle.chunks) {
      chunk = this.#chunksStart + words[UNUSED]! * this.#chunkWords;
      words[UNUSED]!++;
    }
    return chunk;
  }
}
