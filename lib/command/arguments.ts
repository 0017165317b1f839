/**
 * Splits a command line into flags and words, without interpreting their values.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { FLAG_LIST, SWITCH_LIST } from "./commands.ts";
import type { FlagName } from "../result/option/flag.ts";

/** A command line split into its parts. */
export interface RawArguments {
  /**
   * The values given for each flag, by name, in order; an empty string where a value is missing or the flag takes none.
   */
  readonly given: ReadonlyMap<string, readonly string[]>;
  /** The flags that do not exist, as given, without their values. */
  readonly unknownFlags: readonly string[];
  /** The arguments that are not flags, in order. */
  readonly words: readonly string[];
  /** The arguments after `--`, in order. */
  readonly afterDashes: readonly string[];
  /** Whether the command line contains `--`. */
  readonly hasDashes: boolean;
}

const NAMES: readonly string[] = [...new Set([...FLAG_LIST, ...SWITCH_LIST].map(({ name }) => name))];
const FLAG_BY_LETTER = byLetter(FLAG_LIST);
const SWITCH_BY_LETTER = byLetter(SWITCH_LIST);
const BARE_FLAGS = dashed(FLAG_LIST.filter(({ valueOptional }) => !valueOptional));
/** Flags that never take the next argument as their value. */
const BARE_SWITCHES = dashed([...SWITCH_LIST, ...FLAG_LIST.filter(({ valueOptional }) => valueOptional)]);

/** Splits a command line. It never throws; reporting what is wrong is up to the caller. */
export function readArguments(args: readonly string[]): RawArguments {
  const words: string[] = [];
  const unknownFlags: string[] = [];
  const dashes = args.indexOf("--");
  const spelled = spellOut(dashes < 0 ? args : args.slice(0, dashes)).map(withSecondNo);
  const parsed: Record<string, unknown> = parseArgs(spelled, {
    // As strings, so that no value is converted; collected, so that repeated flags are noticed.
    string: [...NAMES],
    collect: [...NAMES],
    // Words are collected here rather than taken from `_`, where they may be numbers and which a flag `--_` would
    // replace. Nothing unknown reaches the result, so no argument can touch its prototype or nest an object in it.
    unknown(arg, key) {
      if (key === undefined) words.push(arg);
      else unknownFlags.push(/^--?[^-=][^=]*/.exec(withoutSecondNo(arg))?.[0] ?? arg);
      return false;
    },
  });
  const given = new Map<string, string[]>();
  for (const name of NAMES) {
    const texts = parsed[name];
    if (Array.isArray(texts) && texts.length > 0) given.set(name, texts.map(String));
  }
  const hasDashes = dashes >= 0;
  return { given, unknownFlags, words, afterDashes: hasDashes ? args.slice(dashes + 1) : [], hasDashes };
}

/**
 * Expands short flags to long ones, joins negative numbers to their flag, and gives switches an explicit empty value.
 * `parseArgs` would misread all three: `-threads=8` as `-t=8`, `--threads -1` as two flags (the second of which takes
 * the next argument), and the word after a switch as the switch's value.
 */
function spellOut(args: readonly string[]): string[] {
  const spelled: string[] = [];
  for (const arg of args) {
    const previous = spelled.at(-1);
    if (previous !== undefined && BARE_FLAGS.has(previous) && /^-[\d.]/.test(arg)) {
      spelled[spelled.length - 1] = `${previous}=${arg}`;
    } else {
      spelled.push(...spellOutOne(arg));
    }
  }
  return spelled;
}

function spellOutOne(arg: string): string[] {
  if (BARE_SWITCHES.has(arg)) return [`${arg}=`];
  if (!/^-[^-]/.test(arg)) return [arg];
  const letters = Array.from(arg.slice(1));
  const switches = letters.map((letter) => SWITCH_BY_LETTER.get(letter));
  if (switches.every((name) => name !== undefined)) return switches.map((name) => `--${name}=`);

  const [first = "", ...others] = letters;
  const name = FLAG_BY_LETTER.get(first);
  const value = others.join("");
  if (name === undefined) return [arg];
  if (value === "") return [`--${name}`];
  if (value.startsWith("=")) return [`--${name}${value}`];
  // A letter here more likely means a long name with one dash too few than a value.
  return /^-?\d/.test(value) ? [`--${name}=${value}`] : [arg];
}

/** Doubles the `no-` of a flag with a value, because `parseArgs` strips one. */
function withSecondNo(arg: string): string {
  return arg.replace(/^--no-(?=[^=]*=)/, "--no-no-");
}

function withoutSecondNo(arg: string): string {
  return arg.replace(/^--no-(?=no-[^=]*=)/, "--");
}

function dashed(flags: readonly FlagName[]): ReadonlySet<string> {
  return new Set(flags.map(({ name }) => `--${name}`));
}

function byLetter(flags: readonly FlagName[]): ReadonlyMap<string, string> {
  return new Map(flags.flatMap(({ short, name }) => short === undefined ? [] : [[short, name]]));
}
