/**
 * The periodic policy: a put changes memory only, and notes the time if it is its shard's first since the last flush.
 * The file worker writes what has changed, flush after flush.
 *
 * @module
 */
import type { Clock } from "../../sync/clock.ts";
import type { Doorbell } from "../../sync/doorbell.ts";
import { DRAINING, type Phase, RUNNING } from "../../sync/phase.ts";
import type { Ledger } from "../ledger.ts";
import type { Writer } from "../writer.ts";
import type { FlushCounts, PolicyModule, PutPolicy } from "./policy_module.ts";

/** A put changes memory only; once per period the file worker writes what has changed. */
export interface PeriodicPolicy {
  readonly kind: "periodic";
  /** Time from the start of one flush to the start of the next, in microseconds. */
  readonly flushPeriodUs: number;
}

/**
 * Flushes bound the time that a write is at risk, but not how many writes fall in it. A long flush extends the bound.
 */
export const PERIODIC: PolicyModule<PeriodicPolicy> = {
  flag: "flushPeriodUs",
  optionsOf: (flushPeriodUs) => ({ kind: "periodic", flushPeriodUs }),
  acknowledgesAtOnce: true,

  bound({ flushPeriodUs }, { flushMsMax }) {
    return flushMsMax === undefined ? {} : { ageMs: Math.max(flushPeriodUs / 1000, flushMsMax) + flushMsMax };
  },

  // How long a flush takes is not known beforehand.
  loss: ({ flushPeriodUs }) => `the writes of the last ${flushPeriodUs / 1000} ms and of the time that a flush takes`,
  put: (_, attached) => new PeriodicPut(attached),

  flush({ flushPeriodUs }, attached, phase) {
    const { shards } = attached.store.size;
    return new Flusher({ ...attached, shards, periodMs: flushPeriodUs / 1000, phase }).run();
  },
};

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
    // Reading the clock costs as much as the put, but happens only once per shard and flush.
    if (this.#ledger.dirtySinceMs(shard) === 0) this.#ledger.markDirty(shard, this.#clock.nowMs());
  }

  unchanged(): void {
    // A delete is acknowledged at once, as whatever came before it was.
  }

  acknowledge(): void {
    // A put is acknowledged at once.
  }

  /** Has the file worker flush right away, and waits until it has. */
  makeRoom(): void {
    this.#doorbell.ringAndWait();
  }
}

/** What a {@linkcode Flusher} works with. */
export interface FlusherParts {
  readonly ledger: Ledger;
  readonly writer: Writer;
  readonly clock: Clock;
  /** Rung to request a flush ahead of time. */
  readonly doorbell: Doorbell;
  readonly phase: Phase;
  /** Number of shards. */
  readonly shards: number;
  /** From the start of one flush to the start of the next, in milliseconds. */
  readonly periodMs: number;
}

/**
 * Writes each file with dirty shards once per period, the one with the oldest unpersisted put first. A shard that turns
 * dirty just after its turn waits for the next flush, so no put stays unpersisted for longer than the period plus one
 * flush, or two flushes when a flush takes longer than the period. The time left until the next flush goes to the
 * layout's maintenance.
 */
export class Flusher {
  readonly #parts: FlusherParts;
  readonly #shardsPerFile: number;
  /** The files of a flush that have dirty shards, and since when each has had them. */
  readonly #order: Int32Array<ArrayBuffer>;
  readonly #sinceMs: Float64Array<ArrayBuffer>;

  constructor(parts: FlusherParts) {
    const { files } = parts.writer;
    this.#parts = parts;
    this.#shardsPerFile = parts.shards / files;
    this.#order = new Int32Array(files);
    this.#sinceMs = new Float64Array(files);
  }

  /**
   * Flushes until the run drains.
   *
   * @throws {PersistError} when a write fails
   * @throws {AbortError} when the run fails elsewhere
   */
  run(): FlushCounts {
    const { clock, phase, periodMs, doorbell, writer } = this.#parts;
    let flushes = 0, flushOverruns = 0, flushMsMax = 0;
    while (phase.current < DRAINING) {
      // Flushes during the warm-up do not count.
      const isLoad = phase.current >= RUNNING;
      const { rings } = doorbell;
      const startedAtMs = clock.nowMs();
      this.#flush();
      doorbell.answer();
      // Part of the flush: what it leaves undone would be missing from the time that the next one has.
      while (writer.isBehind && writer.maintain());
      const tookMs = clock.nowMs() - startedAtMs;
      if (isLoad) {
        flushes++;
        flushMsMax = Math.max(flushMsMax, tookMs);
        if (tookMs > periodMs) flushOverruns++;
      }
      this.#rest(startedAtMs + periodMs, rings);
    }
    return { flushes, flushOverruns, flushMsMax };
  }

  /** Does pending maintenance, at least one piece, then sleeps until `untilMs` of the clock or a ring. */
  #rest(untilMs: number, rings: number): void {
    const { clock, phase, doorbell, writer } = this.#parts;
    while (writer.maintain() && clock.nowMs() < untilMs && doorbell.rings === rings) {
      // Each piece is short.
    }
    for (let nowMs = clock.nowMs(); nowMs < untilMs; nowMs = clock.nowMs()) {
      if (phase.current >= DRAINING || doorbell.rings !== rings) return;
      doorbell.sleep(rings, untilMs - nowMs);
    }
  }

  #flush(): void {
    const { ledger, writer, shards } = this.#parts;
    const sinceMs = this.#sinceMs.fill(0);
    let count = 0;
    for (let shard = 0; shard < shards; shard++) {
      const dirtySinceMs = ledger.dirtySinceMs(shard);
      if (dirtySinceMs === 0) continue;
      const file = Math.floor(shard / this.#shardsPerFile);
      if (sinceMs[file] === 0) this.#order[count++] = file;
      if (sinceMs[file] === 0 || dirtySinceMs < sinceMs[file]!) sinceMs[file] = dirtySinceMs;
    }
    const dirty = this.#order.subarray(0, count).sort((a, b) => sinceMs[a]! - sinceMs[b]!);
    for (const file of dirty) writer.writeFile(file);
  }
}
