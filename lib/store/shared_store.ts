/**
 * The key-value store: all entries in one SharedArrayBuffer, sharded, one lock per shard.
 *
 * @module
 */
import { createSharedMemory } from "../system/shared_memory.ts";
import { Abort, type AbortHandle } from "../sync/abort.ts";
import { BlockedTime } from "../sync/blocked.ts";
import { LINE_DOUBLES, LINE_WORDS } from "../sync/layout.ts";
import { lock, tryLock, unlock } from "../sync/mutex.ts";
import { type Arenas, StoreMemory } from "./arena.ts";
import { hashKey, shardOf } from "./hash.ts";
import { PaddedBytes } from "./padded_bytes.ts";
import { PagedArenas, pageUnusedMax } from "./paged_arenas.ts";
import { capacityOf, jsonRoomOf } from "./pages.ts";
import { findEntry, readValue, type ShardView, unlinkEntry, VIEW_EXCESS_BYTES, writeValue } from "./shard.ts";
import {
  checkStoreSize,
  EntryTooLargeError,
  layoutOf,
  StoreFullError,
  type StoreSize,
  UNIT_WORDS_MIN,
} from "./store_size.ts";
import { UnitArenas } from "./unit_arenas.ts";

/** What {@linkcode SharedStore.attach} needs; structured-cloneable. */
export interface StoreHandle {
  readonly buffer: SharedArrayBuffer;
  /** Where in the buffer the store begins. */
  readonly byteOffset: number;
  readonly size: StoreSize;
  readonly abort: AbortHandle;
}

/**
 * Words and 64-bit floats of a header, as in `arena.ts`. These are constants of this module because V8 does not fold
 * imported ones.
 */
const HEADER_WORDS = LINE_WORDS;
const HEADER_DOUBLES = LINE_DOUBLES;
const HEADER_LOCK = 0;
const HEADER_COUNT = 1;
/** In 64-bit floats; the words above take the first two. */
const HEADER_VERSION = 2;

/**
 * A sharded hash table of byte strings in shared memory.
 *
 * Layout: a header of one cache line per shard, then the shards' regions, all of the same size, laid out as `shard.ts`
 * says; where in its arena a shard places an entry, say `space.ts` and `pages.ts`. A header holds the shard's lock, its
 * number of entries, the offset of the end of its arena (in words from the start of the region; 0 before the first
 * entry), and its version: the number of puts and deletes applied so far, a float64 because a 32-bit word would soon
 * overflow. Deleting an absent key changes nothing and does not count.
 *
 * A key's hash is computed once. Its high bits choose the shard, its low bits the slot where probing starts.
 *
 * Invariant 1: a shard's header and region are written and read only by the holder of the shard's lock. The exceptions
 * are the version and the number of entries: gauges and witnesses read those at any time, and see what was true a
 * moment ago. (The processors that V8 runs on read an aligned float64 whole; JavaScript's memory model does not
 * guarantee that.)
 * Invariant 2: exactly one index slot points to each live entry, and every slot in use points to a live entry.
 * Invariant 3: at least a quarter of the index slots are free, so every probe ends.
 * Invariant 4: an entry stays where it is until the next put to its shard, or until the shard's lock is released.
 *
 * Neither a put nor a get nor a delete allocates.
 */
export class SharedStore {
  /** The store's fixed size. */
  readonly size: StoreSize;
  /** Time that this thread has waited for shards' locks. */
  readonly blocked = new BlockedTime();
  readonly #abort: Abort;
  readonly #memory: StoreMemory;
  readonly #arenas: Arenas;
  /** The arenas, if they are divided into pages. */
  readonly #paged: PagedArenas | undefined;
  // What the hot path needs of the above, without another step.
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #doubles: Float64Array<SharedArrayBuffer>;
  readonly #shards: number;
  readonly #slotMask: number;
  readonly #regionsStart: number;
  readonly #regionWords: number;
  readonly #jsonRoom: boolean;
  /** How much of its capacity an entry may leave unused, in words, when a value is written in place. */
  readonly #unusedMax: number;
  /** The views of the shards that this thread has viewed. */
  readonly #views: (ShardView | undefined)[];

  private constructor({ buffer, byteOffset, size, abort }: StoreHandle) {
    const memory = new StoreMemory(size, buffer, byteOffset);
    const { pages, unitWords = UNIT_WORDS_MIN } = size;
    this.size = size;
    this.#abort = Abort.attach(abort);
    this.#memory = memory;
    this.#paged = pages === undefined ? undefined : new PagedArenas(memory, pages);
    this.#arenas = this.#paged ?? new UnitArenas(memory);
    this.#words = memory.words;
    this.#doubles = new Float64Array(buffer, byteOffset, memory.words.length / 2);
    this.#shards = size.shards;
    this.#slotMask = memory.slots - 1;
    this.#regionsStart = memory.regionsStart;
    this.#regionWords = memory.regionWords;
    this.#jsonRoom = pages?.jsonRoom ?? false;
    this.#unusedMax = pages === undefined ? unitWords - 1 : pageUnusedMax(pages);
    this.#views = new Array(size.shards).fill(undefined);
  }

  /** Bytes of shared memory that a store of this size takes. */
  static byteLength(size: StoreSize): number {
    const { regionsStart, regionWords } = layoutOf(size);
    return (regionsStart + size.shards * regionWords) * Int32Array.BYTES_PER_ELEMENT + VIEW_EXCESS_BYTES;
  }

  /**
   * An empty store.
   *
   * @throws {RangeError} when a size is out of range or the system does not provide that much shared memory
   */
  static create(size: StoreSize, abort: Abort): SharedStore {
    checkStoreSize(size);
    return new SharedStore({ ...createSharedMemory(SharedStore.byteLength(size)), size, abort: abort.handle() });
  }

  static attach(handle: StoreHandle): SharedStore {
    return new SharedStore(handle);
  }

  handle(): StoreHandle {
    const { buffer, byteOffset } = this.#words;
    return { buffer, byteOffset, size: this.size, abort: this.#abort.handle() };
  }

  /**
   * Stores a value under a key; the previous value is overwritten in place if the new one fits.
   *
   * @throws {StoreFullError} when the shard has no room left; nothing has changed then
   * @throws {EntryTooLargeError} when a page is too small for the entry; nothing has changed then either
   * @throws {AbortError} when the run fails while waiting for the shard's lock
   */
  put(key: PaddedBytes, value: PaddedBytes): void {
    const hash = hashKey(key.words, key.length);
    const shard = shardOf(hash, this.#shards);
    const header = shard * HEADER_WORDS;
    lock(this.#words, header + HEADER_LOCK, this.#abort, this.blocked);
    const entry = this.putLocked(shard, hash, key, value);
    unlock(this.#words, header + HEADER_LOCK);
    if (entry === 0) throw this.refusal(shard, key, value);
  }

  /**
   * Copies a key's value into `out`, which grows if it must.
   *
   * @returns whether the key is present; `out` is untouched when it is not
   * @throws {AbortError} when the run fails while waiting for the shard's lock
   */
  get(key: PaddedBytes, out: PaddedBytes): boolean {
    const words = this.#words;
    const hash = hashKey(key.words, key.length);
    const shard = shardOf(hash, this.#shards);
    const header = shard * HEADER_WORDS;
    lock(words, header + HEADER_LOCK, this.#abort, this.blocked);
    const entry = findEntry(words, this.#regionsStart + shard * this.#regionWords, this.#slotMask, hash, key);
    if (entry !== 0) readValue(words, entry, key.length, out);
    unlock(words, header + HEADER_LOCK);
    return entry !== 0;
  }

  /**
   * Removes a key.
   *
   * @returns whether the key was present
   * @throws {AbortError} when the run fails while waiting for the shard's lock
   */
  delete(key: PaddedBytes): boolean {
    const hash = hashKey(key.words, key.length);
    const shard = shardOf(hash, this.#shards);
    const header = shard * HEADER_WORDS;
    lock(this.#words, header + HEADER_LOCK, this.#abort, this.blocked);
    const entry = this.deleteLocked(shard, hash, key);
    unlock(this.#words, header + HEADER_LOCK);
    return entry !== 0;
  }

  /** Like {@linkcode SharedStore.put}, for text. */
  putString(key: string, value: string): void {
    this.put(PaddedBytes.of(key), PaddedBytes.of(value));
  }

  /** Like {@linkcode SharedStore.get}, for text; `undefined` when the key is absent. */
  getString(key: string): string | undefined {
    const out = new PaddedBytes(0);
    return this.get(PaddedBytes.of(key), out) ? out.toString() : undefined;
  }

  /** The whole store as 32-bit words; entries are indices into it. */
  get words(): Int32Array<SharedArrayBuffer> {
    return this.#words;
  }

  /** The shard of a key whose {@linkcode hashKey} is `hash`. */
  shardOf(hash: number): number {
    return shardOf(hash, this.#shards);
  }

  /**
   * Takes a shard's lock.
   *
   * @throws {AbortError} when the run fails while waiting; the lock is then not held
   */
  lockShard(shard: number): void {
    lock(this.#words, shard * HEADER_WORDS + HEADER_LOCK, this.#abort, this.blocked);
  }

  /** Takes a shard's lock if nobody holds it; says whether it did. */
  tryLockShard(shard: number): boolean {
    return tryLock(this.#words, shard * HEADER_WORDS + HEADER_LOCK);
  }

  /** Releases a shard's lock, which the caller must hold. */
  unlockShard(shard: number): void {
    unlock(this.#words, shard * HEADER_WORDS + HEADER_LOCK);
  }

  /**
   * Stores a value and increments the shard's version. The caller holds the lock of `shard`, which must be the key's.
   *
   * @param hash the key's {@linkcode hashKey}
   * @returns the entry that now holds the value, as an index into {@linkcode SharedStore.words}; 0 when the shard has
   * no room left, in which case nothing has changed
   */
  putLocked(shard: number, hash: number, key: PaddedBytes, value: PaddedBytes): number {
    const region = this.#regionsStart + shard * this.#regionWords;
    let entry = findEntry(this.#words, region, this.#slotMask, hash, key);
    const fits = entry !== 0 && (!this.#jsonRoom || jsonRoomOf(key, value) <= capacityOf(this.#words, entry));
    if (!fits || !writeValue(this.#words, entry, key.length, value, this.#unusedMax)) {
      entry = this.#arenas.place(shard, entry, hash, key, value);
      if (entry === 0) return 0;
    } else this.#paged?.markChanged(shard, entry);
    this.#doubles[shard * HEADER_DOUBLES + HEADER_VERSION]!++;
    return entry;
  }

  /**
   * Removes a key and increments the shard's version, if the key is present. The caller holds the lock of `shard`,
   * which must be the key's.
   *
   * @param hash the key's {@linkcode hashKey}
   * @returns the entry that was, as an index into {@linkcode SharedStore.words}; 0 when the key is absent. It is dead,
   * but its key is still there until the shard's next put.
   */
  deleteLocked(shard: number, hash: number, key: PaddedBytes): number {
    const words = this.#words;
    const region = this.#regionsStart + shard * this.#regionWords;
    const entry = findEntry(words, region, this.#slotMask, hash, key);
    if (entry === 0) return 0;
    unlinkEntry(words, region, this.#slotMask, hash, entry);
    this.#arenas.free(shard, entry);
    words[shard * HEADER_WORDS + HEADER_COUNT]!--;
    this.#doubles[shard * HEADER_DOUBLES + HEADER_VERSION]!++;
    return entry;
  }

  /** The error that says why a put has found no room. */
  refusal(shard: number, key: PaddedBytes, value: PaddedBytes): RangeError {
    return this.#paged?.fitsPage(key, value) === false
      ? new EntryTooLargeError(key.length + value.length)
      : new StoreFullError(shard, this.size);
  }

  /**
   * The arenas as pages. The caller holds the lock of each shard whose pages it looks at, or knows that nobody writes.
   *
   * @throws {TypeError} when the store is not divided into pages
   */
  get pages(): PagedArenas {
    if (this.#paged === undefined) throw new TypeError("Cannot reach a page: the store is not divided into pages");
    return this.#paged;
  }

  /** The first word of a shard's arena, as an index into {@linkcode SharedStore.words}. */
  arenaStart(shard: number): number {
    return this.#memory.region(shard) + this.#memory.arenaStart;
  }

  /**
   * The word after a shard's last entry, as an index into {@linkcode SharedStore.words}. The caller holds the shard's
   * lock, or knows that nobody writes.
   */
  arenaEnd(shard: number): number {
    return this.#memory.region(shard) + this.#memory.arenaEnd(shard);
  }

  /**
   * The number of puts and deletes that a shard has applied. The caller holds the shard's lock, or knows that nobody
   * writes.
   */
  version(shard: number): number {
    return this.#doubles[shard * HEADER_DOUBLES + HEADER_VERSION]!;
  }

  /** Sets a shard's version to that of its loaded file. The caller holds the shard's lock. */
  restoreVersion(shard: number, version: number): void {
    this.#doubles[shard * HEADER_DOUBLES + HEADER_VERSION] = version;
  }

  /** The number of keys in a shard. The caller holds the shard's lock, or knows that nobody writes. */
  count(shard: number): number {
    return this.#words[shard * HEADER_WORDS + HEADER_COUNT]!;
  }

  /**
   * Views a shard. The caller holds its lock for as long as it uses the view; the next call for the shard changes the
   * view.
   */
  viewShard(shard: number): ShardView {
    const view = this.#views[shard] ??= this.#createView(shard);
    view.version = this.version(shard);
    view.count = this.count(shard);
    view.end = this.#memory.arenaEnd(shard);
    return view;
  }

  #createView(shard: number): ShardView {
    const { buffer, byteOffset } = this.#words;
    const offset = byteOffset + this.#memory.region(shard) * Int32Array.BYTES_PER_ELEMENT;
    const words = new Int32Array(buffer, offset, this.#regionWords);
    const bytes = new DataView(buffer, offset, words.byteLength + VIEW_EXCESS_BYTES);
    const start = this.#memory.arenaStart;
    return { shard, shards: this.#shards, version: 0, count: 0, words, bytes, start, end: start };
  }
}
