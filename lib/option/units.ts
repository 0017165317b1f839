/**
 * Strict parsers for numbers with units. Anything malformed or out of bounds is `undefined`, never a guess.
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

/** How many zeros each unit of a count stands for. */
const ZEROS_BY_UNIT: ReadonlyMap<string, number> = new Map([["", 0], ["k", 3], ["M", 6]]);

/** Milliseconds per unit of a duration, as a power of ten and a factor. */
const MS_BY_UNIT: ReadonlyMap<string, { readonly zeros: number; readonly factor: number }> = new Map([
  ["ms", { zeros: 0, factor: 1 }],
  ["s", { zeros: 3, factor: 1 }],
  ["m", { zeros: 3, factor: 60 }],
]);

/** The units of a duration, in the order shown to users. */
export const DURATION_UNITS: readonly string[] = [...MS_BY_UNIT.keys()];

/**
 * The least and the greatest value allowed, both inclusive; at most 2^53 - 1, so that no value is rounded into range.
 */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** The smallest and the largest of several sizes, in bytes, both inclusive. */
export interface ByteRange {
  readonly min: number;
  readonly max: number;
}

/**
 * Parses a whole number in plain decimal digits: no sign, exponent, separator, space or other base.
 *
 * @returns the number, or `undefined` if the text is malformed or out of bounds
 */
export function parseWholeNumber(text: string, bounds: Bounds): number | undefined {
  if (!/^\d+$/.test(text)) return undefined;
  return within(Number(text), bounds);
}

/**
 * Parses a count, such as `65536`, `10k` or `1.5M`: decimal digits, then `k` for thousands, `M` for millions or
 * nothing. A fraction needs a unit that makes it whole.
 *
 * @returns the number, or `undefined` if the text is malformed or out of bounds
 */
export function parseCount(text: string, bounds: Bounds): number | undefined {
  const match = /^(\d+)(?:\.(\d+))?([A-Za-z]?)$/.exec(text);
  if (match === null) return undefined;
  const [, digits, fraction, unit = ""] = match;
  const zeros = ZEROS_BY_UNIT.get(unit);
  if (zeros === undefined || (fraction !== undefined && zeros === 0)) return undefined;
  // Shifted in the text, because a number would round an overlong fraction to a whole number.
  const decimals = (fraction ?? "").replace(/0+$/, "");
  if (decimals.length > zeros) return undefined;
  return within(Number(`${digits}.${decimals}e${zeros}`), bounds);
}

/**
 * Parses a share from 0 to 1, both inclusive, such as `0.95`: decimal digits, with or without a fraction.
 *
 * @returns the share, or `undefined` if the text is malformed
 */
export function parseShare(text: string): number | undefined {
  return /^(0(\.\d+)?|1(\.0+)?)$/.test(text) ? Number(text) : undefined;
}

/** Parses a number in decimal digits, such as `2` or `0.5`; `undefined` if the text is malformed or out of bounds. */
export function parseDecimal(text: string, { min, max }: Bounds): number | undefined {
  if (!/^\d{1,15}(\.\d{1,15})?$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}

/**
 * Parses a percentage, such as `3%` or `0.5%`: decimal digits, with or without a fraction, then `%`.
 *
 * @returns the share, such as 0.03, or `undefined` if the text is malformed or more than `maxPercent`
 */
export function parsePercentage(text: string, { maxPercent }: { readonly maxPercent: number }): number | undefined {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  if (percent === undefined || Number(percent) > maxPercent) return undefined;
  // The decimal point is shifted in the text, as in `parseSeconds`.
  return Number(`${percent}e-2`);
}

/**
 * Parses a duration, such as `500ms`, `1.5s` or `1m`: decimal digits, with or without a fraction, then one of
 * {@linkcode DURATION_UNITS}.
 *
 * @returns the duration in milliseconds, or `undefined` if the text is malformed or out of bounds (in milliseconds)
 */
export function parseDuration(text: string, bounds: Bounds): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([A-Za-z]+)$/.exec(text);
  if (match === null) return undefined;
  const [, number, unit = ""] = match;
  const unitMs = MS_BY_UNIT.get(unit);
  if (unitMs === undefined) return undefined;
  // The decimal point is shifted in the text, as in `parseSeconds`.
  return within(Number(`${number}e${unitMs.zeros}`) * unitMs.factor, bounds);
}

/**
 * Parses a duration in seconds, such as `10` or `0.5`: decimal digits, with or without a fraction.
 *
 * @returns the duration in milliseconds, or `undefined` if the text is malformed, zero, or more than `maxMs`
 */
export function parseSeconds(text: string, { maxMs }: { readonly maxMs: number }): number | undefined {
  if (!/^\d+(\.\d+)?$/.test(text)) return undefined;
  // Shifts the decimal point in the text: multiplying by 1000 would turn 1.005 s into 1004.9999999999999 ms.
  const durationMs = Number(`${text}e3`);
  return durationMs > 0 && durationMs <= maxMs ? durationMs : undefined;
}

/**
 * Parses a size, such as `65536`, `64KiB` or `1GB`: decimal digits, then one of {@linkcode SIZE_UNITS} as spelled
 * there, or nothing for bytes.
 *
 * @returns the size in bytes, or `undefined` if the text is malformed or out of bounds (in bytes)
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
 * Parses one size, or a range such as `64-1KiB`: one or two sizes as {@linkcode parseByteSize} takes them.
 *
 * @returns both ends in bytes, or `undefined` if the text is malformed, the range is reversed, or an end is out of
 * bounds
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

/** The units of a size, largest first, so that the first one that divides a size gives its shortest exact form. */
const BY_FALLING_SIZE = [...BYTES_BY_UNIT].sort(([, one], [, other]) => other - one);

/** A size in bytes, exactly, in the largest unit that gives a whole number: `256MiB`, `100MB`, `1000B`. */
export function formatSize(sizeBytes: number): string {
  const [unit, unitBytes] = BY_FALLING_SIZE.find(([, size]) => sizeBytes >= size && sizeBytes % size === 0) ?? ["B", 1];
  return `${sizeBytes / unitBytes}${unit}`;
}

/** A duration in milliseconds as seconds, rounded to the nanosecond to remove binary noise. */
export function secondsOf(durationMs: number): number {
  return Math.round(durationMs * 1e6) / 1e9;
}
