/**
 * The kinds of values that several flags take: what is allowed, how it is parsed, and how results give it.
 *
 * @module
 */
import {
  type Bounds,
  formatSize,
  parseByteSize,
  parseCount,
  parseDuration,
  parsePercentage,
  parseWholeNumber,
  secondsOf,
  SIZE_UNITS,
} from "./units.ts";
import { listNames } from "./wording.ts";

/** A whole number in plain digits. */
export function wholeNumber(bounds: Bounds) {
  return {
    allowed: `a whole number from ${bounds.min} to ${bounds.max}`,
    parse: (text: string) => parseWholeNumber(text, bounds),
  };
}

/** One of the given names. */
export function oneOf<Name extends string>(names: readonly Name[]) {
  return {
    placeholder: names.join("|"),
    allowed: listNames(names),
    choices: names,
    parse: (text: string): Name | undefined => names.find((name) => name === text),
  };
}

/** Stands for bytes that are not UTF-8 in an argument; a file named with it could never be found. */
const NOT_UTF8 = "\ufffd";

/** Any path. */
export function path(allowed: string) {
  return { allowed, parse: (text: string) => text.includes(NOT_UTF8) ? undefined : text };
}

/** A percentage. Its value is a share: 0.03 for 3%. */
export function percentage({ maxPercent, example }: { readonly maxPercent: number; readonly example: string }) {
  return {
    placeholder: "PERCENT",
    allowed: `a percentage from 0% to ${maxPercent}%, such as ${example}`,
    parse: (text: string) => parsePercentage(text, { maxPercent }),
  };
}

/** A count, optionally in thousands or millions. */
export function count(bounds: Bounds, { example }: { readonly example: string }) {
  return {
    placeholder: "N",
    allowed: `a count from ${bounds.min} to ${bounds.max}, such as ${example} (k: thousands, M: millions)`,
    parse: (text: string) => parseCount(text, bounds),
  };
}

const DAY_MS = 86_400_000;

/** A duration of up to a day. Its value is in milliseconds. */
export function duration({ min, minMs }: { min: string; minMs: number }, { example }: { readonly example: string }) {
  return {
    placeholder: "TIME",
    allowed: `a duration from ${min} to a day in ms, s or m, such as ${example}`,
    suffix: "_sec",
    text: (ms: number) => `${Number(ms.toFixed(6))}ms`,
    toJson: secondsOf,
    parse: (text: string) => parseDuration(text, { min: minMs, max: DAY_MS }),
  };
}

const IN_BYTES = { suffix: "_bytes", text: formatSize } as const;

/** A size. Its value is in bytes. */
export function size(
  bounds: { readonly min: string; readonly max: string },
  { example }: { readonly example: string },
) {
  return {
    placeholder: "SIZE",
    allowed: `${sizeAllowed(bounds)}, such as ${example}`,
    ...IN_BYTES,
    parse: (text: string) => parseByteSize(text, sizeBounds(bounds)),
  };
}

/** A size that is a power of two. Its value is in bytes. */
export function powerOfTwoSize(bounds: { readonly min: string; readonly max: string }) {
  return {
    placeholder: "SIZE",
    allowed: `a power of two from ${bounds.min} to ${bounds.max} in ${listNames(SIZE_UNITS)}`,
    ...IN_BYTES,
    parse(text: string): number | undefined {
      const value = parseByteSize(text, sizeBounds(bounds));
      return value !== undefined && Number.isInteger(Math.log2(value)) ? value : undefined;
    },
  };
}

/** The sizes that the bounds allow, as errors put it. */
export function sizeAllowed({ min, max }: { readonly min: string; readonly max: string }): string {
  return `a size from ${min} to ${max} in ${listNames(SIZE_UNITS)}`;
}

/** The bounds in bytes. */
export function sizeBounds({ min, max }: { readonly min: string; readonly max: string }): Bounds {
  return { min: exactBytes(min), max: exactBytes(max) };
}

function exactBytes(text: string): number {
  const bytes = parseByteSize(text, { min: 0, max: Number.MAX_SAFE_INTEGER });
  if (bytes === undefined) throw new RangeError(`Cannot bound a size by ${text}: it is not a size`);
  return bytes;
}
