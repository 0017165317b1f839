/**
 * The error for an entry that no page can hold.
 *
 * @module
 */

/** A put had a key and a value that are too large, together, for a page, which a block of the files holds. */
export class EntryTooLargeError extends RangeError {
  override readonly name = "EntryTooLargeError";

  /** @param sizeBytes of key and value */
  constructor(sizeBytes: number) {
    super(
      `Cannot put a record of ${sizeBytes} bytes: it does not fit into a block, must be given a larger --block-size`,
    );
  }
}
