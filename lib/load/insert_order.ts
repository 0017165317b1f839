/**
 * Determines which record a thread inserts next.
 *
 * @module
 */

/**
 * The records that one thread inserts. The threads take turns over the records after those that exist before the load,
 * so they never insert the same record and need not know how far the others are.
 */
export class InsertOrder {
  readonly #first: number;
  readonly #step: number;
  readonly #end: number;

  /**
   * @param options.keyCount number of records that exist before the load
   * @param options.keyCountMax number of records that there is room for, below 2^31
   * @param options.thread index of the thread, from 0
   * @param options.threads number of threads
   */
  constructor(options: { keyCount: number; keyCountMax: number; thread: number; threads: number }) {
    this.#first = options.keyCount + options.thread;
    this.#step = options.threads;
    this.#end = options.keyCountMax;
  }

  /**
   * The record of the thread's insert `i`, from 0.
   *
   * @throws {RecordsUsedUpError} when there is no room for it
   */
  record(i: number): number {
    const record = this.#first + this.#step * i;
    if (record >= this.#end) throw new RecordsUsedUpError(this.#end);
    return record;
  }
}

/** The load would insert one record more than there is room for. */
export class RecordsUsedUpError extends RangeError {
  override readonly name = "RecordsUsedUpError";

  /** @param keyCountMax number of records that there was room for */
  constructor(keyCountMax: number) {
    super(
      `Cannot insert another record: there was room for ${keyCountMax}, ` +
        `must be given a larger --max-keys, or fewer operations`,
    );
  }
}
