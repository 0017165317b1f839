/**
 * The formatting that the reports share: numbers and texts as a person reads them.
 *
 * @module
 */

/** The units of a size, the largest first, so that the first one that divides a size gives its shortest exact form. */
const SIZE_UNITS = [
  ["TiB", 2 ** 40],
  ["TB", 10 ** 12],
  ["GiB", 2 ** 30],
  ["GB", 10 ** 9],
  ["MiB", 2 ** 20],
  ["MB", 10 ** 6],
  ["KiB", 2 ** 10],
  ["kB", 10 ** 3],
] as const;

/** A duration in milliseconds as seconds, rounded to the nanosecond: no binary noise in what is shown. */
export function secondsOf(durationMs: number): number {
  return Math.round(durationMs * 1e6) / 1e9;
}

/** A duration in milliseconds as microseconds, rounded to the nanosecond. */
export function microsecondsOf(durationMs: number): number {
  return Math.round(durationMs * 1e6) / 1e3;
}

/** A duration in milliseconds as the decimal digits of its seconds, such as `10.000090816`, without trailing zeros. */
export function formatSeconds(durationMs: number): string {
  return secondsOf(durationMs).toFixed(9).replace(/\.?0+$/, "");
}

/** A rate with two decimals, such as `170849.75`. */
export function formatRate(perSecond: number): string {
  return perSecond.toFixed(2);
}

/** A size in bytes, exactly, in the largest unit that gives a whole number: `256MiB`, `100MB`, `1000B`. */
export function formatSize(sizeBytes: number): string {
  for (const [unit, unitBytes] of SIZE_UNITS) {
    if (sizeBytes >= unitBytes && sizeBytes % unitBytes === 0) return `${sizeBytes / unitBytes}${unit}`;
  }
  return `${sizeBytes}B`;
}

/** A count and what it counts, such as `1 file` or `120 files`. */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The text with its control characters as `\xNN`, so that a path with a line break in it stays on its line. */
export function escapeControls(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

/** The units of a duration, in seconds, the largest first. */
const DURATION_UNITS = [["s", 1], ["ms", 1e-3], ["µs", 1e-6], ["ns", 1e-9]] as const;
const FOUR_DIGITS = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 4 });
const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const PERCENT = new Intl.NumberFormat("en-US", { style: "percent", maximumSignificantDigits: 4 });

/** A duration to four digits, in the largest unit of which it is at least one: `812 ns`, `1.5 ms`, `10.02 s`. */
export function readableDuration(seconds: number): string {
  const rounded = Number(seconds.toPrecision(4));
  if (rounded === 0) return "0 s";
  const [unit, unitSec] = DURATION_UNITS.find(([, unitSec]) => Math.abs(rounded) >= unitSec) ?? ["ns", 1e-9];
  return `${FOUR_DIGITS.format(rounded / unitSec)} ${unit}`;
}

/** A number with thousands separators, whole from a thousand on and to four digits below: `170,850`, `12.5`. */
export function readableNumber(value: number): string {
  return (Math.abs(value) < 1000 ? FOUR_DIGITS : WHOLE).format(value);
}

/** A share, from 0 to 1, as percent to four digits: `12.5%`. */
export function readableShare(share: number): string {
  return PERCENT.format(share);
}

/** A name in camelCase as one in snake_case. */
export function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
