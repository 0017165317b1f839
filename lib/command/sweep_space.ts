/**
 * Expands a sweep's groups into configurations. Lists are split here, so the parser sees one configuration at a time
 * and is the same as a run's.
 *
 * @module
 */
import { ENGINE_NAMES, ENGINES } from "../engine/engines.ts";
import { passArguments, type PassedArguments, withoutCredentials } from "../option/credentials.ts";
import type { RunOptions } from "../run/run_options.ts";
import { readArguments } from "./arguments.ts";
import type { RunDefaults } from "./command.ts";
import { parseValue, refuseRepeatedAndEmpty, refuseUnknownFlags } from "./flag_values.ts";
import { BACKEND_NAMES, FLAG_LIST, FLAGS, SWITCH_LIST } from "./commands.ts";
import type { Flag } from "../result/option/flag.ts";
import { backendNamed, parseCommand } from "./parse_command.ts";
import { LOAD_SCOPES } from "./sweep_options.ts";
import { listNames, quote, UsageError } from "../option/wording.ts";

/** One configuration: its arguments and the options they parse to. */
export interface SpaceConfiguration {
  /** The backend and its flags, without credentials. */
  readonly args: readonly string[];
  /** The same for the process that runs it. */
  readonly passed: PassedArguments;
  /** Including the load, at any rate where rates are searched for. */
  readonly options: RunOptions;
}

/** A combination that is not valid, and is left out. */
interface LeftOutCombination {
  /** Without credentials. */
  readonly args: readonly string[];
  readonly reason: string;
}

/** What a sweep measures. */
export interface SweepSpace {
  /** The load's arguments, the same for all configurations. */
  readonly loadArgs: readonly string[];
  /** The baseline (memory) first, if it is among them. */
  readonly configurations: readonly SpaceConfiguration[];
  readonly leftOut: readonly LeftOutCombination[];
}

/** More configurations than this are assumed to be a mistake. */
const CONFIGURATIONS_MAX = 500;
/** A hard limit, `--yes` or not. */
const COMBINATIONS_MAX = 100_000;

/**
 * Expands the groups.
 *
 * @param load the load's flags that are given, without dashes; a switch has an empty value
 * @param groups a backend and its flags each; the default groups if empty
 * @param isByRate whether open loops are run, so that the load has no pattern
 * @param isByPromise whether the default groups are those of which some promise enough, of all engines
 * @throws {UsageError} when the load or a whole group is not valid, or there are too many configurations
 */
export function sweepSpace(
  { load, groups, defaults, isByRate = false, isByPromise = false, yes }: {
    load: ReadonlyMap<string, string>;
    groups: readonly (readonly string[])[];
    defaults: RunDefaults;
    isByRate?: boolean;
    isByPromise?: boolean;
    yes: boolean;
  },
): SweepSpace {
  const loadArgs = loadArgsOf(load, { defaults, isByRate });
  // Any rate will do to read the options.
  const readArgs = isByRate ? [...loadArgs, `--${FLAGS.ratePerSec.name}=1`] : loadArgs;
  // An error in the load would be in every configuration; report it once, without naming one.
  // Nearly every load goes with SQLite, but one with scans not with memory.
  parseCommand([...readArgs, "sqlite"], defaults);
  const usual = [...DEFAULT_GROUPS, ...SERVER_GROUPS, ...(isByPromise ? MORE_ENGINES : [])].filter(isThere);
  const products = (groups.length === 0 ? usual : groups).map((group, index) => productOf(group, index + 1));
  refuseTooMany(products, yes);
  const configurations: SpaceConfiguration[] = [];
  const leftOut: LeftOutCombination[] = [];
  const known = new Set<string>();
  for (const [index, product] of products.entries()) {
    const reasons: string[] = [];
    for (const args of combinationsOf(product)) {
      if (known.has(args.join(" "))) continue;
      known.add(args.join(" "));
      const shown = args.map(withoutCredentials);
      try {
        const options = optionsOf(readArgs, args, defaults);
        configurations.push({ args: shown, passed: passArguments(args), options });
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        reasons.push(error.message);
        leftOut.push({ args: shown, reason: error.message });
      }
    }
    const [reason] = reasons;
    if (reason !== undefined && reasons.length === countOf(product) && groups.length > 0) {
      throw new UsageError(`group ${index + 1}: ${reason}`);
    }
  }
  const isMemory = ({ options }: SpaceConfiguration) => options.backend.kind === "memory";
  const inOrder = [...configurations.filter(isMemory), ...configurations.filter((one) => !isMemory(one))];
  return { loadArgs, configurations: inOrder, leftOut };
}

/** The load's arguments: those given, then a sweep's defaults for the rest. */
function loadArgsOf(
  load: ReadonlyMap<string, string>,
  { defaults, isByRate }: { readonly defaults: RunDefaults; readonly isByRate: boolean },
): string[] {
  const all = new Map(load);
  const isReplay = load.has(FLAGS.replay.name);
  for (const [name, value] of Object.entries({ threads: String(defaults.threads), ...DEFAULT_LOAD })) {
    // A trace says what the load does, and a warm-up would use up its beginning.
    if (isReplay && !OF_REPLAYS.includes(name)) continue;
    const isForSeed = name === FLAGS.keyCount.name && load.get(FLAGS.workload.name) === "seed";
    const isForTime = name === FLAGS.loadTimeMs.name && load.has(FLAGS.ops.name);
    const isForClosed = name === FLAGS.pattern.name && isByRate;
    if (!all.has(name) && !isForSeed && !isForTime && !isForClosed) all.set(name, value);
  }
  if (!all.has(FLAGS.seed.name)) all.set(FLAGS.seed.name, String(defaults.seed));
  const order = [...FLAG_LIST, ...SWITCH_LIST].map(({ name }) => name);
  return [...all].toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b))
    .map(([name, value]) => value === "" ? `--${name}` : `--${name}=${value}`);
}

function optionsOf(loadArgs: readonly string[], args: readonly string[], defaults: RunDefaults): RunOptions {
  const command = parseCommand([...loadArgs, ...args], defaults);
  if (command.kind !== "run") {
    throw new UsageError(`a configuration must be a backend and its flags, got ${command.kind}`);
  }
  return command.options;
}

/** A group as a product: the alternatives for each of its parts. */
type Product = readonly (readonly string[])[];

/** @throws {UsageError} when some part of the group is wrong in every combination; the message names the group */
function productOf(group: readonly string[], number: number): Product {
  try {
    checkGroup(group);
    return partsOf(group).map((part) => valuesOf(part));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`group ${number}: ${error.message}`);
  }
}

function checkGroup(group: readonly string[]): void {
  if (group.length === 0) {
    throw new UsageError(`it is empty, must be a backend and its flags; backends are ${listNames(BACKEND_NAMES)}`);
  }
  const raw = readArguments(group);
  refuseUnknownFlags("run", raw);
  refuseRepeatedAndEmpty("run", raw);
  const [word, ...others] = raw.words;
  if (word === undefined) throw new UsageError(`no backend given, must be ${listNames(BACKEND_NAMES)}`);
  backendNamed(word, BACKEND_NAMES);
  const [other] = others;
  if (other !== undefined) throw new UsageError(`unexpected argument ${quote(other)} beside the backend ${word}`);
  for (const name of raw.given.keys()) refuseInGroup(name);
}

function refuseInGroup(name: string): void {
  if (name === FLAGS.output.name) {
    throw new UsageError(
      `--${name} would let runs find what others left: each run of a sweep has a new directory in $TMPDIR`,
    );
  }
  const flags = [...FLAG_LIST, ...SWITCH_LIST].filter((flag) => flag.name === name);
  if (flags.some(({ scope }) => LOAD_SCOPES.includes(scope))) {
    throw new UsageError(
      `--${name} belongs to the load, which is the same for all groups: put it before the first "--"`,
    );
  }
  if (flags.every(({ scope }) => scope === undefined || !BACKEND_SCOPES.includes(scope))) {
    throw new UsageError(`--${name} is not a flag of a backend: it cannot be in a group`);
  }
}

const BACKEND_SCOPES: readonly (string | undefined)[] = ["file", "device", "engine"];

/** The arguments, with each flag joined to its value. */
function partsOf(group: readonly string[]): string[] {
  const bare = new Set(FLAG_LIST.filter(({ valueOptional }) => !valueOptional).map(({ name }) => `--${name}`));
  const parts: string[] = [];
  for (const arg of group) {
    const previous = parts.at(-1);
    if (previous !== undefined && bare.has(previous) && !arg.startsWith("--")) {
      parts[parts.length - 1] = `${previous}=${arg}`;
    } else parts.push(arg);
  }
  return parts;
}

/**
 * The arguments that a flag with a list stands for. A text that is valid as a single value is not a list, even with
 * commas.
 */
function valuesOf(part: string): string[] {
  const [, name = "", text = ""] = /^--([^=]+)=(.*)$/s.exec(part) ?? [];
  const flag: Flag<unknown> | undefined = FLAG_LIST.find((flag) =>
    flag.name === name && BACKEND_SCOPES.includes(flag.scope)
  );
  if (flag === undefined || flag.parse(text) !== undefined) return [part];
  const values = [...new Set(text.split(","))];
  for (const value of values) parseValue(flag, value);
  return values.map((value) => `--${name}=${value}`);
}

function countOf(product: Product): number {
  return product.reduce((count, values) => count * values.length, 1);
}

function refuseTooMany(products: readonly Product[], yes: boolean): void {
  const count = products.reduce((sum, product) => sum + countOf(product), 0);
  if (count > COMBINATIONS_MAX) {
    throw new UsageError(`the groups make ${count} configurations, must be at most ${COMBINATIONS_MAX}`);
  }
  if (count <= CONFIGURATIONS_MAX || yes) return;
  throw new UsageError(`the groups make ${count} configurations, more than ${CONFIGURATIONS_MAX} need --yes`);
}

function combinationsOf(product: Product): string[][] {
  return product.reduce<string[][]>(
    (combinations, values) => combinations.flatMap((args) => values.map((value) => [...args, value])),
    [[]],
  );
}

/**
 * The groups that are measured if the command line names none, as after each `--`; each is the product of its lists.
 *
 * Together they cover every policy with a layout that suits it, synced and not, and SQLite, RocksDB and LMDB for
 * comparison. Whatever is much slower on every machine than something equally safe is left out, to leave time for the
 * rest.
 */
const DEFAULT_GROUPS: readonly (readonly string[])[] = [
  ["memory"],
  ["file", "--file-count=16", "--layout=log", "--flush-period-us=2000,50000", "--sync=none,data"],
  ["file", "--file-count=128", "--replace=alternate", "--flush-period-us=2000,50000", "--sync=none"],
  ["file", "--file-count=16", "--layout=log", "--queue-depth=64,8192", "--sync=none,data"],
  ["file", "--file-count=16", "--layout=blocks", "--flush-period-us=2000,50000", "--sync=none"],
  ["file", "--file-count=16", "--layout=log", "--write-period-us=500", "--sync=none,data"],
  ["file", "--file-count=1,16", "--layout=log", "--commit-delay-us=0", "--sync=none,data"],
  ["sqlite", "--synchronous=off,normal,full"],
  ["rocksdb", "--sync=none,data"],
  ["lmdb", "--sync-mode=sync,no-meta-sync,no-sync"],
];

/** The servers that are measured. */
const SERVER_GROUPS: readonly (readonly string[])[] = [
  ["redis", "--spawn", "--appendfsync=everysec,always", "--in-flight=16"],
  ["postgres", "--spawn", "--synchronous-commit=on,off", "--in-flight=16"],
  ["etcd", "--spawn", "--in-flight=16"],
];

/** What is measured besides where all have to promise the same, which every engine does with some settings. */
const MORE_ENGINES: readonly (readonly string[])[] = [
  ["sqlite", "--journal=delete", "--synchronous=full,extra"],
  ["leveldb", "--sync=none,data"],
  ["denokv"],
];

/** Whether the machine has what the group's engine needs. */
function isThere([backend]: readonly string[]): boolean {
  const engine = ENGINE_NAMES.find((name) => name === backend);
  return engine === undefined || ENGINES[engine].missing?.() === undefined;
}

/** Of the defaults, those that the load of a replay has, too. */
const OF_REPLAYS: readonly string[] = ["threads", FLAGS.loadTimeMs.name];

/**
 * The load: half reads and half updates on records of realistic size, few enough that most machines load them quickly,
 * and long enough for every policy to reach a steady state.
 */
const DEFAULT_LOAD: Readonly<Record<string, string>> = {
  "load-time-sec": "1",
  warmup: "300ms",
  pattern: "unthrottled",
  workload: "a",
  keys: "100k",
};
