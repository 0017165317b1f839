/**
 * The commit policy: a put waits until it is in the file system, and on the device if the sync level requires it.
 *
 * @module
 */
import { AbortError } from "../../sync/abort.ts";
import { isSynced } from "../durability.ts";
import { NO_GROUP } from "../file_locks.ts";
import type { AttachedPersistence, PolicyModule, PutPolicy } from "./policy_module.ts";

/**
 * A put returns only when it is in the file system, and synced as the sync level requires. Puts that wait at the same
 * time share one write and one sync.
 */
export interface CommitPolicy {
  readonly kind: "commit";
  /** How long the thread that writes a file first waits for more puts to join, in microseconds; 0: not at all. */
  readonly commitDelayUs: number;
}

/** Leaves nothing at risk. */
export const COMMIT: PolicyModule<CommitPolicy> = {
  flag: "commitDelayUs",
  optionsOf: (commitDelayUs) => ({ kind: "commit", commitDelayUs }),
  acknowledgesAtOnce: false,
  bound: () => ({ writes: 0, ageMs: 0 }),
  loss: () => "nothing",
  put: ({ commitDelayUs }, attached) => new CommitPut({ ...attached, delayMs: commitDelayUs / 1000 }),
};

/** What a {@linkcode CommitPut} works with. */
export interface CommitParts
  extends Pick<AttachedPersistence, "store" | "ledger" | "clock" | "locks" | "writer" | "shardsPerFile" | "sync"> {
  /** How long the leader waits for others to join, in milliseconds. */
  readonly delayMs: number;
}

/**
 * Group commit. Of the threads whose puts go to one file, the one that finds its lock free leads: it takes everything
 * that has changed, including the others' puts, writes it once and syncs it once. The others sleep until the leader
 * releases the lock. Then those whose puts it has taken return, and of those whose puts came during the write, one is
 * woken and leads next. The idea comes from LevelDB's writer queue (`DBImpl::Write` and `BuildBatchGroup` in
 * `db/db_impl.cc`), the delay from PostgreSQL's `commit_delay`.
 *
 * Invariant: a put is acknowledged only after the ledger says that its version is written, or synced at levels above
 * none. The ledger says so only after a successful write or sync, and never again once one has failed in any thread.
 */
export class CommitPut implements PutPolicy {
  readonly #parts: CommitParts;
  /** What the leader's delay waits on; nobody ever wakes it. */
  readonly #never = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

  /** When the current put was applied, or this thread began to lead if that was later, in milliseconds of the clock. */
  #startedAtMs = 0;
  /** The version of its shard that the current put has made, or has found. */
  #version = 0;

  constructor(parts: CommitParts) {
    this.#parts = parts;
  }

  applied(shard: number): void {
    const { store, ledger, clock } = this.#parts;
    this.#version = store.version(shard);
    this.#startedAtMs = clock.nowMs();
    if (ledger.dirtySinceMs(shard) === 0) ledger.markDirty(shard, this.#startedAtMs);
  }

  unchanged(shard: number): void {
    const { store, clock } = this.#parts;
    this.#version = store.version(shard);
    this.#startedAtMs = clock.nowMs();
  }

  acknowledge(shard: number): void {
    const { store, ledger, locks, shardsPerFile } = this.#parts;
    const version = this.#version;
    const file = Math.floor(shard / shardsPerFile);
    while (this.#committedVersion(shard) < version) {
      if (ledger.hasFailed) throw new AbortError();
      if (locks.tryLock(file) || this.#follow(file, shard, version)) this.#lead(file, shard, version);
    }
    store.lockShard(shard);
    ledger.recordAcknowledged(shard, version);
    store.unlockShard(shard);
  }

  makeRoom(): void {
    this.#parts.writer.writeDirtyFiles();
  }

  /**
   * Writes what has changed in the file, unless the previous leader has just done so. Called with the file's lock,
   * which it releases.
   */
  #lead(file: number, shard: number, version: number): void {
    const { locks, writer, delayMs } = this.#parts;
    try {
      if (this.#committedVersion(shard) >= version) return;
      if (delayMs > 0) Atomics.wait(this.#never, 0, 0, delayMs);
      // Puts that arrive from here on belong to the next turn.
      if (delayMs > 0 || locks.isAwaited(file)) writer.writeLockedFile(file);
      else writer.writeLockedShard(shard, this.#startedAtMs);
    } finally {
      locks.unlock(file);
    }
  }

  /**
   * Waits until the put is committed, or until this thread holds the file's lock; returns true if it holds the lock.
   */
  #follow(file: number, shard: number, version: number): boolean {
    const { locks, ledger, writer, clock } = this.#parts;
    const startedAtMs = this.#startedAtMs;
    const joined = locks.join(file);
    let slept = NO_GROUP;
    try {
      for (;;) {
        const group = locks.group(file, joined);
        const epoch = locks.epoch(file, group);
        if (this.#committedVersion(shard) >= version) return false;
        if (ledger.hasFailed) throw new AbortError();
        if (locks.tryLock(file)) return true;
        slept = group;
        locks.waitForTurn(file, group, epoch);
      }
    } finally {
      locks.leave(file, slept);
      this.#startedAtMs = clock.nowMs();
      writer.blocked.ms += this.#startedAtMs - startedAtMs;
    }
  }

  #committedVersion(shard: number): number {
    const { ledger, sync } = this.#parts;
    return isSynced(sync) ? ledger.syncedVersion(shard) : ledger.writtenVersion(shard);
  }
}
