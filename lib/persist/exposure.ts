/**
 * The exposure gauges: how much acknowledged data a crash would lose at this moment.
 *
 * @module
 */
import type { SharedStore } from "../store/shared_store.ts";
import type { Clock } from "../sync/clock.ts";
import type { Ledger } from "./ledger.ts";
import { type PersistencePolicy, policyOf } from "./policy/policies.ts";
import type { WriteQueue } from "./write_queue.ts";

/** The kinds of crash that are gauged, by the names of their promises. */
export type GaugedCrash = "processCrash" | "powerLoss";

/** What one kind of crash would lose. */
export interface Exposure {
  /** Acknowledged writes that would be lost. */
  writes: number;
  /** Age of the oldest of them, in milliseconds; 0 when there is none. */
  ageMs: number;
  /** The shard that would lose the most, and how many of these writes it would lose. */
  worstShard: number;
  worstShardWrites: number;
}

/**
 * Reads the gauges for a crash of the process, which loses what is not in the file system, and for a power loss, which
 * loses what is not synced to the device.
 *
 * Takes no lock: each shard's figures are those of some moment during the reading. A put counts as soon as it is
 * applied, so the gauge never reads too low; it may read too high by one write per load thread.
 */
export class ExposureGauge {
  readonly #store: SharedStore;
  readonly #ledger: Ledger;
  readonly #queue: WriteQueue | undefined;
  readonly #clock: Clock;
  readonly #acknowledgesAtOnce: boolean;

  /**
   * @param parts `policy` decides whether a put is acknowledged when it is applied, or later, when the ledger says so
   */
  constructor(
    parts: {
      store: SharedStore;
      ledger: Ledger;
      queue: WriteQueue | undefined;
      clock: Clock;
      policy: PersistencePolicy;
    },
  ) {
    this.#store = parts.store;
    this.#ledger = parts.ledger;
    this.#queue = parts.queue;
    this.#clock = parts.clock;
    this.#acknowledgesAtOnce = policyOf(parts.policy).acknowledgesAtOnce;
  }

  /**
   * What a crash would lose: one of the process, puts that are acknowledged, but not yet serialized, still queued, or
   * being written; a power loss, puts that are acknowledged, but not synced.
   */
  read(crash: GaugedCrash, out: Exposure): void {
    const store = this.#store;
    const ledger = this.#ledger;
    out.writes = 0;
    out.worstShard = 0;
    out.worstShardWrites = 0;
    let oldestMs = Infinity;
    for (let shard = 0; shard < store.size.shards; shard++) {
      // Read before the version, which only grows, so that a put in between makes the gauge too high rather than too
      // low. JavaScript does not guarantee the order of plain reads; if the machine swaps them, one sample misses the
      // puts of that instant.
      const safeVersion = crash === "processCrash" ? ledger.writtenVersion(shard) : ledger.syncedVersion(shard);
      const acknowledged = this.#acknowledgesAtOnce ? store.version(shard) : ledger.acknowledgedVersion(shard);
      const writes = Math.max(0, acknowledged - safeVersion);
      if (writes === 0) continue;
      out.writes += writes;
      if (writes > out.worstShardWrites) {
        out.worstShard = shard;
        out.worstShardWrites = writes;
      }
      // In the order in which puts move on: what moves meanwhile is seen before or after, or both, but never missed.
      const waitingMs = this.#queue?.queuedSinceMs(shard) ?? ledger.dirtySinceMs(shard);
      const queueTakenMs = this.#queue?.takenSinceMs(shard) ?? 0;
      const takenMs = ledger.takenSinceMs(shard);
      const syncingMs = crash === "powerLoss" ? ledger.syncingSinceMs(shard) : 0;
      const sinceMs = syncingMs || takenMs || queueTakenMs || waitingMs;
      if (sinceMs > 0) oldestMs = Math.min(oldestMs, sinceMs);
    }
    out.ageMs = oldestMs === Infinity ? 0 : Math.max(0, this.#clock.nowMs() - oldestMs);
  }
}
