/**
 * Records what one lane of a load has put: in memory, because here the load outlives what is killed.
 *
 * @module
 */
import type { FoundRecords } from "./found_records.ts";

/** What became of a lane's puts. */
export interface PutOutcome {
  readonly acknowledged: number;
  /** Puts that failed; they may have taken effect all the same. */
  readonly refused: number;
  /** Acknowledged puts that are gone: their record holds an older put, or nothing. */
  readonly lost: number;
  /** When the oldest lost put was acknowledged; Infinity if none is lost. */
  readonly oldestLostAtMs: number;
  /** Refused puts that are there. */
  readonly neverAcknowledged: number;
  /** Lost puts whose lane has a later one that survived. */
  readonly holes: number;
}

/** The puts of one lane, in order, numbered from 1. */
export class PutLog {
  readonly #records: number[] = [];
  /** When each was acknowledged, in milliseconds; NaN if refused. */
  readonly #acknowledgedAtMs: number[] = [];

  acknowledged(record: number, atMs: number): void {
    this.#records.push(record);
    this.#acknowledgedAtMs.push(atMs);
  }

  refused(record: number): void {
    this.#records.push(record);
    this.#acknowledgedAtMs.push(NaN);
  }

  /** Looks up what became of each put of the round. */
  outcome(found: Pick<FoundRecords, "rounds" | "sequences">, round: number): PutOutcome {
    const survivors = this.#records.map((record) => found.rounds[record] === round ? found.sequences[record]! : 0);
    const latestSurvivor = survivors.reduce((latest, survivor) => Math.max(latest, survivor), 0);
    let acknowledged = 0, refused = 0, lost = 0, oldestLostAtMs = Infinity, neverAcknowledged = 0, holes = 0;
    for (const [index, survivor] of survivors.entries()) {
      const sequence = index + 1;
      const atMs = this.#acknowledgedAtMs[index]!;
      if (Number.isNaN(atMs)) {
        refused++;
        if (survivor === sequence) neverAcknowledged++;
        continue;
      }
      acknowledged++;
      if (survivor >= sequence) continue;
      lost++;
      oldestLostAtMs = Math.min(oldestLostAtMs, atMs);
      if (sequence < latestSurvivor) holes++;
    }
    return { acknowledged, refused, lost, oldestLostAtMs, neverAcknowledged, holes };
  }
}
