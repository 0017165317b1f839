/**
 * The error for an entry that no page can hold.
 *
 * @module
 */

/** A put's key and value are together too large for a page, which one block of the files must hold. */
export class EntryTooLargeError extends RangeError {
  override readonly name = "EntryTooLargeError";

  /** @param sizeBytes total size of key and value */
  constructor(sizeBytes: number) {
    super(
      `Cannot put a record of ${sizeBytes} bytes: it does not fit into a block, must be given a larger --block-size`,
    );
  }
}
