/**
 * Formatting shared by the reports: numbers, texts and paths for a person to read.
 *
 * @module
 */
import { secondsOf } from "../option/units.ts";

/** A duration in seconds as milliseconds, rounded to the nanosecond. */
export function millisecondsOf(seconds: number): number {
  return Math.round(seconds * 1e9) / 1e6;
}

/** A duration in milliseconds as decimal seconds, such as `10.000090816`, without trailing zeros. */
export function formatSeconds(durationMs: number): string {
  return secondsOf(durationMs).toFixed(9).replace(/\.?0+$/, "");
}

/** A rate with two decimals, such as `170849.75`. */
export function formatRate(perSecond: number): string {
  return perSecond.toFixed(2);
}

/** A count and its noun, such as `1 file` or `120 files`. */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The text with control characters as `\xNN`, so that a path containing a newline stays on one line. */
export function escapeControls(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

/** A count and its noun, for a person: `1 write` or `12,345 writes`. */
export function readableCount(count: number, noun: string): string {
  return `${readableNumber(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** The units of a duration, in milliseconds, largest first. */
const DURATION_UNITS = [["s", 1e3], ["ms", 1], ["µs", 1e-3], ["ns", 1e-6]] as const;
/** The units of an approximate number of bytes. */
const BYTE_UNITS = [["TB", 1e12], ["GB", 1e9], ["MB", 1e6], ["kB", 1e3], ["B", 1]] as const;
const threeDigits = numberFormat({ maximumSignificantDigits: 3 });
const fourDigits = numberFormat({ maximumSignificantDigits: 4 });
const whole = numberFormat({ maximumFractionDigits: 0 });
const tenthsOfPercent = numberFormat({ style: "percent", maximumFractionDigits: 1 });
const hundredthsOfPercent = numberFormat({ style: "percent", maximumFractionDigits: 2 });

/**
 * Writes numbers with thousands separators. The format is made at its first use, because the first one takes longer to
 * make than a command line to parse.
 */
export function numberFormat(options: Intl.NumberFormatOptions): (value: number) => string {
  let made: Intl.NumberFormat | undefined;
  return (value) => (made ??= new Intl.NumberFormat("en-US", options)).format(value);
}

/** A duration in milliseconds to three digits, in the largest unit of which it is at least one: `812 ns`, `1.5 ms`. */
export function readableDuration(durationMs: number): string {
  return inUnit(durationMs, DURATION_UNITS) ?? "0 s";
}

/** A number of bytes to three digits, in the largest decimal unit of which it is at least one: `625 MB`, `13.6 kB`. */
export function readableBytes(bytes: number): string {
  return inUnit(bytes, BYTE_UNITS) ?? "0 B";
}

/** `undefined` for zero, which is the same in all units. */
function inUnit(value: number, units: readonly (readonly [unit: string, size: number])[]): string | undefined {
  const rounded = Number(value.toPrecision(3));
  if (rounded === 0) return undefined;
  const [unit, size] = units.find(([, size]) => Math.abs(rounded) >= size) ?? units.at(-1)!;
  const inThat = rounded / size;
  return `${Math.abs(inThat) < 1000 ? threeDigits(inThat) : whole(inThat)} ${unit}`;
}

/** A number with thousands separators: whole from a thousand up, to four digits below: `170,850`, `12.5`. */
export function readableNumber(value: number): string {
  return Math.abs(value) < 1000 ? fourDigits(value) : whole(value);
}

/** A share, from 0 to 1, as percent to three digits, but at most two decimals: `12.5%`, `0.07%`. */
export function readableShare(share: number): string {
  return share < 0.1 ? hundredthsOfPercent(share) : tenthsOfPercent(share);
}

/** A whole number as `1st`, `2nd`, `3rd` or `4th`. */
export function ordinal(value: number): string {
  const suffixes: Partial<Record<Intl.LDMLPluralRule, string>> = { one: "st", two: "nd", few: "rd" };
  return value + (suffixes[new Intl.PluralRules("en", { type: "ordinal" }).select(value)] ?? "th");
}

/** A kind of operation as text shows it: `read_modify_write` is `read-modify-write`. */
export function operationName(operation: string): string {
  return operation.replaceAll("_", "-");
}

/** What is no part of a name that all paths have. */
const EXTENSION = ".json";

/**
 * The paths without their common leading folders and common trailing parts, as long as something is left of each, and
 * without `.json` if all have it: `runs/a/result.json` and `runs/b/result.json` become `a` and `b`.
 */
export function shortNames(paths: readonly string[]): string[] {
  const split = paths.map((path) => path.split("/"));
  while (haveCommon(split, 0)) split.forEach((parts) => parts.shift());
  while (haveCommon(split, -1)) split.forEach((parts) => parts.pop());
  const names = split.map((parts) => parts.join("/"));
  const bare = names.every((name) => name.length > EXTENSION.length && name.endsWith(EXTENSION));
  return bare ? names.map((name) => name.slice(0, -EXTENSION.length)) : names;
}

/** The short names, with control characters escaped so that each stays on its line. */
export function fileNames(paths: readonly string[]): string[] {
  return shortNames(paths).map(escapeControls);
}

/** Whether all have more than one part, and the same one at that end. */
function haveCommon(split: readonly (readonly string[])[], place: 0 | -1): boolean {
  const common = split[0]?.at(place);
  return common !== undefined && split.every((parts) => parts.length > 1 && parts.at(place) === common);
}

/** Converts a name from camelCase to snake_case. */
export function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
