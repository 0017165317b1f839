/**
 * Reads JSON that kvlab has written, or someone's editor since.
 *
 * @module
 */

/** Deeper than anything that kvlab reads is nested; much deeper, and looking at it would overflow the stack. */
const DEPTH_MAX = 100;

/** What some editors put at the start of a text. */
const BYTE_ORDER_MARK = "\uFEFF";

/**
 * The value of a text, which may begin with a byte-order mark.
 *
 * @throws {SyntaxError} when it is not JSON
 * @throws {RangeError} when it is nested too deeply; the message says so
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
  let depth = 0;
  for (let inside = [value]; inside.length > 0; depth++) {
    if (depth > DEPTH_MAX) throw new RangeError(`it is nested more than ${DEPTH_MAX} deep`);
    inside = inside.flatMap((value) => typeof value === "object" && value !== null ? Object.values(value) : []);
  }
  return value;
}
