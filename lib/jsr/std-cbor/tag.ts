/**
 * A tagged value, as `@std/cbor` has it.
 *
 * @module
 */
import type { CborType } from "./types.ts";

/** A value with a number that says what it means; the numbers are registered with IANA. */
export class CborTag<T extends CborType> {
  /** The tag's number, from 0 to 2^64 - 1. */
  tagNumber: number | bigint;
  /** The value that it tags. */
  tagContent: T;

  /** Tags the value with the number. */
  constructor(tagNumber: number | bigint, tagContent: T) {
    this.tagNumber = tagNumber;
    this.tagContent = tagContent;
  }
}
