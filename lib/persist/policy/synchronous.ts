/**
 * The synchronous policy: once its period is over, a put writes what has changed of its file, itself included.
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
      // Another thread may have written the file, this put included, while this one waited for its lock.
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
