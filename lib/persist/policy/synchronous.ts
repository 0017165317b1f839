/**
 * The synchronous policy: once a shard's period is over, its next put writes what has changed in its file, including
 * itself.
 *
 * @module
 */
import type { AttachedPersistence, PolicyModule, PutPolicy } from "./policy_module.ts";

/** A put changes memory; if a period has passed since the shard's last write, it also writes what has changed. */
export interface SynchronousPolicy {
  readonly kind: "synchronous";
  /** Least time between two writes of one shard, in microseconds. */
  readonly writePeriodUs: number;
}

/** Bounds nothing: a shard is written at its next put, which may never come. */
export const SYNCHRONOUS: PolicyModule<SynchronousPolicy> = {
  flag: "writePeriodUs",
  optionsOf: (writePeriodUs) => ({ kind: "synchronous", writePeriodUs }),
  acknowledgesAtOnce: true,
  bound: () => ({}),
  loss: () => "what came since each file's last write, however long ago",
  put: ({ writePeriodUs }, attached) => new SynchronousPut({ ...attached, periodMs: writePeriodUs / 1000 }),
};

/** What a {@linkcode SynchronousPut} works with. */
export interface SynchronousParts
  extends Pick<AttachedPersistence, "ledger" | "clock" | "locks" | "writer" | "shardsPerFile"> {
  readonly periodMs: number;
}

/** Writes on the load thread, at most once per shard and period. */
export class SynchronousPut implements PutPolicy {
  readonly #parts: SynchronousParts;
  #appliedAtMs = 0;

  constructor(parts: SynchronousParts) {
    this.#parts = parts;
  }

  applied(shard: number): void {
    const { ledger, clock } = this.#parts;
    this.#appliedAtMs = clock.nowMs();
    if (ledger.dirtySinceMs(shard) === 0) ledger.markDirty(shard, this.#appliedAtMs);
  }

  unchanged(): void {
    // Nothing is due for it, as nothing was for whatever came before it.
    this.#appliedAtMs = -Infinity;
  }

  acknowledge(shard: number): void {
    if (!this.#isDue(shard)) return;
    const { locks, writer, shardsPerFile } = this.#parts;
    const file = Math.floor(shard / shardsPerFile);
    locks.lock(file, writer.blocked);
    try {
      // While this thread waited for the lock, another may have written the file, including this put.
      if (this.#isDue(shard)) writer.writeLockedFile(file);
    } finally {
      locks.unlock(file);
    }
  }

  makeRoom(): void {
    this.#parts.writer.writeDirtyFiles();
  }

  #isDue(shard: number): boolean {
    return this.#appliedAtMs - this.#parts.ledger.writtenAtMs(shard) >= this.#parts.periodMs;
  }
}
