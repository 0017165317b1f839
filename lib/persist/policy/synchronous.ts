/**
 * The synchronous policy: once a shard's period is over, its next put writes what has changed in its file, including
 * itself.
 *
 * @module
 */
import type { Clock } from "../../sync/clock.ts";
import type { FileLocks } from "../file_locks.ts";
import type { Ledger } from "../ledger.ts";
import type { Writer } from "../writer.ts";
import type { PutPolicy } from "./put_policy.ts";

/** Writes on the load thread, at most once per shard and period. */
export class SynchronousPut implements PutPolicy {
  readonly #parts: {
    ledger: Ledger;
    clock: Clock;
    locks: FileLocks;
    writer: Writer;
    shardsPerFile: number;
    periodMs: number;
  };
  #appliedAtMs = 0;

  constructor(
    parts: {
      ledger: Ledger;
      clock: Clock;
      locks: FileLocks;
      writer: Writer;
      shardsPerFile: number;
      periodMs: number;
    },
  ) {
    this.#parts = parts;
  }

  applied(shard: number): void {
    const { ledger, clock } = this.#parts;
    this.#appliedAtMs = clock.nowMs();
    if (ledger.dirtySinceMs(shard) === 0) ledger.markDirty(shard, this.#appliedAtMs);
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
