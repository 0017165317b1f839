/**
 * Constant texts in CBOR.
 *
 * @module
 */

/** The major type, already shifted into place above the argument. */
const TEXT = 0x60;

const ascii = new TextEncoder();

/** A text of at most 23 ASCII characters, with its head. */
export function shortText(text: string): Uint8Array {
  return Uint8Array.of(TEXT | text.length, ...ascii.encode(text));
}
