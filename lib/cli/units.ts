/**
 * Strict readers for numbers with units. Whatever is not plainly of the form that they name, or is out of bounds, is
 * `undefined`, never a guess.
 *
 * @module
 */

/** The bytes of each unit of a size, in the order shown to users. */
const BYTES_BY_UNIT: ReadonlyMap<string, number> = new Map([
  ["B", 1],
  ["kB", 10 ** 3],
  ["KiB", 2 ** 10],
  ["MB", 10 ** 6],
  ["MiB", 2 ** 20],
  ["GB", 10 ** 9],
  ["GiB", 2 ** 30],
]);

/** The units of a size, in the order shown to users. */
export const SIZE_UNITS: readonly string[] = [...BYTES_BY_UNIT.keys()];

/** The zeros of each unit of a count; none for plain ones. */
const ZEROS_BY_UNIT: ReadonlyMap<string, number> = new Map([["", 0], ["k", 3], ["M", 6]]);

/** Milliseconds per unit of a duration, as a power of ten and a factor. */
const MS_BY_UNIT: ReadonlyMap<string, { readonly zeros: number; readonly factor: number }> = new Map([
  ["ms", { zeros: 0, factor: 1 }],
  ["s", { zeros: 3, factor: 1 }],
  ["m", { zeros: 3, factor: 60 }],
]);

/** The units of a duration, in the order shown to users. */
export const DURATION_UNITS: readonly string[] = [...MS_BY_UNIT.keys()];

/** The least and the greatest value allowed, both included; at most 2^53 - 1, so that no value is rounded into them. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** The least and the greatest of several sizes, in bytes, both included. */
export interface ByteRange {
  readonly min: number;
  readonly max: number;
}

/**
 * Reads a whole number in plain decimal digits: no sign, exponent, separator, space or other base.
 *
 * @returns the number, or `undefined` when the text is none or it is out of bounds
 */
export function parseWholeNumber(text: string, bounds: Bounds): number | undefined {
  if (!/^\d+$/.test(text)) return undefined;
  return within(Number(text), bounds);
}

/**
 * Reads a count, such as `65536`, `10k` or `1.5M`: decimal digits, then `k` for thousands, `M` for millions or nothing. A
 * fraction needs a unit that makes it whole.
 *
 * @returns the number, or `undefined` when the text is none or it is out of bounds
 */
export function parseCount(text: string, bounds: Bounds): number | undefined {
  const match = /^(\d+)(?:\.(\d+))?([A-Za-z]?)$/.exec(text);
  if (match === null) return undefined;
  const [, digits, fraction, unit = ""] = match;
  const zeros = ZEROS_BY_UNIT.get(unit);
  if (zeros === undefined || (fraction !== undefined && zeros === 0)) return undefined;
  // In the text, because a number would round a fraction that is too long into a whole one.
  const decimals = (fraction ?? "").replace(/0+$/, "");
  if (decimals.length > zeros) return undefined;
  return within(Number(`${digits}.${decimals}e${zeros}`), bounds);
}

/**
 * Reads a share from 0 to 1, both included, such as `0.95`: decimal digits, with or without a fraction.
 *
 * @returns the share, or `undefined` when the text is none
 */
export function parseShare(text: string): number | undefined {
  return /^(0(\.\d+)?|1(\.0+)?)$/.test(text) ? Number(text) : undefined;
}

/**
 * Reads a duration, such as `500ms`, `1.5s` or `1m`: decimal digits, with or without a fraction, then one of
 * {@linkcode DURATION_UNITS}.
 *
 * @returns the duration in milliseconds, or `undefined` when the text is none or it is out of bounds (in milliseconds)
 */
export function parseDuration(text: string, bounds: Bounds): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([A-Za-z]+)$/.exec(text);
  if (match === null) return undefined;
  const [, number, unit = ""] = match;
  const unitMs = MS_BY_UNIT.get(unit);
  if (unitMs === undefined) return undefined;
  // The decimal point shifted in the text, as in `parseSeconds`.
  return within(Number(`${number}e${unitMs.zeros}`) * unitMs.factor, bounds);
}

/**
 * Reads a duration in seconds, such as `10` or `0.5`: decimal digits, with or without a fraction.
 *
 * @returns the duration in milliseconds, or `undefined` when the text is none, it is zero, or it exceeds `maxMs`
 */
export function parseSeconds(text: string, { maxMs }: { readonly maxMs: number }): number | undefined {
  if (!/^\d+(\.\d+)?$/.test(text)) return undefined;
  // Shifts the decimal point in the text: multiplying by 1000 would make 1.005 s into 1004.9999999999999 ms.
  const durationMs = Number(`${text}e3`);
  return durationMs > 0 && durationMs <= maxMs ? durationMs : undefined;
}

/**
 * Reads a size, such as `65536`, `64KiB` or `1GB`: decimal digits, then one of {@linkcode SIZE_UNITS} as spelled there,
 * or none for bytes.
 *
 * @returns the size in bytes, or `undefined` when the text is none or it is out of bounds (in bytes)
 */
export function parseByteSize(text: string, bounds: Bounds): number | undefined {
  const match = /^(\d+)([A-Za-z]*)$/.exec(text);
  if (match === null) return undefined;
  const [, digits, unit] = match;
  const unitBytes = BYTES_BY_UNIT.get(unit || "B");
  if (unitBytes === undefined) return undefined;
  return within(Number(digits) * unitBytes, bounds);
}

/**
 * Reads one size, or the least and the greatest of several, such as `64-1KiB`: one or two sizes as
 * {@linkcode parseByteSize} reads them.
 *
 * @returns both in bytes, or `undefined` when the text is neither, they are the wrong way round, or one is out of bounds
 */
export function parseByteRange(text: string, bounds: Bounds): ByteRange | undefined {
  const [first = "", last = first, ...others] = text.split("-");
  const min = parseByteSize(first, bounds);
  const max = parseByteSize(last, bounds);
  if (min === undefined || max === undefined || min > max || others.length > 0) return undefined;
  return { min, max };
}

function within(value: number, { min, max }: Bounds): number | undefined {
  return value >= min && value <= max ? value : undefined;
}
