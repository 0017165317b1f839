/**
 * Writes what puts have changed to the files, and keeps the ledger.
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
import { isSynced, type SyncName } from "./durability.ts";
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
  /** Told what the ledger calls written and synced, when that has to outlive the process. */
  readonly witnesses?: { readonly written: Witness; readonly synced: Witness };
}

/**
 * One thread's writer: takes what has changed, has the layout write it, and records in the ledger first what is
 * completely in place and then what is synced.
 *
 * Shards that have been taken, or accepted from the queue, make up the batch until {@linkcode Writer.flush}.
 */
export class Writer {
  readonly layout: Layout;
  /** Time that this thread has spent writing, or waiting for other threads that write the same file. */
  readonly blocked = new BlockedTime();
  readonly #parts: WriterParts;
  /**
   * The shards of the batch, the version of each that it holds, and the time of each one's first put that no file
   * holds.
   */
  readonly #shards: Int32Array<ArrayBuffer>;
  readonly #versions: Float64Array<ArrayBuffer>;
  readonly #sinceMs: Float64Array<ArrayBuffer>;
  /** Each shard's position in the batch, from 1; 0: it is not in it. */
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
   * Writes what has changed in a file's shards, and syncs it as the level requires. Takes the file's lock.
   *
   * @throws {PersistError} when that fails; the ledger is then unchanged, or, if only syncing failed, does not call it
   * synced
   * @throws {AbortError} when a write has failed in another thread: the content of the files is then unknown, what
   * would be overwritten may be the last durable version, and a sync may succeed only because an earlier one failed
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

  /** Like {@linkcode Writer.writeFile}, for a caller that holds the file's lock. */
  writeLockedFile(file: number): void {
    const { ledger, shardsPerFile } = this.#parts;
    // Checked even if nothing has changed: those who wait for room, or for a write that has failed, must not wait
    // forever.
    if (ledger.hasFailed) throw new AbortError();
    const end = (file + 1) * shardsPerFile;
    for (let shard = file * shardsPerFile; shard < end; shard++) {
      if (ledger.dirtySinceMs(shard) > 0) this.#take(shard);
    }
    this.flush();
  }

  /**
   * Like {@linkcode Writer.writeLockedFile}, for what has changed in one shard only.
   *
   * @param startedAtMs when this began, in milliseconds of the clock; passed in because reading the clock costs as much
   * as a put
   */
  writeLockedShard(shard: number, startedAtMs: number): void {
    this.#take(shard);
    this.#flush(startedAtMs);
  }

  /**
   * Adds what the queue has handed over to the batch; {@linkcode Writer.flush} writes it.
   *
   * @param item `sinceMs` is the time of its first put that no file holds; 0: there is none
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

  /** Writes the batch, and syncs it as the level requires; throws what {@linkcode Writer.writeFile} throws. */
  flush(): void {
    if (this.#count > 0) this.#flush(this.#parts.clock.nowMs());
  }

  /** Writes every file whose shards have changed. */
  writeDirtyFiles(): void {
    for (let file = 0; file < this.files; file++) this.writeFile(file);
  }

  /**
   * Rewrites every file that lacks something of the store according to the ledger, regardless of who put it there.
   * Nobody may put meanwhile.
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
   * Makes everything durable that any thread has written, as the sync level requires, and checks the files' lengths.
   * Nobody may write meanwhile.
   *
   * @throws {PersistError} when that fails
   */
  makeAllDurable(): void {
    const { store, ledger, sync } = this.#parts;
    this.layout.makeAllDurable();
    this.layout.checkLengths();
    if (!isSynced(sync)) return;
    for (let shard = 0; shard < store.size.shards; shard++) ledger.recordSynced(shard, ledger.writtenVersion(shard));
  }

  /** Whether {@linkcode Layout.maintain}'s work lags behind what is written. */
  get isBehind(): boolean {
    return this.layout.isBehind;
  }

  /** Does a piece of {@linkcode Layout.maintain}'s work; returns whether there was any. */
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

  /** Returns when it finished, in milliseconds of the clock. */
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
      // From here on this is the older version, the one that is known to be synced.
      this.#versions[i] = ledger.writtenVersion(shard);
      ledger.recordWritten(shard, { version, atMs });
      witnesses?.written.record(shard, version);
      if (this.#sinceMs[i]! > 0) this.meter.countTimeToPersist(atMs - this.#sinceMs[i]!);
    }
    if (!isSynced(sync)) return atMs;
    const isDurable = this.layout.makeDurable();
    if (ledger.hasFailed) throw new AbortError();
    for (let i = 0; i < count; i++) {
      const shard = this.#shards[i]!;
      const version = isDurable ? ledger.writtenVersion(shard) : this.#versions[i]!;
      ledger.recordSynced(shard, version);
      witnesses?.synced.record(shard, version);
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
      witnesses?.written.record(shard, version);
    }
  }
}
