/**
 * From what puts have changed to the files, with the ledger kept.
 *
 * @module
 */
import type { SharedStore } from "../store/shared_store.ts";
import { AbortError } from "../sync/abort.ts";
import { BlockedTime } from "../sync/blocked.ts";
import type { Clock } from "../sync/clock.ts";
import type { FileLocks } from "./file_locks.ts";
import type { Layout } from "./layout/layout.ts";
import type { Ledger } from "./ledger.ts";
import type { SyncName } from "./policy.ts";
import type { Witness } from "./witness.ts";
import type { WriterMeter } from "./write_meter.ts";

/** What a {@linkcode Writer} works with. */
export interface WriterParts {
  readonly store: SharedStore;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly locks: FileLocks;
  readonly layout: Layout;
  readonly shardsPerFile: number;
  readonly sync: SyncName;
  /** Told what the ledger calls written, and what it calls synced, where that has to outlive the process. */
  readonly witnesses?: { readonly written: Witness; readonly synced: Witness };
}

/**
 * One thread's way to the files: takes what has changed, has the layout write it, and records in the ledger what is
 * completely in place, and then what is synced.
 *
 * Shards that have been taken, or accepted from the queue, make up the batch until {@linkcode Writer.flush}.
 */
export class Writer {
  readonly layout: Layout;
  /** Time that this thread has spent writing, and waiting for others who write the same file. */
  readonly blocked = new BlockedTime();
  readonly #parts: WriterParts;
  /** The shards of the batch, which versions of them it holds, and when the first put was made that no file holds. */
  readonly #shards: Int32Array<ArrayBuffer>;
  readonly #versions: Float64Array<ArrayBuffer>;
  readonly #sinceMs: Float64Array<ArrayBuffer>;
  /** Where in the batch each shard is, from 1; 0: nowhere. */
  readonly #places: Int32Array<ArrayBuffer>;
  #count = 0;

  constructor(parts: WriterParts) {
    const { shards } = parts.store.size;
    this.layout = parts.layout;
    this.#parts = parts;
    this.#shards = new Int32Array(shards);
    this.#versions = new Float64Array(shards);
    this.#sinceMs = new Float64Array(shards);
    this.#places = new Int32Array(shards);
  }

  /** What this writer has written. */
  get meter(): WriterMeter {
    return this.layout.meter;
  }

  /** Number of files. */
  get files(): number {
    return this.#parts.store.size.shards / this.#parts.shardsPerFile;
  }

  /**
   * Writes what has changed of a file's shards, and syncs it as far as the level asks. Takes the file's lock.
   *
   * @throws {PersistError} when that fails; the ledger is as before, or, where only syncing failed, does not call it synced
   * @throws {AbortError} when a write has failed in another thread: what the files hold is unknown, what would be
   * overwritten may be the last that is durable, and a sync may succeed only because it has failed before
   */
  writeFile(file: number): void {
    const { locks } = this.#parts;
    locks.lock(file, this.blocked);
    try {
      this.writeLockedFile(file);
    } finally {
      locks.unlock(file);
    }
  }

  /** As {@linkcode Writer.writeFile}, by the holder of the file's lock. */
  writeLockedFile(file: number): void {
    const { ledger, shardsPerFile } = this.#parts;
    // Also where nothing has changed: whoever waits for room, or for a write that has failed, must not wait for ever.
    if (ledger.hasFailed) throw new AbortError();
    const end = (file + 1) * shardsPerFile;
    for (let shard = file * shardsPerFile; shard < end; shard++) {
      if (ledger.dirtySinceMs(shard) > 0) this.#take(shard);
    }
    this.flush();
  }

  /**
   * As {@linkcode Writer.writeLockedFile}, where only what has changed of one shard is needed.
   *
   * @param startedAtMs when that began, in milliseconds of the clock, which costs as much as a put to look at
   */
  writeLockedShard(shard: number, startedAtMs: number): void {
    this.#take(shard);
    this.#flush(startedAtMs);
  }

  /**
   * Adds what the queue has handed over to the batch; {@linkcode Writer.flush} writes it.
   *
   * @param item `sinceMs` is when the first of its puts was made that no file holds; 0: there is none
   */
  accept(item: { shard: number; version: number; sinceMs: number; bytes: Uint8Array }): void {
    const { shard, version, sinceMs, bytes } = item;
    this.layout.accept(shard, bytes);
    const place = this.#places[shard]!;
    if (place > 0) {
      this.#versions[place - 1] = Math.max(this.#versions[place - 1]!, version);
      return;
    }
    this.#parts.ledger.markTaken(shard, sinceMs);
    this.#add(shard, version, sinceMs);
  }

  /** Writes the batch, and syncs it as far as the level asks; throws what {@linkcode Writer.writeFile} throws. */
  flush(): void {
    if (this.#count > 0) this.#flush(this.#parts.clock.nowMs());
  }

  /** Writes every file whose shards have changed. Nobody puts any more. */
  writeDirtyFiles(): void {
    for (let file = 0; file < this.files; file++) this.writeFile(file);
  }

  /**
   * Writes all that there is, of files of which the ledger does not say that it is there, whoever put it into the store.
   * Nobody puts meanwhile.
   */
  rewriteStaleFiles(): void {
    const { store, ledger, shardsPerFile } = this.#parts;
    for (let file = 0; file < this.files; file++) {
      const first = file * shardsPerFile;
      let isStale = false;
      for (let shard = first; shard < first + shardsPerFile; shard++) {
        if (store.version(shard) > ledger.writtenVersion(shard)) isStale = true;
      }
      if (isStale) this.#rewrite(file);
    }
  }

  /**
   * Makes durable, as far as the sync level asks, all that any thread has written. Nobody writes any more.
   *
   * @throws {PersistError} when that fails
   */
  makeAllDurable(): void {
    const { store, ledger, sync } = this.#parts;
    this.layout.makeAllDurable();
    if (sync === "none") return;
    for (let shard = 0; shard < store.size.shards; shard++) ledger.recordSynced(shard, ledger.writtenVersion(shard));
  }

  /** Does a piece of {@linkcode Layout.maintain}'s work; says whether there was any. */
  maintain(): boolean {
    const { ledger } = this.#parts;
    if (ledger.hasFailed) throw new AbortError();
    try {
      return this.layout.maintain();
    } catch (error) {
      ledger.recordFailed();
      throw error;
    }
  }

  #take(shard: number): void {
    const { store, ledger } = this.#parts;
    store.lockShard(shard);
    this.layout.take(shard);
    const version = store.version(shard);
    const sinceMs = ledger.take(shard);
    store.unlockShard(shard);
    this.#add(shard, version, sinceMs);
  }

  #add(shard: number, version: number, sinceMs: number): void {
    this.#shards[this.#count] = shard;
    this.#versions[this.#count] = version;
    this.#sinceMs[this.#count] = sinceMs;
    this.#places[shard] = ++this.#count;
  }

  #flush(startedAtMs: number): void {
    const { ledger } = this.#parts;
    if (ledger.hasFailed) throw new AbortError();
    try {
      this.blocked.ms += this.#write() - startedAtMs;
    } catch (error) {
      ledger.recordFailed();
      throw error;
    }
  }

  /** Returns when it was done, in milliseconds of the clock. */
  #write(): number {
    const { ledger, clock, sync, witnesses } = this.#parts;
    const count = this.#count;
    this.#count = 0;
    this.layout.write();
    const atMs = clock.nowMs();
    for (let i = 0; i < count; i++) {
      const shard = this.#shards[i]!;
      const version = this.#versions[i]!;
      this.#places[shard] = 0;
      // From here on the older version is what is synced at least.
      this.#versions[i] = ledger.writtenVersion(shard);
      ledger.recordWritten(shard, { version, atMs });
      witnesses?.written.persisted(shard, version);
      if (this.#sinceMs[i]! > 0) this.meter.countTimeToPersist(atMs - this.#sinceMs[i]!);
    }
    if (sync === "none") return atMs;
    const isDurable = this.layout.makeDurable();
    if (ledger.hasFailed) throw new AbortError();
    for (let i = 0; i < count; i++) {
      const shard = this.#shards[i]!;
      const version = isDurable ? ledger.writtenVersion(shard) : this.#versions[i]!;
      ledger.recordSynced(shard, version);
      witnesses?.synced.persisted(shard, version);
    }
    return clock.nowMs();
  }

  #rewrite(file: number): void {
    const { store, ledger, clock, locks, shardsPerFile, witnesses } = this.#parts;
    if (ledger.hasFailed) throw new AbortError();
    locks.lock(file);
    try {
      this.layout.rewrite(file);
    } catch (error) {
      ledger.recordFailed();
      throw error;
    } finally {
      locks.unlock(file);
    }
    const atMs = clock.nowMs();
    for (let shard = file * shardsPerFile; shard < (file + 1) * shardsPerFile; shard++) {
      const version = store.version(shard);
      ledger.take(shard);
      ledger.recordWritten(shard, { version, atMs });
      witnesses?.written.persisted(shard, version);
    }
  }
}
