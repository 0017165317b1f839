/**
 * The bounded ring buffer between the load workers, which serialize what their puts change, and the file worker, which
 * writes it: many producers, one consumer.
 *
 * @module
 */
import { Abort, type AbortHandle } from "../sync/abort.ts";
import { BlockedTime } from "../sync/blocked.ts";
import { Condition } from "../sync/condition.ts";
import { LINE_BYTES, LINE_WORDS } from "../sync/layout.ts";
import { lock, unlock } from "../sync/mutex.ts";
import {
  checkQueueSize,
  QUEUE_SHARD_WORDS,
  QUEUE_SHARDS,
  QUEUE_SLOT_WORDS,
  queueLayout,
  type QueueSize,
  SnapshotTooLargeError,
} from "./queue_size.ts";

/** What {@linkcode WriteQueue.attach} needs; structured-cloneable. */
export interface QueueHandle {
  readonly buffer: SharedArrayBuffer;
  readonly size: QueueSize;
  readonly abort: AbortHandle;
}

/** What a put or several have changed of a shard, serialized, taken from the queue. */
export interface QueuedWrite {
  /** Index of the shard. */
  shard: number;
  /** The version of the shard that it brings the files to. */
  version: number;
  /** Time of its first put that no item taken earlier holds. */
  sinceMs: number;
  /** The item's bytes, in the ring; valid until it is released. */
  bytes: Uint8Array<SharedArrayBuffer>;
}

// These are constants of this module because V8 folds those, but not imported ones.

// Words of the queue's header, with a line for each group of words that different threads write.
const MUTEX = 0;
const NOT_EMPTY = LINE_WORDS;
const NOT_FULL = 2 * LINE_WORDS;
const HEAD = 3 * LINE_WORDS;
const COUNT = HEAD + 1;
const RING_TAIL = HEAD + 2;
const RING_USED = HEAD + 3;
const CLOSED = HEAD + 4;
/** The slot whose snapshot the consumer has taken. */
const TAKEN = HEAD + 5;
const SHARDS = QUEUE_SHARDS;

// Words of a shard's row.
const SHARD_WORDS = QUEUE_SHARD_WORDS;
/** The slot of the shard's newest committed snapshot; meaningful while a snapshot of the shard is queued. */
const SHARD_NEWEST = 0;
/** In 64-bit floats: the version up to which the shard's snapshots have been taken and released. */
const SHARD_RELEASED_VERSION = 1;
/** In 64-bit floats: time of the first put that no taken snapshot holds; 0: there is none. */
const SHARD_QUEUED_SINCE = 2;
/** In 64-bit floats: time of the first put that a taken snapshot holds which is not released; 0: there is none. */
const SHARD_TAKEN_SINCE = 3;

// Words of a slot.
const SLOT_WORDS = QUEUE_SLOT_WORDS;
const SLOT_STATE = 0;
const SLOT_SHARD = 1;
const SLOT_LENGTH = 2;
const SLOT_LINE = 3;
const SLOT_LINES_TAKEN = 4;
/** In 64-bit floats. */
const SLOT_VERSION = 3;

const FREE = 0;
const RESERVED = 1;
const COMMITTED = 2;
const TAKEN_WITH_ALL = 3;
const WRITTEN = 4;

/**
 * A bounded queue of what puts have changed, serialized: many producers, one consumer.
 *
 * The consumer takes items in one of two ways, and does not mix them.
 *
 * {@linkcode WriteQueue.take} is for snapshots, each of which holds its whole shard, so that a newer one makes the
 * older ones redundant. Shards come up in the order of their oldest slots, but each is handed out as its newest queued
 * snapshot, and the older ones are dropped. So when the queue fills faster than it is written, ever less of it needs to
 * be written, and the oldest put never waits longer than one write per shard.
 *
 * {@linkcode WriteQueue.takeAll} is for items that do not include earlier ones, such as records of a log: it hands
 * out everything that is there, so that one write can cover many.
 *
 * Layout: a header (mutex, two conditions, then the index of the oldest slot, the number of slots in use, the ring's
 * first free line, its lines in use, whether the queue is closed, and the slot taken), a row for each shard (the slot
 * of its newest snapshot, the version released, since when it has puts queued and taken), `depth` slots (state, shard,
 * length, first line, lines taken, version), and a ring of payload bytes, handed out in whole cache lines, each payload
 * in one piece.
 *
 * A producer reserves a slot and ring lines under the mutex, copies its payload without holding it, and commits under
 * it again. The consumer takes a snapshot, writes it straight from the ring, and releases it.
 *
 * Invariant 1: header, rows and slots change only under the mutex. A reserved slot's payload belongs to its producer; a
 * committed one's does not change until its slot is free again.
 * Invariant 2: slots become free in the order in which they were reserved. A shard's snapshots are put under that
 * shard's lock, so their versions rise along the queue, and so do the versions taken.
 * Invariant 3: the slots in use, starting at the oldest, take `RING_USED` lines that end at `RING_TAIL`, counting the
 * lines skipped at the ring's end by a payload that would not fit there in one piece.
 * Invariant 4: the version of a dropped snapshot is at most the released version of its shard.
 * Invariant 5: an item that was taken together with others keeps its slot until all of them have been written.
 *
 * Lock order: a shard's lock before the queue's. The consumer takes no shard's lock while it holds the queue's. All
 * waiting is on the conditions of this queue, and every wait ends within a tick of an abort.
 */
export class WriteQueue {
  readonly size: QueueSize;
  /** Time that this thread has waited for room in the queue, or for its lock. */
  readonly blocked = new BlockedTime();
  readonly #abort: Abort;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #doubles: Float64Array<SharedArrayBuffer>;
  readonly #ring: Uint8Array<SharedArrayBuffer>;
  readonly #lines: number;
  readonly #slotsStart: number;
  readonly #notEmpty: Condition;
  readonly #notFull: Condition;
  /** The slots that the consumer took together, and since when each one's shard had puts queued. */
  readonly #taken: Int32Array<ArrayBuffer>;
  readonly #takenSinceMs: Float64Array<ArrayBuffer>;
  #takenCount = 0;

  private constructor(handle: QueueHandle) {
    const { buffer, size } = handle;
    this.size = size;
    this.#abort = Abort.attach(handle.abort);
    this.#words = new Int32Array(buffer);
    this.#doubles = new Float64Array(buffer);
    const { slotsStart, ringStart } = queueLayout(size);
    this.#ring = new Uint8Array(buffer, ringStart);
    this.#lines = this.#ring.length / LINE_BYTES;
    this.#slotsStart = slotsStart;
    this.#taken = new Int32Array(size.depth);
    this.#takenSinceMs = new Float64Array(size.depth);
    this.#notEmpty = new Condition(this.#words, { index: NOT_EMPTY, mutex: MUTEX, abort: this.#abort });
    this.#notFull = new Condition(this.#words, { index: NOT_FULL, mutex: MUTEX, abort: this.#abort });
  }

  /** Bytes of shared memory that a queue of this size takes. */
  static byteLength(size: QueueSize): number {
    return queueLayout(size).byteLength;
  }

  /**
   * An empty queue.
   *
   * @throws {RangeError} when a bound is out of range or the system does not grant that much shared memory
   */
  static create(size: QueueSize, abort: Abort): WriteQueue {
    checkQueueSize(size);
    return new WriteQueue({
      buffer: new SharedArrayBuffer(WriteQueue.byteLength(size)),
      size,
      abort: abort.handle(),
    });
  }

  static attach(handle: QueueHandle): WriteQueue {
    return new WriteQueue(handle);
  }

  handle(): QueueHandle {
    return { buffer: this.#words.buffer, size: this.size, abort: this.#abort.handle() };
  }

  /**
   * Queues a snapshot, waiting while the queue has too few free slots or bytes. The caller holds the shard's lock.
   *
   * @param snapshot its first `length` bytes are copied; `putAtMs` is when its newest put was made
   * @throws {SnapshotTooLargeError} when the snapshot is larger than the whole ring
   * @throws {AbortError} when the run fails meanwhile
   */
  put(snapshot: { shard: number; version: number; bytes: Uint8Array; length: number; putAtMs: number }): void {
    const { shard, version, bytes, length, putAtMs } = snapshot;
    const words = this.#words;
    const slot = this.#reserve(shard, length);
    const start = words[slot + SLOT_LINE]! * LINE_BYTES;
    this.#ring.set(bytes.length === length ? bytes : bytes.subarray(0, length), start);

    lock(words, MUTEX, this.#abort, this.blocked);
    words[slot + SLOT_LENGTH] = length;
    this.#doubles[slot / 2 + SLOT_VERSION] = version;
    words[slot + SLOT_STATE] = COMMITTED;
    const row = this.#row(shard);
    words[row + SHARD_NEWEST] = slot;
    if (this.#doubles[row / 2 + SHARD_QUEUED_SINCE] === 0) this.#doubles[row / 2 + SHARD_QUEUED_SINCE] = putAtMs;
    this.#notEmpty.notifyOne();
    unlock(words, MUTEX);
  }

  /**
   * Takes the newest snapshot of the next shard, waiting while the queue is empty. It stays in the queue until
   * {@linkcode WriteQueue.release}, which must come before the next call.
   *
   * @param out filled in with the snapshot
   * @returns false when the queue is closed and empty
   * @throws {AbortError} when the run fails meanwhile
   */
  take(out: QueuedWrite): boolean {
    const words = this.#words;
    lock(words, MUTEX, this.#abort);
    while (words[COUNT] === 0 || words[this.#headSlot + SLOT_STATE] !== COMMITTED) {
      if (words[COUNT] === 0 && words[CLOSED] !== 0) {
        unlock(words, MUTEX);
        return false;
      }
      this.#notEmpty.wait();
    }
    const shard = words[this.#headSlot + SLOT_SHARD]!;
    const row = this.#row(shard);
    const slot = words[row + SHARD_NEWEST]!;
    words[TAKEN] = slot;
    out.sinceMs = this.#takeSince(row);
    unlock(words, MUTEX);

    const start = words[slot + SLOT_LINE]! * LINE_BYTES;
    out.shard = shard;
    out.version = this.#doubles[slot / 2 + SLOT_VERSION]!;
    out.bytes = this.#ring.subarray(start, start + words[slot + SLOT_LENGTH]!);
    return true;
  }

  /**
   * Tells the queue that the snapshot from {@linkcode WriteQueue.take} is persisted, and frees the oldest slot and
   * any following ones whose snapshots are superseded.
   *
   * @returns how many slots became free, at least one
   */
  release(): number {
    const words = this.#words;
    lock(words, MUTEX, this.#abort);
    const taken = words[TAKEN]!;
    const version = this.#doubles[taken / 2 + SLOT_VERSION]!;
    const row = this.#row(words[taken + SLOT_SHARD]!);
    this.#doubles[row / 2 + SHARD_RELEASED_VERSION] = version;
    this.#doubles[row / 2 + SHARD_TAKEN_SINCE] = 0;
    let freed = 0;
    for (; words[COUNT]! > 0 && this.#isSuperseded(this.#headSlot); freed++) this.#freeHead();
    if (freed > 1) this.#notFull.notifyAll();
    else this.#notFull.notifyOne();
    unlock(words, MUTEX);
    return freed;
  }

  /**
   * Takes everything that has been committed, waiting while there is nothing. A shard's items come in order. All stay
   * in the queue until {@linkcode WriteQueue.releaseAll}, which must come before the next call.
   *
   * @param visit called with each item, which is the same object each time; its bytes stay valid until they are
   * released. `sinceMs` is set for a shard's first item, and 0 for its others
   * @returns false when the queue is closed and empty
   * @throws {AbortError} when the run fails meanwhile
   */
  takeAll(visit: (item: QueuedWrite) => void): boolean {
    const words = this.#words;
    lock(words, MUTEX, this.#abort);
    let count = this.#takeCommitted();
    while (count === 0) {
      if (words[COUNT] === 0 && words[CLOSED] !== 0) {
        unlock(words, MUTEX);
        return false;
      }
      this.#notEmpty.wait();
      count = this.#takeCommitted();
    }
    unlock(words, MUTEX);

    const item = { shard: 0, version: 0, sinceMs: 0, bytes: this.#ring };
    for (let i = 0; i < count; i++) {
      const slot = this.#taken[i]!;
      const start = words[slot + SLOT_LINE]! * LINE_BYTES;
      item.shard = words[slot + SLOT_SHARD]!;
      item.version = this.#doubles[slot / 2 + SLOT_VERSION]!;
      item.sinceMs = this.#takenSinceMs[i]!;
      item.bytes = this.#ring.subarray(start, start + words[slot + SLOT_LENGTH]!);
      visit(item);
    }
    this.#takenCount = count;
    return true;
  }

  /**
   * Tells the queue that everything from {@linkcode WriteQueue.takeAll} is persisted, and frees the slots up to the
   * next one in use.
   */
  releaseAll(): void {
    const words = this.#words;
    lock(words, MUTEX, this.#abort);
    for (let i = 0; i < this.#takenCount; i++) {
      const slot = this.#taken[i]!;
      words[slot + SLOT_STATE] = WRITTEN;
      this.#doubles[this.#row(words[slot + SLOT_SHARD]!) / 2 + SHARD_TAKEN_SINCE] = 0;
    }
    this.#takenCount = 0;
    while (words[COUNT]! > 0 && words[this.#headSlot + SLOT_STATE] === WRITTEN) this.#freeHead();
    this.#notFull.notifyAll();
    unlock(words, MUTEX);
  }

  /** Number of snapshots in the queue, as of a moment ago, including the one being written and superseded ones. */
  get count(): number {
    return this.#words[COUNT]!;
  }

  /** Time of the shard's oldest put that is queued and not taken, as of a moment ago; 0: there is none. */
  queuedSinceMs(shard: number): number {
    return this.#doubles[this.#row(shard) / 2 + SHARD_QUEUED_SINCE]!;
  }

  /**
   * Time of the shard's oldest put that is taken and not released, as of a moment ago; 0: there is none. Whoever reads
   * {@linkcode WriteQueue.queuedSinceMs} first misses no put that is taken meanwhile.
   */
  takenSinceMs(shard: number): number {
    return this.#doubles[this.#row(shard) / 2 + SHARD_TAKEN_SINCE]!;
  }

  /** Tells the queue that nothing more will be put, so that the consumer ends when the queue is empty. */
  close(): void {
    lock(this.#words, MUTEX, this.#abort);
    this.#words[CLOSED] = 1;
    this.#notEmpty.notifyOne();
    unlock(this.#words, MUTEX);
  }

  /** Marks all committed slots as taken, oldest first, and returns their number. Under the mutex. */
  #takeCommitted(): number {
    const words = this.#words;
    const used = words[COUNT]!;
    let index = words[HEAD]!;
    let count = 0;
    for (let i = 0; i < used; i++) {
      const slot = this.#slotsStart + index * SLOT_WORDS;
      index = index + 1 === this.size.depth ? 0 : index + 1;
      if (words[slot + SLOT_STATE] !== COMMITTED) continue;
      words[slot + SLOT_STATE] = TAKEN_WITH_ALL;
      this.#taken[count] = slot;
      this.#takenSinceMs[count++] = this.#takeSince(this.#row(words[slot + SLOT_SHARD]!));
    }
    return count;
  }

  /**
   * Notes that all that the shard has queued is taken; returns the time of its first put that was not, 0 if all were.
   * Under the mutex.
   */
  #takeSince(row: number): number {
    const sinceMs = this.#doubles[row / 2 + SHARD_QUEUED_SINCE]!;
    if (sinceMs > 0) this.#doubles[row / 2 + SHARD_TAKEN_SINCE] = sinceMs;
    this.#doubles[row / 2 + SHARD_QUEUED_SINCE] = 0;
    return sinceMs;
  }

  /** The oldest slot's first word. */
  get #headSlot(): number {
    return this.#slotsStart + this.#words[HEAD]! * SLOT_WORDS;
  }

  /** The first word of a shard's row. */
  #row(shard: number): number {
    return SHARDS + shard * SHARD_WORDS;
  }

  /** Whether the slot's snapshot, or a newer one of its shard, has been released. */
  #isSuperseded(slot: number): boolean {
    if (this.#words[slot + SLOT_STATE] !== COMMITTED) return false;
    const released = this.#doubles[this.#row(this.#words[slot + SLOT_SHARD]!) / 2 + SHARD_RELEASED_VERSION]!;
    return this.#doubles[slot / 2 + SLOT_VERSION]! <= released;
  }

  #freeHead(): void {
    const words = this.#words;
    const slot = this.#headSlot;
    words[slot + SLOT_STATE] = FREE;
    words[HEAD] = (words[HEAD]! + 1) % this.size.depth;
    words[COUNT]!--;
    words[RING_USED]! -= words[slot + SLOT_LINES_TAKEN]!;
  }

  /** Reserves a slot and lines for `length` bytes; returns the slot's first word. */
  #reserve(shard: number, length: number): number {
    const words = this.#words;
    const lines = Math.ceil(length / LINE_BYTES);
    if (lines > this.#lines) throw new SnapshotTooLargeError(shard, length, this.size);
    lock(words, MUTEX, this.#abort, this.blocked);
    let skipped = this.#linesSkipped(lines);
    if (this.#isFull(skipped + lines)) {
      const startedAtMs = performance.now();
      do {
        this.#notFull.wait();
        skipped = this.#linesSkipped(lines);
      } while (this.#isFull(skipped + lines));
      this.blocked.addSince(startedAtMs);
    }
    const slot = this.#slotsStart + ((words[HEAD]! + words[COUNT]!) % this.size.depth) * SLOT_WORDS;
    const line = (words[RING_TAIL]! + skipped) % this.#lines;
    words[slot + SLOT_STATE] = RESERVED;
    words[slot + SLOT_SHARD] = shard;
    words[slot + SLOT_LINE] = line;
    words[slot + SLOT_LINES_TAKEN] = skipped + lines;
    words[COUNT]!++;
    words[RING_USED]! += skipped + lines;
    words[RING_TAIL] = (line + lines) % this.#lines;
    unlock(words, MUTEX);
    return slot;
  }

  /** Whether there is no slot left, or too few lines. */
  #isFull(lines: number): boolean {
    return this.#words[COUNT]! >= this.size.depth || this.#words[RING_USED]! + lines > this.#lines;
  }

  /** How many lines at the ring's end to skip because the payload does not fit there. An empty ring starts over. */
  #linesSkipped(lines: number): number {
    const words = this.#words;
    if (words[RING_USED] === 0) words[RING_TAIL] = 0;
    const left = this.#lines - words[RING_TAIL]!;
    return left < lines ? left : 0;
  }
}
