/**
 * What one thread of a child wrote, regenerated from its load.
 *
 * @module
 */
import type { NumberedLoad, NumberedOperations } from "../load/numbered_load.ts";
import { DELETE } from "../load/operation.ts";
import { checksumOf } from "./found_records.ts";

/** A child's load, which determines its operations. */
export interface LaneOptions {
  readonly load: NumberedLoad;
  readonly seed: number;
  readonly round: number;
  readonly thread: number;
  readonly threads: number;
}

/** A thread's puts and deletes, of which the first is number 1, as far as they have been asked for. */
export class LaneWrites {
  readonly #operations: NumberedOperations;
  #records = new Int32Array(1024);
  #checksums = new Int32Array(1024);
  #deletes = new Uint8Array(1024);
  #count = 0;

  constructor({ load, seed, ...place }: LaneOptions) {
    this.#operations = load.operations(seed, place);
  }

  /** Regenerates the writes up to this number, which can then be asked for. */
  reach(count: number): void {
    if (count > this.#records.length) {
      const length = Math.max(count, 2 * this.#records.length);
      this.#records = grown(this.#records, new Int32Array(length));
      this.#checksums = grown(this.#checksums, new Int32Array(length));
      this.#deletes = grown(this.#deletes, new Uint8Array(length));
    }
    const operations = this.#operations;
    for (; this.#count < count; this.#count++) {
      operations.nextWrite();
      this.#records[this.#count] = operations.record;
      const isDelete = operations.kind === DELETE;
      this.#deletes[this.#count] = Number(isDelete);
      this.#checksums[this.#count] = isDelete ? 0 : checksumOf(operations.value);
    }
  }

  /** The record that a write was to. */
  record(sequence: number): number {
    return this.#records[sequence - 1]!;
  }

  /** Whether a write removed its record. */
  isDelete(sequence: number): boolean {
    return this.#deletes[sequence - 1] === 1;
  }

  /** Whether a write put a value with this checksum under this record. */
  hasPut(sequence: number, record: number, checksum: number): boolean {
    if (sequence < 1 || sequence > this.#count || this.isDelete(sequence)) return false;
    return this.record(sequence) === record && this.#checksums[sequence - 1] === checksum;
  }
}

function grown<T extends Int32Array | Uint8Array>(array: T, larger: T): T {
  larger.set(array);
  return larger;
}
