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
import { hashKey, shardOf } from "./hash.ts";
import { EntryTooLargeError, StoreFullError } from "./store_errors.ts";
import { PaddedBytes } from "./padded_bytes.ts";
import { capacityOf, jsonRoomOf, MOVED_AWAY, PAGE_END } from "./pages.ts";
import {
  ENTRY_CAPACITY,
  entryWords,
  findEntry,
  linkEntry,
  readValue,
  type ShardView,
  SLOT_WORDS,
  unlinkEntry,
  VIEW_EXCESS_BYTES,
  writeEntry,
  writeValue,
} from "./shard.ts";
import { checkStoreSize, layoutOf, type StoreSize } from "./store_size.ts";

/** What {@linkcode SharedStore.attach} needs; structured-cloneable. */
export interface StoreHandle {
  readonly buffer: SharedArrayBuffer;
  /** Where in the buffer the store begins. */
  readonly byteOffset: number;
  readonly size: StoreSize;
  readonly abort: AbortHandle;
}

/** Words and 64-bit floats of a header. These are constants of this module because V8 does not fold imported ones. */
const HEADER_WORDS = LINE_WORDS;
const HEADER_DOUBLES = LINE_DOUBLES;
const HEADER_LOCK = 0;
const HEADER_COUNT = 1;
const HEADER_ARENA_END = 2;
/** In 64-bit floats; the words above take the first two. */
const HEADER_VERSION = 2;

/**
 * A sharded hash table of byte strings in shared memory.
 *
 * Layout, from the start of a cache line on where that can be had: a header of one cache line per shard, then the shards' regions, all of the same size, laid out as `shard.ts`
 * says. A header holds the shard's lock, its number of entries, the offset of its arena's first free word (in words
 * from the start of the region; 0 before the first entry), and its version: the number of puts and deletes applied so
 * far, a float64 because a 32-bit word would soon overflow. Deleting an absent key changes nothing and does not count.
 *
 * A key's hash is computed once. Its high bits choose the shard, its low bits the slot where probing starts.
 *
 * Invariant 1: a shard's header and region are written and read only by the holder of the shard's lock. The exceptions
 * are the version and the number of entries: gauges and witnesses read those at any time, and see what was true a
 * moment ago. (The processors that V8 runs on read an aligned float64 whole; JavaScript's memory model does not
 * guarantee that.)
 * Invariant 2: exactly one index slot points to each live entry, and every slot in use points to a live entry.
 * Invariant 3: at least a quarter of the index slots are free, so every probe ends.
 *
 * Neither a put nor a get nor a delete allocates.
 */
export class SharedStore {
  /** The store's fixed size. */
  readonly size: StoreSize;
  /** Time that this thread has waited for shards' locks. */
  readonly blocked = new BlockedTime();
  readonly #abort: Abort;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #doubles: Float64Array<SharedArrayBuffer>;
  readonly #shards: number;
  readonly #slotMask: number;
  readonly #regionsStart: number;
  readonly #regionWords: number;
  readonly #valueCapacityMin: number;
  /** Words of a page; 0 if arenas are not divided into pages. */
  readonly #pageWords: number;
  readonly #jsonRoom: boolean;
  /** The views of the shards that this thread has viewed. */
  readonly #views: (ShardView | undefined)[];

  private constructor(handle: StoreHandle) {
    const { buffer, byteOffset, size } = handle;
    const layout = layoutOf(size);
    const words = layout.regionsStart + size.shards * layout.regionWords;
    this.size = size;
    this.#abort = Abort.attach(handle.abort);
    this.#words = new Int32Array(buffer, byteOffset, words);
    this.#doubles = new Float64Array(buffer, byteOffset, words / 2);
    this.#shards = size.shards;
    this.#slotMask = layout.slots - 1;
    this.#regionsStart = layout.regionsStart;
    this.#regionWords = layout.regionWords;
    this.#valueCapacityMin = size.valueCapacityMin ?? 0;
    this.#pageWords = size.pages?.words ?? 0;
    this.#jsonRoom = size.pages?.jsonRoom ?? false;
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
    if (!fits || !writeValue(this.#words, entry, key.length, value)) {
      entry = this.#append(shard, entry, hash, key, value);
      if (entry === 0) return 0;
    }
    this.#doubles[shard * HEADER_DOUBLES + HEADER_VERSION]!++;
    return entry;
  }

  /**
   * Removes a key and increments the shard's version, if the key is present. The caller holds the lock of `shard`, which
   * must be the key's.
   *
   * @param hash the key's {@linkcode hashKey}
   * @returns the entry that was, as an index into {@linkcode SharedStore.words}; 0 when the key is absent. It is dead,
   * but as it was otherwise until the shard's next put.
   */
  deleteLocked(shard: number, hash: number, key: PaddedBytes): number {
    const words = this.#words;
    const region = this.#regionsStart + shard * this.#regionWords;
    const entry = findEntry(words, region, this.#slotMask, hash, key);
    if (entry === 0) return 0;
    unlinkEntry(words, region, this.#slotMask, hash, entry);
    words[shard * HEADER_WORDS + HEADER_COUNT]!--;
    this.#doubles[shard * HEADER_DOUBLES + HEADER_VERSION]!++;
    return entry;
  }

  /**
   * Appends an entry after all others of its shard, whether or not its key already has one, without changing the
   * shard's version. Used for loading. The caller holds the shard's lock, or knows that nobody else uses the store.
   *
   * @param capacity room for the value, in bytes
   * @returns the same as {@linkcode SharedStore.putLocked}
   */
  appendLocked(shard: number, hash: number, key: PaddedBytes, value: PaddedBytes, capacity: number): number {
    const region = this.#regionsStart + shard * this.#regionWords;
    const old = findEntry(this.#words, region, this.#slotMask, hash, key);
    return this.#appendWith(shard, old, hash, key, value, capacity);
  }

  /**
   * Makes a shard's next entry go to this page, which no entry has reached yet; skipped pages stay without entries. The
   * caller holds the shard's lock, or knows that nobody else uses the store.
   */
  startPage(shard: number, page: number): void {
    const words = this.#words;
    const header = shard * HEADER_WORDS;
    const region = this.#regionsStart + shard * this.#regionWords;
    const start = this.#arenaStart + page * this.#pageWords;
    let end = words[header + HEADER_ARENA_END]! || this.#arenaStart;
    while (end < start) {
      words[region + end] = PAGE_END;
      end += this.#wordsLeftOnPage(end);
    }
    words[header + HEADER_ARENA_END] = end;
  }

  /** The error that says why a put has found no room. */
  refusal(shard: number, key: PaddedBytes, value: PaddedBytes): RangeError {
    const words = entryWords(key.length, this.#roomOf(key, value));
    return this.#pageWords > 0 && words > this.#pageWords
      ? new EntryTooLargeError(key.length + value.length)
      : new StoreFullError(shard, this.size);
  }

  /** Pages of each shard, if arenas are divided into pages. */
  get pagesPerShard(): number {
    return Math.ceil((this.#regionWords - this.#arenaStart) / this.#pageWords);
  }

  /** The first word of a shard's arena, as an index into {@linkcode SharedStore.words}. */
  arenaStart(shard: number): number {
    return this.#regionsStart + shard * this.#regionWords + this.#arenaStart;
  }

  /**
   * The word after a shard's last entry, as an index into {@linkcode SharedStore.words}. The caller holds the shard's
   * lock, or knows that nobody writes.
   */
  arenaEnd(shard: number): number {
    const end = this.#words[shard * HEADER_WORDS + HEADER_ARENA_END]! || this.#arenaStart;
    return this.#regionsStart + shard * this.#regionWords + end;
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
    view.end = this.#words[shard * HEADER_WORDS + HEADER_ARENA_END]! || this.#arenaStart;
    return view;
  }

  #createView(shard: number): ShardView {
    const { buffer, byteOffset } = this.#words;
    const offset = byteOffset + (this.#regionsStart + shard * this.#regionWords) * Int32Array.BYTES_PER_ELEMENT;
    const words = new Int32Array(buffer, offset, this.#regionWords);
    const bytes = new DataView(buffer, offset, words.byteLength + VIEW_EXCESS_BYTES);
    const start = this.#arenaStart;
    return { shard, shards: this.#shards, version: 0, count: 0, words, bytes, start, end: start };
  }

  get #arenaStart(): number {
    return (this.#slotMask + 1) * SLOT_WORDS;
  }

  /** Appends an entry that replaces `old` (0: none). Returns the new entry, or 0 when there is no room. */
  #append(shard: number, old: number, hash: number, key: PaddedBytes, value: PaddedBytes): number {
    const room = this.#roomOf(key, value);
    const capacity = Math.max(room, this.#valueCapacityMin);
    const fitsPage = this.#pageWords === 0 || entryWords(key.length, capacity) <= this.#pageWords;
    return this.#appendWith(shard, old, hash, key, value, fitsPage ? capacity : room);
  }

  #appendWith(
    shard: number,
    old: number,
    hash: number,
    key: PaddedBytes,
    value: PaddedBytes,
    capacity: number,
  ): number {
    const words = this.#words;
    const header = shard * HEADER_WORDS;
    const region = this.#regionsStart + shard * this.#regionWords;
    const last = words[header + HEADER_ARENA_END]! || this.#arenaStart;
    const needed = entryWords(key.length, capacity);
    const offset = this.#pageWords === 0 ? last : this.#placeOnPage(last, needed);
    const end = offset + needed;
    if (end > this.#regionWords) return 0;
    if (old === 0 && words[header + HEADER_COUNT]! >= this.size.entriesPerShard) return 0;

    if (offset > last) words[region + last] = PAGE_END;
    writeEntry(words, region + offset, key, value, capacity);
    linkEntry(words, region, this.#slotMask, hash, region + offset, old);
    if (this.#pageWords > 0 && old !== 0 && old - region < offset - this.#wordsIntoPage(offset)) {
      words[old + ENTRY_CAPACITY]! |= MOVED_AWAY;
    }
    words[header + HEADER_ARENA_END] = end;
    if (old === 0) words[header + HEADER_COUNT]!++;
    return region + offset;
  }

  /** Room that a value needs, in bytes. */
  #roomOf(key: PaddedBytes, value: PaddedBytes): number {
    return this.#jsonRoom ? jsonRoomOf(key, value) : value.length;
  }

  /**
   * Where an entry of this many words goes if its shard's entries end at `last`; past the region if no page could hold
   * it.
   */
  #placeOnPage(last: number, needed: number): number {
    if (needed > this.#pageWords) return this.#regionWords;
    const left = this.#wordsLeftOnPage(last);
    return needed <= left ? last : last + left;
  }

  #wordsIntoPage(offset: number): number {
    return (offset - this.#arenaStart) % this.#pageWords;
  }

  #wordsLeftOnPage(offset: number): number {
    return this.#pageWords - this.#wordsIntoPage(offset);
  }
}
