/**
 * What a flag is, and the kinds of values that several flags take.
 *
 * @module
 */
import type { EngineName } from "../../engine/engines.ts";
import type { RunOptions } from "../../run/run_options.ts";
import { formatSize, secondsOf } from "../format.ts";
import type { JsonObject, JsonValue } from "../json_value.ts";
import type { PersistencePolicy } from "../../persist/policy.ts";
import {
  type Bounds,
  parseByteSize,
  parseCount,
  parseDuration,
  parsePercentage,
  parseWholeNumber,
  SIZE_UNITS,
} from "./units.ts";
import { listNames } from "./wording.ts";

/**
 * What a flag belongs to. `commands.ts` says which of these each command takes:
 *
 * - `load`, `workload` and `progress`: everything that runs a load;
 * - `measurement`: a run and a sweep; `output`: a run alone;
 * - `page`: everything whose result can be written as a page;
 * - `file`: everything that runs a load against the file backend; `device`: a run against the file backend alone;
 * - `engine`: everything that runs a load against an engine;
 * - `directory`: everything that reads a directory;
 * - the others: the command of that name.
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

/**
 * Where a flag stands in a run's options, and how results show it. What is absent follows from the flag: the value
 * stands under the flag's key, in the part of the options that its scope names; it is written as it is; its field is
 * named as the flag is, and its words too.
 */
export interface Placed<T> {
  /** The value in a run's options; `undefined` where the flag plays no part. */
  of?(options: RunOptions): T | undefined;
  /** Whether the flag says nothing new, where that depends on other flags. */
  isUsual?(options: RunOptions): boolean;
  /** The value as an argument has it. */
  text?(value: T): string;
  /** What follows the flag's name in the field's: the unit. */
  readonly suffix?: string;
  /** The value as JSON has it. */
  toJson?(value: T): JsonValue;
  /** The fields in JSON. */
  json?(options: RunOptions): JsonObject;
  /** The words in the configuration line; none if empty. */
  words?(value: T, options: RunOptions): string;
}

/** What every flag has, whether or not it takes a value. */
export interface FlagName {
  /** The long name, without the dashes. */
  readonly name: string;
  /** The letter of the short form. */
  readonly short?: string;
  /** What the flag does, as shown in the help. */
  readonly about: string;
  /** What the flag belongs to; if absent, every command takes it. */
  readonly scope?: FlagScope;
  /** The engines that take the flag, besides the backend that its scope names. */
  readonly engines?: readonly EngineName[];
}

/** A switch of a run's options, whose value is whether it is given. */
export interface Switch extends FlagName, Placed<boolean> {}

/** A flag that takes a value of type `T`. */
export interface Flag<T> extends FlagName, Placed<T> {
  readonly scope: FlagScope;
  /** The persistence policy that the flag selects, if any; a run has exactly one. */
  readonly policy?: PersistencePolicy["kind"];
  /** Whether the value may be omitted, leaving it empty; a value must then be given with `=`. */
  readonly valueOptional?: true;
  /** The placeholder for the value in the help. */
  readonly placeholder: string;
  /** The values allowed, as errors put it after "must be". */
  readonly allowed: string;
  /** The values allowed, if they are names; used to guess what a typo meant. */
  readonly choices?: readonly string[];
  /** Names that are known elsewhere but not allowed here, and why. */
  readonly refusals?: ReadonlyMap<string, string>;
  /** How the help describes the default when it is not a fixed value. */
  readonly defaultNote?: string;
  /** The value as it may be repeated, if it may contain what is secret. */
  shown?(text: string): string;
  /** Parses the value; `undefined` if it is not allowed. */
  parse(text: string): T | undefined;
}

/** A flag with a fixed default. */
export interface DefaultedFlag<T> extends Flag<T> {
  /** The default, as a user would write it. */
  readonly defaultText: string;
}

/** The output formats of every command that prints a report, in the order shown to users. */
export const REPORT_FORMAT_NAMES = ["text", "json"] as const;

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
