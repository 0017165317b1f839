/**
 * Reads the values of flags, and refuses flags that the command does not take.
 *
 * @module
 */
import type { RawArguments } from "./arguments.ts";
import { type CommandName, COMMANDS, FLAG_LIST, flagsTakenBy, SWITCH_LIST, takersOf, takes } from "./commands.ts";
import type { DefaultedFlag, Flag, FlagName } from "../result/option/flag.ts";
import { didYouMean, listNames, quote, UsageError } from "../option/wording.ts";

/** @throws {UsageError} when a flag exists in no command */
export function refuseUnknownFlags(command: CommandName, { unknownFlags }: RawArguments): void {
  const [flag] = unknownFlags;
  if (flag === undefined) return;
  const bare = flag.replace(/^-+/, "");
  // A single letter may be a short flag in the wrong case; anything longer was meant as a long one.
  const flags = flagsTakenBy(command);
  const names = flags.map(({ name }) => name);
  const letters = flags.flatMap(({ short }) => short ?? []);
  const guess = didYouMean(bare, letters, { prefix: "-" }) || didYouMean(bare, names, { prefix: "--" });
  throw new UsageError(`unknown flag ${quote(flag)}${guess}`);
}

/** @throws {UsageError} when a flag is given twice, lacks a required value, or has a value it does not take */
export function refuseRepeatedAndEmpty(command: CommandName, { given }: RawArguments): void {
  // The command's own flags come first: when two share a name, they say what is allowed.
  for (
    const { name, allowed, valueOptional, shown = same } of [...FLAG_LIST].sort((a, b) =>
      Number(takes(command, b)) - Number(takes(command, a))
    )
  ) {
    const texts = given.get(name) ?? [];
    if (texts.length > 1) {
      throw new UsageError(
        `--${name} is given ${texts.length} times, must be given once: ${quoteAll(texts.map(shown))}`,
      );
    }
    if (texts[0] === "" && !valueOptional) throw new UsageError(`--${name} needs a value, must be ${allowed}`);
  }
  for (const { name } of SWITCH_LIST) {
    const value = given.get(name)?.find((text) => text !== "");
    if (value !== undefined) throw new UsageError(`--${name} takes no value, got ${quote(value)}`);
  }
}

/** @throws {UsageError} when a flag belongs only to other commands */
export function refuseStrays(command: CommandName, { given }: RawArguments): void {
  const own = new Set(flagsTakenBy(command).map(({ name }) => name));
  const [stray] = [...given.keys()].filter((name) => !own.has(name));
  if (stray === undefined) return;
  const takers = takersOf(stray).map((taker) => COMMANDS[taker].called);
  throw new UsageError(`${COMMANDS[command].called} takes no --${stray}, which goes with ${listNames(takers)}`);
}

/** @throws {UsageError} when the value is not allowed */
export function read<T>(raw: RawArguments, flag: DefaultedFlag<T>): T;
export function read<T>(raw: RawArguments, flag: Flag<T>): T | undefined;
export function read<T>({ given }: RawArguments, flag: Flag<T> & { readonly defaultText?: string }): T | undefined {
  const text = given.get(flag.name)?.[0] ?? flag.defaultText;
  return text === undefined ? undefined : parseValue(flag, text);
}

/** @throws {UsageError} when the value is not allowed */
export function parseValue<T>({ name, allowed, choices = [], shown = same, parse }: Flag<T>, text: string): T {
  const value = parse(text);
  if (value !== undefined) return value;
  throw new UsageError(`--${name} must be ${allowed}, got ${quote(shown(text))}${didYouMean(text, choices)}`);
}

/** The values of a table of flags, by key; `undefined` where there is neither a value nor a default. */
export type ValuesOf<Flags> = {
  readonly [Key in keyof Flags]: Flags[Key] extends Pick<Flag<infer T>, "parse">
    ? Flags[Key] extends { readonly defaultText: string } ? T : T | undefined
    : never;
};

/**
 * The values of all flags of a table, whether or not the command at hand needs them.
 *
 * @throws {UsageError} when a value is not allowed
 */
export function readAll<Flags extends Readonly<Record<string, Flag<unknown>>>>(
  raw: RawArguments,
  flags: Flags,
): ValuesOf<Flags> {
  return Object.fromEntries(Object.entries(flags).map(([key, flag]) => [key, read(raw, flag)])) as ValuesOf<Flags>;
}

function same(text: string): string {
  return text;
}

/**
 * Refuses flags that exclude each other.
 *
 * @param reason what both do; it follows their names in the message
 * @throws {UsageError} when both are given
 */
export function refuseBoth(
  { given }: RawArguments,
  [one, other]: readonly [FlagName, FlagName],
  reason: string,
): void {
  if (!given.has(one.name) || !given.has(other.name)) return;
  throw new UsageError(`--${one.name} and --${other.name} ${reason}, give one of them`);
}

/** The first few values, quoted. */
export function quoteAll(texts: readonly string[]): string {
  return texts.slice(0, 3).map(quote).join(", ") + (texts.length > 3 ? ", …" : "");
}
