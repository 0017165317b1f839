/**
 * A load whose writes are written down, so that a test can say which of them survived.
 *
 * @module
 */
import type { NumberedLoad, NumberedOperations } from "../../lib/load/numbered_load.ts";
import { NumberedMix } from "../../lib/load/numbered_load.ts";
import { formatNumberedValue, NUMBERED_SEED_MIX, type NumberedPlace } from "../../lib/load/numbered_workload.ts";
import { DELETE, UPDATE } from "../../lib/load/operation.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";

/** A put of a record, or its delete. */
export interface ScriptedWrite {
  readonly record: number;
  readonly isDelete: boolean;
}

/** Writes by thread. As in a mix, record `i` belongs to thread `i` modulo their number. */
export class ScriptedLoad extends NumberedMix implements NumberedLoad {
  readonly #writes: readonly (readonly ScriptedWrite[])[];

  constructor(records: number, writes: readonly (readonly ScriptedWrite[])[]) {
    super({ ...NUMBERED_SEED_MIX, keyCount: records, keyCountMax: records });
    this.#writes = writes;
  }

  override operations(_seed: number, place: NumberedPlace): NumberedOperations {
    return new ScriptedOperations(this.#writes[place.thread] ?? [], place);
  }
}

class ScriptedOperations implements NumberedOperations {
  readonly key = new PaddedBytes(0);
  readonly value = new PaddedBytes(64);
  record = 0;
  kind = UPDATE;
  readonly #writes: readonly ScriptedWrite[];
  readonly #place: NumberedPlace;
  #sequence = 0;

  constructor(writes: readonly ScriptedWrite[], place: NumberedPlace) {
    this.#writes = writes;
    this.#place = place;
  }

  next(): void {
    const write = this.#writes[this.#sequence++];
    if (write === undefined) throw new Error("Cannot go on: the script has ended");
    this.record = write.record;
    this.kind = write.isDelete ? DELETE : UPDATE;
    this.value.setString(valueOf(this.#place, this.#sequence));
  }

  nextWrite(): void {
    this.next();
  }
}

/** What put number `sequence` puts. */
export function valueOf({ round, thread }: Omit<NumberedPlace, "threads">, sequence: number): string {
  return formatNumberedValue({ round, thread, sequence });
}
