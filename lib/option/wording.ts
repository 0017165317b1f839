/**
 * Usage errors and their wording: quotes what was given, lists what is allowed, and guesses what was meant; and words
 * for a shell. Pure functions.
 *
 * @module
 */
import { distance } from "fastest-levenshtein";
import { withoutCredentials } from "./credentials.ts";

/** The longest part of an argument that a message repeats, in characters. */
const QUOTED_LENGTH_MAX = 60;

/**
 * The text in double quotes, without credentials, on one line and cut to a readable length. An argument may contain
 * anything, so control characters, line ends and anything else without a visible shape are escaped.
 */
export function quote(text: string): string {
  const open = withoutCredentials(text);
  const characters = Array.from(open);
  const shown = characters.length > QUOTED_LENGTH_MAX ? `${characters.slice(0, QUOTED_LENGTH_MAX).join("")}…` : open;
  return JSON.stringify(shown).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escapeCharacter);
}

function escapeCharacter(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16).padStart(4, "0");
  return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex}`;
}

/** The names as `a`, `a or b`, or `a, b or c`; or with `and`. */
export function listNames(names: readonly string[], joint: "or" | "and" = "or"): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} ${joint} ${last}`;
}

/** The most typos that a word may have and still be taken for a name. */
const SLIPS_MAX = 2;

/**
 * Suggests the name most likely meant, if one is close: equal but for case, one or two typos away, or a prefix of the
 * other. With `prefix`, names are shown as flags.
 *
 * @returns ` (did you mean NAME?)`, or an empty string
 */
export function didYouMean(given: string, names: readonly string[], { prefix = "" } = {}): string {
  let closest: string | undefined;
  let least = Infinity;
  for (const name of names) {
    // Each letter more is a slip, and where that is too many only a name that the word begins with can still be meant.
    const longer = given.length - name.length;
    const slips = longer > SLIPS_MAX ? longer : distance(given.toLowerCase(), name.toLowerCase());
    if (slips < least && isClose(given.toLowerCase(), name.toLowerCase(), slips)) {
      closest = name;
      least = slips;
    }
  }
  return closest === undefined ? "" : ` (did you mean ${prefix}${closest}?)`;
}

function isClose(given: string, name: string, slips: number): boolean {
  // A single letter is close to nothing but itself in another case.
  if (given.length < 2 || name.length < 2) return slips === 0;
  if (given.length > 2 && (name.startsWith(given) || given.startsWith(name))) return true;
  // In a short name two typos make a different word, unless they are two swapped letters.
  return slips <= (name.length > 5 || sameLetters(given, name) ? SLIPS_MAX : 1);
}

function sameLetters(a: string, b: string): boolean {
  return Array.from(a).sort().join() === Array.from(b).sort().join();
}

/** The word as it is if plain, otherwise in single quotes: ready to be pasted into a POSIX shell. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** An invalid command line. Its message is one line for the user; no stack trace is shown with it. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}
