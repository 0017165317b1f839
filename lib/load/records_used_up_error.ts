/**
 * The error for a load that has inserted all the records that there is room for.
 *
 * @module
 */

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
