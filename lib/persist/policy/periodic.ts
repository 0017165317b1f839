/**
 * The periodic policy: a put changes memory only, and notes the time if it is its shard's first since the last sweep.
 *
 * @module
 */
import type { Clock } from "../../sync/clock.ts";
import type { Doorbell } from "../../sync/doorbell.ts";
import type { Ledger } from "../ledger.ts";
import type { PutPolicy } from "./put_policy.ts";

/** Leaves all writing to the file worker. */
export class PeriodicPut implements PutPolicy {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #doorbell: Doorbell;

  constructor(parts: { ledger: Ledger; clock: Clock; doorbell: Doorbell }) {
    this.#ledger = parts.ledger;
    this.#clock = parts.clock;
    this.#doorbell = parts.doorbell;
  }

  applied(shard: number): void {
    // Reading the clock costs as much as the put, but happens only once per shard and sweep.
    if (this.#ledger.dirtySinceMs(shard) === 0) this.#ledger.markDirty(shard, this.#clock.nowMs());
  }

  acknowledge(): void {
    // A put is acknowledged at once.
  }

  /** Has the file worker sweep right away, and waits until it has. */
  makeRoom(): void {
    this.#doorbell.ringAndWait();
  }
}
