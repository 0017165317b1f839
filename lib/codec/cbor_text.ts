/**
 * Heads and constant texts in CBOR.
 *
 * @module
 */

/** The major type, already shifted into place above the argument. */
const TEXT = 0x60;
/** The greatest argument that is in the head itself. */
const DIRECT_MAX = 23;

const ascii = new TextEncoder();

/** A text of at most 23 ASCII characters, with its head. */
export function shortText(text: string): Uint8Array {
  return Uint8Array.of(TEXT | text.length, ...ascii.encode(text));
}

/** Writes the shortest head for an argument of 32 bits; returns the position after it. */
export function writeHead(view: DataView<ArrayBuffer>, position: number, major: number, argument: number): number {
  if (argument <= DIRECT_MAX) {
    view.setUint8(position, major | argument);
    return (position + 1) | 0;
  }
  if (argument <= 0xff) {
    view.setUint8(position, major | 24);
    view.setUint8((position + 1) | 0, argument);
    return (position + 2) | 0;
  }
  if (argument <= 0xffff) {
    view.setUint8(position, major | 25);
    view.setUint16((position + 1) | 0, argument);
    return (position + 3) | 0;
  }
  view.setUint8(position, major | 26);
  view.setUint32((position + 1) | 0, argument);
  return (position + 5) | 0;
}
