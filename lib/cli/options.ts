/**
 * Room of the options: makes of a command line the command that it means, or says in one line what is wrong with it.
 * Nothing is started, opened or created here. The entry calls it.
 *
 * @module
 */
import type { BackendOptions, FileBackendOptions } from "../backend/backend.ts";
import type { PersistencePolicy } from "../persist/policy.ts";
import type { RunOptions } from "../run/options.ts";
import { type RawArguments, readArguments } from "./arguments.ts";
import { BACKEND_NAMES, type DefaultedFlag, type Flag, FLAG_LIST, FLAGS, SWITCH_LIST, SWITCHES } from "./flags.ts";
import { didYouMean, listNames, quote } from "./wording.ts";

/** What a command line asks for. */
export type Command =
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  | { readonly kind: "run"; readonly options: RunOptions; readonly format: "text" | "json" };

/** A command line that means nothing. Its message is one line for the user, and needs no stack beside it. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

/** What a run takes where the command line does not say. */
export interface RunDefaults {
  readonly threads: number;
  /** An integer from 0 to 2^32 - 1. */
  readonly seed: number;
}

/**
 * Reads a command line. `--help` and `--version` win over whatever else is in it.
 *
 * @param args the arguments, without the program's name
 * @param defaults what a run takes where they do not say
 * @throws {UsageError} when they mean nothing
 */
export function parseCommand(args: readonly string[], defaults: RunDefaults): Command {
  const raw = readArguments(args);
  if (raw.given.has(SWITCHES.help.name)) return { kind: "help" };
  if (raw.given.has(SWITCHES.version.name)) return { kind: "version" };
  refuseUnknownFlags(raw);
  refuseRepeatedAndEmpty(raw);

  // Every value is read before the words: `--threads memory` lacks a number rather than a backend.
  const load = {
    threads: read(raw, FLAGS.threads) ?? defaults.threads,
    loadTimeMs: read(raw, FLAGS.loadTime),
    pattern: read(raw, FLAGS.pattern),
    seed: read(raw, FLAGS.seed) ?? defaults.seed,
  };
  const format = read(raw, FLAGS.format);
  const file = readFileValues(raw);
  const backend = backendName(raw) === "memory" ? memoryBackend(raw) : fileBackend(raw, file);
  return { kind: "run", options: { ...load, backend }, format };
}

function refuseUnknownFlags({ unknownFlags }: RawArguments): void {
  const [flag] = unknownFlags;
  if (flag === undefined) return;
  const bare = flag.replace(/^-+/, "");
  // A single letter may be a short flag in the wrong case; anything longer was meant to be a long one.
  const names = [...FLAG_LIST, ...SWITCH_LIST].map(({ name }) => name);
  const letters = [...FLAG_LIST, ...SWITCH_LIST].flatMap(({ short }) => short ?? []);
  const guess = didYouMean(bare, letters, { prefix: "-" }) || didYouMean(bare, names, { prefix: "--" });
  const allowed = guess === "" ? `, must be ${listNames(names.map((name) => `--${name}`))}` : guess;
  throw new UsageError(`unknown flag ${quote(flag)}${allowed}`);
}

function refuseRepeatedAndEmpty({ given }: RawArguments): void {
  for (const { name, allowed } of FLAG_LIST) {
    const texts = given.get(name) ?? [];
    if (texts.length > 1) {
      throw new UsageError(`--${name} is given ${texts.length} times, must be given once: ${quoteAll(texts)}`);
    }
    if (texts[0] === "") throw new UsageError(`--${name} needs a value, must be ${allowed}`);
  }
}

function read<T>(raw: RawArguments, flag: DefaultedFlag<T>): T;
function read<T>(raw: RawArguments, flag: Flag<T>): T | undefined;
function read<T>({ given }: RawArguments, flag: Flag<T> & { readonly defaultText?: string }): T | undefined {
  const text = given.get(flag.name)?.[0] ?? flag.defaultText;
  if (text === undefined) return undefined;
  const value = flag.parse(text);
  if (value === undefined) {
    const guess = didYouMean(text, flag.choices ?? []);
    throw new UsageError(`--${flag.name} must be ${flag.allowed}, got ${quote(text)}${guess}`);
  }
  return value;
}

/** The values of the file backend's flags, before it is known whether they are wanted. */
function readFileValues(raw: RawArguments) {
  return {
    output: read(raw, FLAGS.output),
    fileCount: read(raw, FLAGS.fileCount),
    serializer: read(raw, FLAGS.serializer),
    writePeriodUs: read(raw, FLAGS.writePeriod),
    queueDepth: read(raw, FLAGS.queueDepth),
    queueMemoryBytes: read(raw, FLAGS.queueMemory),
    flushPeriodUs: read(raw, FLAGS.flushPeriod),
    replace: read(raw, FLAGS.replace),
    sync: read(raw, FLAGS.sync),
  };
}

type FileValues = ReturnType<typeof readFileValues>;

function backendName({ words, afterDashes }: RawArguments): typeof BACKEND_NAMES[number] {
  const [word, second] = words;
  if (afterDashes.length > 0) {
    throw new UsageError(`unexpected ${quoteAll(afterDashes)} after "--", nothing may follow it`);
  }
  if (word === undefined) throw new UsageError(`no backend given, must be ${listNames(BACKEND_NAMES)}`);
  const name = BACKEND_NAMES.find((name) => name === word);
  if (name === undefined) {
    throw new UsageError(
      `unknown backend ${quote(word)}, must be ${listNames(BACKEND_NAMES)}${didYouMean(word, BACKEND_NAMES)}`,
    );
  }
  if (second === undefined) return name;
  if (BACKEND_NAMES.some((name) => name === second)) {
    throw new UsageError(`two backends given, ${name} and ${second}, must be one of them`);
  }
  throw new UsageError(`unexpected argument ${quote(second)} beside the backend ${name}`);
}

function memoryBackend({ given }: RawArguments): BackendOptions {
  const strays = FLAG_LIST.filter(({ name, scope }) => scope === "file" && given.has(name));
  if (strays.length > 0) {
    const names = strays.map(({ name }) => `--${name}`).join(", ");
    throw new UsageError(`the memory backend takes no flags of the file backend, got ${names}`);
  }
  return { kind: "memory" };
}

function fileBackend(raw: RawArguments, values: FileValues): FileBackendOptions {
  const { output, fileCount, serializer, replace, sync } = values;
  if (fileCount === undefined) {
    throw new UsageError(`the file backend needs --file-count=N, ${FLAGS.fileCount.allowed}`);
  }
  return {
    kind: "file",
    ...(output === undefined ? {} : { output }),
    fileCount,
    serializer,
    policy: persistencePolicy(raw, values),
    replace,
    sync,
  };
}

function persistencePolicy({ given }: RawArguments, values: FileValues): PersistencePolicy {
  const { writePeriodUs, queueDepth, queueMemoryBytes, flushPeriodUs } = values;
  const policies: PersistencePolicy[] = [];
  if (writePeriodUs !== undefined) policies.push({ kind: "synchronous", periodMs: writePeriodUs / 1000 });
  if (queueDepth !== undefined) policies.push({ kind: "asynchronous", queueDepth, queueMemoryBytes });
  if (flushPeriodUs !== undefined) policies.push({ kind: "periodic", periodMs: flushPeriodUs / 1000 });

  const [policy] = policies;
  if (policy === undefined || policies.length > 1) {
    const flags = FLAG_LIST.filter(({ policy }) => policy !== undefined);
    const allowed = flags.map(({ name, placeholder, policy }) => `--${name}=${placeholder} (${policy})`);
    const got = flags.filter(({ name }) => given.has(name)).map(({ name }) => `--${name}`);
    throw new UsageError(
      `the file backend needs one persistence policy, ${listNames(allowed)}, got ${got.join(" and ") || "none"}`,
    );
  }
  if (policy.kind !== "asynchronous" && given.has(FLAGS.queueMemory.name)) {
    throw new UsageError(`--queue-memory bounds the queue of --queue-depth=N, got the ${policy.kind} policy`);
  }
  return policy;
}

/** The texts quoted, the first few of them. */
function quoteAll(texts: readonly string[]): string {
  return texts.slice(0, 3).map(quote).join(", ") + (texts.length > 3 ? ", …" : "");
}
