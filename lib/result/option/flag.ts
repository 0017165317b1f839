/**
 * What a flag is.
 *
 * @module
 */
import type { EngineName } from "../../engine/engines.ts";
import { oneOf } from "../../option/kinds.ts";
import type { RunOptions } from "../../run/run_options.ts";
import type { JsonObject, JsonValue } from "../json.ts";

/**
 * What a flag belongs to. `commands.ts` says which of these each command takes:
 *
 * - `load`, `workload` and `progress`: everything that runs a load;
 * - `measurement`: a run and a sweep; `output`: a run alone;
 * - `history`: what can judge the history of a load;
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
  | "check"
  | "history"
  | "report";

/**
 * Where a flag stands in a run's options, and how results show it. What is absent follows from the flag: the value
 * stands under the flag's key, in the part of the options that its scope names; it is written as it is; its field is
 * named as the flag is, and its words too.
 */
export interface Placed<T> {
  /** The value in a run's options; `undefined` where the flag plays no part. */
  of?(options: RunOptions): T | undefined;
  /** Whether the flag says nothing new, where its default alone does not decide that. */
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
  /** Whether the value may be omitted, leaving it empty; a value must then be given with `=`. */
  readonly valueOptional?: true;
  /** The placeholder for the value in the help. */
  readonly placeholder: string;
  /** The values allowed, as errors put it after "must be". */
  readonly allowed: string;
  /** The values allowed, if they are names; used to guess what a typo meant. */
  readonly choices?: readonly string[];
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

/** The flag of the format in which a command prints its report. */
export function reportFormat(scope: FlagScope) {
  const about = `${scope}: format of the report on stdout.`;
  return { name: "format", scope, about, defaultText: "text", ...oneOf(REPORT_FORMAT_NAMES) };
}
