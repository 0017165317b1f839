/**
 * What the configurations of a sweep are called: by what tells them from the others, such as `log, flush 50 ms`. Pure.
 *
 * @module
 */
import type { ConfigurationEntry } from "./lines.ts";

/** What a name is made from. */
export type NamedParts = Pick<ConfigurationEntry, "args" | "backend" | "layout">;

/** A configuration's flags with their values; a switch has an empty one. */
type Flags = ReadonlyMap<string, string>;

/** Flags that every configuration of a backend is named by if they differ anywhere: they say what risk is taken. */
const POLICIES = ["flush-period-us", "queue-depth", "write-period-us", "commit-delay-us"];

/** Flags that tell apart what is still alike, in this order; then any others, in the order given. */
const TELLING = ["synchronous", "appendfsync", "sync", "replace", "serializer", "file-count", "in-flight"];

/** A flag and its value in few words; others are their names and values. */
const PHRASES: Readonly<Record<string, (value: string) => string>> = {
  "flush-period-us": (value) => `flush ${microsecondsText(value)}`,
  "write-period-us": (value) => `write ${microsecondsText(value)}`,
  "queue-depth": (value) => `queue ${value}`,
  "commit-delay-us": (value) => value === "0" ? "commit" : `commit ${microsecondsText(value)}`,
  "file-count": (value) => `${value} ${value === "1" ? "file" : "files"}`,
  "in-flight": (value) => `${value} in flight`,
  replace: (value) => value,
  serializer: (value) => value,
};

/** The longest value that a name repeats, in characters. */
const VALUE_LENGTH_MAX = 24;

/**
 * The names, each short and unique: the backend or its layout where there are several, the policy where it differs, and
 * as few other flags as tell the rest apart.
 */
export function configurationNames(entries: readonly NamedParts[]): string[] {
  const backends = new Set(entries.map(({ backend }) => backend));
  const namers = new Map(Array.from(backends, (backend) => {
    const own = entries.filter((entry) => entry.backend === backend);
    return [backend, new BackendNamer(own, backends.size > 1)];
  }));
  const seen = new Map<string, number>();
  return entries.map((entry) => {
    const name = namers.get(entry.backend)?.name(entry) ?? entry.backend;
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    // The same flags in another order.
    return times === 1 ? name : `${name} #${times}`;
  });
}

/** A configuration as texts call it, with its id beside its name: `log, flush 50 ms (c04)`. */
export function calledText({ name, id }: Pick<ConfigurationEntry, "name" | "id">): string {
  return `${name} (${id})`;
}

/** Names the configurations of one backend. */
class BackendNamer {
  readonly #parts = new Map<NamedParts, string[]>();

  constructor(entries: readonly NamedParts[], isOneOfSeveral: boolean) {
    const hasLayouts = new Set(entries.map(({ layout }) => layout)).size > 1;
    const flags = new Map(entries.map((entry) => [entry, flagsIn(entry)]));
    const policies = POLICIES.filter((flag) => differs(flag, [...flags.values()]));
    for (const entry of entries) {
      const head = isOneOfSeveral || hasLayouts ? [entry.layout ?? entry.backend] : [];
      this.#parts.set(entry, [...head, ...phrasesOf(policies, flags.get(entry))]);
    }
    this.#tellApart(flags);
  }

  name(entry: NamedParts): string {
    const parts = this.#parts.get(entry) ?? [];
    return parts.length === 0 ? entry.layout ?? entry.backend : parts.join(", ");
  }

  /** Adds to those with the same parts the first flag in which they differ, until none has another's parts. */
  #tellApart(flags: ReadonlyMap<NamedParts, Flags>): void {
    const names = new Set([...TELLING, ...[...flags.values()].flatMap((own) => [...own.keys()])]);
    for (const flag of names) {
      for (const alike of Map.groupBy(flags.keys(), (entry) => this.#parts.get(entry)?.join()).values()) {
        if (!differs(flag, alike.map((entry) => flags.get(entry)))) continue;
        for (const entry of alike) this.#parts.get(entry)?.push(...phrasesOf([flag], flags.get(entry)));
      }
    }
  }
}

function differs(flag: string, all: readonly (Flags | undefined)[]): boolean {
  return new Set(all.map((flags) => flags?.get(flag))).size > 1;
}

/** The flags, but for the layout, which is known where it is not given, too. */
function flagsIn({ args }: NamedParts): Flags {
  return new Map(args.flatMap((arg) => {
    const [, flag, value = ""] = /^--([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
    return flag === undefined || flag === "layout" ? [] : [[flag, value] as const];
  }));
}

function phrasesOf(names: readonly string[], flags: Flags | undefined): string[] {
  return names.flatMap((flag) => {
    const value = flags?.get(flag);
    return value === undefined ? [] : [phraseOf(flag, value)];
  });
}

function phraseOf(flag: string, value: string): string {
  const phrase = PHRASES[flag];
  if (phrase !== undefined) return phrase(value);
  const short = value.length <= VALUE_LENGTH_MAX ? value : `${value.slice(0, VALUE_LENGTH_MAX - 1)}…`;
  return `${flag.replaceAll("-", " ")} ${short}`.trimEnd();
}

/** A number of microseconds in the largest unit of which it is at least one. */
function microsecondsText(text: string): string {
  const us = Number(text);
  if (us >= 1e6) return `${us / 1e6} s`;
  return us >= 1000 ? `${us / 1000} ms` : `${us} µs`;
}
