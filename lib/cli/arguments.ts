/**
 * The raw arguments: splits a command line into flags and words, without knowing what their values mean.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { FLAG_LIST, SWITCH_LIST } from "./flags.ts";
import type { FlagName } from "./flags/flag.ts";

/** A command line, split. */
export interface RawArguments {
  /** The texts given to each flag, by its name, in their order; an empty text where the value is missing or none is due. */
  readonly given: ReadonlyMap<string, readonly string[]>;
  /** The flags that there are not, as given, without their values. */
  readonly unknownFlags: readonly string[];
  /** The arguments that are no flags, in their order. */
  readonly words: readonly string[];
  /** The arguments after `--`, in their order. */
  readonly afterDashes: readonly string[];
  /** Whether there is a `--`. */
  readonly hasDashes: boolean;
}

const NAMES: readonly string[] = [...new Set([...FLAG_LIST, ...SWITCH_LIST].map(({ name }) => name))];
const FLAG_BY_LETTER = byLetter(FLAG_LIST);
const SWITCH_BY_LETTER = byLetter(SWITCH_LIST);
const BARE_FLAGS = dashed(FLAG_LIST.filter(({ valueOptional }) => !valueOptional));
/** What takes no value from the next argument. */
const BARE_SWITCHES = dashed([...SWITCH_LIST, ...FLAG_LIST.filter(({ valueOptional }) => valueOptional)]);

/** Splits a command line. Nothing is refused here: what is wrong with it is for the caller to say. */
export function readArguments(args: readonly string[]): RawArguments {
  const words: string[] = [];
  const unknownFlags: string[] = [];
  const dashes = args.indexOf("--");
  const spelled = spellOut(dashes < 0 ? args : args.slice(0, dashes)).map(withSecondNo);
  const parsed: Record<string, unknown> = parseArgs(spelled, {
    // Strings, so that no value is converted; collected, so that repeated flags are seen.
    string: [...NAMES],
    collect: [...NAMES],
    // Words are taken here rather than from `_`: there they may be numbers, and a flag `--_` would replace them all.
    // Nothing unknown gets into the result, so no argument can reach its prototype or nest an object in it.
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
 * The arguments with short forms in their long form, with negative numbers joined to their flag, and with nothing for a
 * switch to take. `parseArgs` would read all three its own way: `-threads=8` as `-t=8`, `--threads -1` as two flags, the
 * second of which takes what follows, and the word after a switch as its value.
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
  // A letter here is rather a long name with one dash too few than a value.
  return /^-?\d/.test(value) ? [`--${name}=${value}`] : [arg];
}

/** `parseArgs` drops the `no-` of a flag with a value; of two it leaves one. */
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
