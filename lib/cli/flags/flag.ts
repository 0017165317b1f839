/**
 * The flag: what an entry of the table of flags is, and the kinds of values that several of them take.
 *
 * @module
 */
import type { EngineName } from "../../engine/engines.ts";
import type { PersistencePolicy } from "../../persist/policy.ts";
import { type Bounds, parseByteSize, parseCount, parseDuration, parseWholeNumber, SIZE_UNITS } from "../units.ts";
import { listNames } from "../wording.ts";

/**
 * What a flag belongs to. Which of them each command takes, `commands.ts` says:
 *
 * - `load` and `progress`: whatever runs a load;
 * - `workload`, `measurement` and `output`: a run alone;
 * - `page`: whatever has a result to make a page of;
 * - `file`: whatever runs a load against the file backend; `device`: a run against the file backend alone;
 * - `engine`: whatever runs a load against an engine;
 * - `directory`: whatever reads a directory;
 * - the others: the one command of that name.
 */
export type FlagScope =
  | "load"
  | "progress"
  | "workload"
  | "measurement"
  | "output"
  | "page"
  | "file"
  | "engine"
  | "device"
  | "directory"
  | "crash"
  | "sweep"
  | "inspect"
  | "export"
  | "compare"
  | "report";

/** What every flag has, with a value or without. */
export interface FlagName {
  /** The long name, without its dashes. */
  readonly name: string;
  /** The letter of the short form. */
  readonly short?: string;
  /** What the flag is for, as the help says it. */
  readonly about: string;
  /** What the flag belongs to; without, everything takes it. */
  readonly scope?: FlagScope;
  /** The engines that take the flag, beside the backend that its scope names. */
  readonly engines?: readonly EngineName[];
}

/** A flag that takes a value of type `T`. */
export interface Flag<T> extends FlagName {
  readonly scope: FlagScope;
  /** The persistence policy that the flag chooses, if it is one that does; a run has one of these. */
  readonly policy?: PersistencePolicy["kind"];
  /** Whether the flag may stand without a value, which then is the empty text; one can only be given after `=`. */
  readonly valueOptional?: true;
  /** What stands for the value in the help. */
  readonly placeholder: string;
  /** The values allowed, as errors say it after "must be". */
  readonly allowed: string;
  /** The values allowed, where they are names; a typo is compared with them. */
  readonly choices?: readonly string[];
  /** Names that are known elsewhere and not allowed here, and why. */
  readonly refusals?: ReadonlyMap<string, string>;
  /** What the help says of the default, where it has no fixed one to show. */
  readonly defaultNote?: string;
  /** Reads the value; `undefined` when it is not allowed. */
  parse(text: string): T | undefined;
}

/** A flag with a fixed default. */
export interface DefaultedFlag<T> extends Flag<T> {
  /** The default, as a user would write it. */
  readonly defaultText: string;
}

/** The names of the output formats that every command with a report has, in the order shown to users. */
export const REPORT_FORMAT_NAMES = ["text", "json"] as const;

/** A whole number in plain digits. */
export function wholeNumber(bounds: Bounds) {
  return {
    allowed: `a whole number from ${bounds.min} to ${bounds.max}`,
    parse: (text: string) => parseWholeNumber(text, bounds),
  };
}

/** One of the names. */
export function oneOf<Name extends string>(names: readonly Name[]) {
  return {
    placeholder: names.join("|"),
    allowed: listNames(names),
    choices: names,
    parse: (text: string): Name | undefined => names.find((name) => name === text),
  };
}

/** What an argument has in place of bytes that are not UTF-8: the file that it names could never be found. */
const NOT_UTF8 = "\ufffd";

/** A path, whatever it is. */
export function path(allowed: string) {
  return { allowed, parse: (text: string) => text.includes(NOT_UTF8) ? undefined : text };
}

/** A count, in thousands or millions where it says so. */
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
    parse: (text: string) => parseDuration(text, { min: minMs, max: DAY_MS }),
  };
}

/** A size. Its value is in bytes. */
export function size(
  bounds: { readonly min: string; readonly max: string },
  { example }: { readonly example: string },
) {
  return {
    placeholder: "SIZE",
    allowed: `${sizeAllowed(bounds)}, such as ${example}`,
    parse: (text: string) => parseByteSize(text, sizeBounds(bounds)),
  };
}

/** A size that is a power of two. Its value is in bytes. */
export function powerOfTwoSize(bounds: { readonly min: string; readonly max: string }) {
  return {
    placeholder: "SIZE",
    allowed: `a power of two from ${bounds.min} to ${bounds.max} in ${listNames(SIZE_UNITS)}`,
    parse(text: string): number | undefined {
      const value = parseByteSize(text, sizeBounds(bounds));
      return value !== undefined && Number.isInteger(Math.log2(value)) ? value : undefined;
    },
  };
}

/** What the bounds of a size allow, as errors say it. */
export function sizeAllowed({ min, max }: { readonly min: string; readonly max: string }): string {
  return `a size from ${min} to ${max} in ${listNames(SIZE_UNITS)}`;
}

/** The bounds of a size in bytes. */
export function sizeBounds({ min, max }: { readonly min: string; readonly max: string }): Bounds {
  return { min: exactBytes(min), max: exactBytes(max) };
}

function exactBytes(text: string): number {
  const bytes = parseByteSize(text, { min: 0, max: Number.MAX_SAFE_INTEGER });
  if (bytes === undefined) throw new RangeError(`Cannot bound a size by ${text}: it is none`);
  return bytes;
}
