/**
 * Room of the sweeper: the periodic policy's part of the file worker.
 *
 * @module
 */
import type { Abort } from "../sync/abort.ts";
import type { Clock } from "../sync/clock.ts";
import { DRAINING, type Phase, RUNNING } from "../sync/phase.ts";
import type { Ledger } from "./ledger.ts";
import type { ShardWriter } from "./shard_writer.ts";

/** What a sweeper has done. */
export interface SweepCounts {
  readonly sweeps: number;
  /** Sweeps that took longer than the period, so that the next one began at once. */
  readonly sweepOverruns: number;
  /** The longest sweep, in milliseconds. */
  readonly sweepMsMax: number;
}

/** What a {@linkcode Sweeper} works with. */
export interface SweeperParts {
  readonly ledger: Ledger;
  readonly writer: ShardWriter;
  readonly clock: Clock;
  readonly phase: Phase;
  readonly abort: Abort;
  /** Number of shards. */
  readonly shards: number;
  /** From the start of one sweep to the start of the next, in milliseconds. */
  readonly periodMs: number;
}

/**
 * Writes each dirty shard once per period, the one with the oldest unpersisted put first. A shard that turns dirty just
 * after its turn waits for the next sweep, so no put stays unpersisted for longer than the period plus one sweep, or
 * two sweeps when a sweep takes longer than the period.
 */
export class Sweeper {
  readonly #parts: SweeperParts;
  /** The dirty shards of a sweep, and since when each shard is dirty. */
  readonly #order: Int32Array<ArrayBuffer>;
  readonly #sinceMs: Float64Array<ArrayBuffer>;

  constructor(parts: SweeperParts) {
    this.#parts = parts;
    this.#order = new Int32Array(parts.shards);
    this.#sinceMs = new Float64Array(parts.shards);
  }

  /**
   * Sweeps until the run drains.
   *
   * @throws {AbortError} when the run fails elsewhere
   */
  run(): SweepCounts {
    const { clock, phase, abort, periodMs } = this.#parts;
    let sweeps = 0, sweepOverruns = 0, sweepMsMax = 0;
    while (phase.current < DRAINING) {
      // What a warm-up has swept does not count.
      const isLoad = phase.current >= RUNNING;
      const startedAtMs = clock.nowMs();
      this.#sweep();
      const tookMs = clock.nowMs() - startedAtMs;
      if (isLoad) {
        sweeps++;
        sweepMsMax = Math.max(sweepMsMax, tookMs);
        if (tookMs > periodMs) sweepOverruns++;
      }
      phase.waitFor(DRAINING, abort, periodMs - tookMs);
    }
    return { sweeps, sweepOverruns, sweepMsMax };
  }

  #sweep(): void {
    const { ledger, writer, shards } = this.#parts;
    const sinceMs = this.#sinceMs;
    let count = 0;
    for (let shard = 0; shard < shards; shard++) {
      sinceMs[shard] = ledger.dirtySinceMs(shard);
      if (sinceMs[shard]! > 0) this.#order[count++] = shard;
    }
    const dirty = this.#order.subarray(0, count).sort((a, b) => sinceMs[a]! - sinceMs[b]!);
    for (const shard of dirty) writer.flushShard(shard);
  }
}
