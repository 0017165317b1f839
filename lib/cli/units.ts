/**
 * Room of the units: numbers as users write them, read strictly. Pure functions; whatever is not plainly of the form
 * they name, or is out of bounds, is `undefined`, never a guess.
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

/** The least and the greatest value allowed, both included; at most 2^53 - 1, so that no value is rounded into them. */
export interface Bounds {
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

function within(value: number, { min, max }: Bounds): number | undefined {
  return value >= min && value <= max ? value : undefined;
}
