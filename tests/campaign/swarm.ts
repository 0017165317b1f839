/**
 * The swarm: loads and stores drawn at random, as command lines. Each draw first chooses which features vary in it at
 * all, as in swarm testing (Groce et al. 2012): a feature that is always on can hide what it keeps others from.
 *
 * @module
 */
import { assert } from "@std/assert";
import { SERIALIZER_NAMES } from "../../lib/codec/codec.ts";
import type { CrashCommand, RunCommand } from "../../lib/command/command.ts";
import { parseCommand } from "../../lib/command/parse_command.ts";
import { UsageError } from "../../lib/option/wording.ts";
import { NUMBERED_VALUE_BYTES_MIN } from "../../lib/load/numbered_workload.ts";
import { Rng } from "../../lib/load/rng.ts";
import { DISTRIBUTION_NAMES, WORKLOAD_NAMES } from "../../lib/load/workload.ts";
import { LAYOUT_NAMES } from "../../lib/persist/layout/layouts.ts";
import { REPLACE_NAMES } from "../../lib/persist/layout/snapshot/replacement.ts";
import { SYNC_NAMES } from "../../lib/persist/durability.ts";

/** Flags by their names without dashes, in order; a switch has an empty value. */
export type Flags = ReadonlyMap<string, string>;

/** One use of a directory. */
export interface Use {
  readonly command: "run" | "crash";
  readonly flags: Flags;
}

/** What is done with a directory: several loads that fit it, one after the other. */
export interface Draw {
  /** What all uses have in common, since the directory is written so. */
  readonly store: Flags;
  readonly uses: readonly Use[];
}

/** A command that a use means. */
export type UseCommand = RunCommand | CrashCommand;

/** A crash command, and the line for a shell that means it. */
export interface DrawnCrash {
  readonly command: CrashCommand;
  readonly line: string;
}

/** Chooses a flag's value. */
type Choose = (rng: Rng) => string;

function oneOf(...values: readonly string[]): Choose {
  return (rng) => values[rng.below(values.length)]!;
}

/** A whole number, each order of magnitude as often as the others. */
function magnitude(min: number, max: number): Choose {
  return (rng) => String(Math.floor(min * (max / min) ** rng.fraction()));
}

const KEYS_MAX = 30_000;
/** Added to the keys where records are inserted. */
const INSERTS_MAX = 60_000;
/** So that a draw stays small enough for any machine; values that may be longer go with fewer keys. */
const RECORDS_BYTES_MAX = 24 << 20;
const USES_MAX = 3;
const TRIES_MAX = 1000;

/** The dimensions of a load, and its values where the dimension does not vary. */
const LOAD: Readonly<Record<string, { readonly choose: Choose; readonly usual?: string }>> = {
  threads: { choose: oneOf("1", "2", "3", "4"), usual: "2" },
  keys: { choose: magnitude(1, KEYS_MAX), usual: "1000" },
  "key-size": { choose: oneOf("9", "10", "12", "33", "200") },
  "value-size": { choose: oneOf("0B", "1-1000", "50-400", "1-16000", "4000") },
  workload: { choose: oneOf(...WORKLOAD_NAMES), usual: "a" },
  "read-ratio": { choose: oneOf("0", "0.1", "0.9") },
  "delete-ratio": { choose: oneOf("0.02", "0.1", "0.4") },
  distribution: { choose: oneOf(...DISTRIBUTION_NAMES) },
  preload: { choose: oneOf("preload", "no-preload") },
  pattern: { choose: oneOf("consistent", "unthrottled"), usual: "unthrottled" },
  "load-time-sec": { choose: oneOf("0.02", "0.1", "0.2"), usual: "0.05" },
};

const POLICIES: Readonly<Record<string, Choose>> = {
  "write-period-us": oneOf("1", "500", "5000", "1000000"),
  "queue-depth": oneOf("1", "8", "64", "1024"),
  "flush-period-us": oneOf("500", "5000", "50000"),
  "commit-delay-us": oneOf("0", "0", "100"),
};

/** The dimensions of how a load is persisted, each in the layouts that have it. */
const FILE: Readonly<Record<string, { readonly choose: Choose; readonly layout?: string }>> = {
  sync: { choose: oneOf(...SYNC_NAMES) },
  replace: { choose: oneOf(...REPLACE_NAMES), layout: "snapshot" },
  "log-size": { choose: oneOf("64KiB", "256KiB"), layout: "log" },
};

/** The dimensions of a directory. */
const STORE: Readonly<Record<string, { readonly choose: Choose; readonly usual?: string; readonly layout?: string }>> =
  {
    "file-count": { choose: oneOf("1", "3", "16", "100"), usual: "4" },
    serializer: { choose: oneOf(...SERIALIZER_NAMES) },
    "block-size": { choose: oneOf("512B", "4KiB", "64KiB"), layout: "blocks" },
  };

/** Draws by number: the same seed and number give the same draw. */
export class Swarm {
  readonly seed: number;

  constructor(seed: number) {
    this.seed = seed;
  }

  draw(number: number): Draw {
    const rng = new Rng(this.seed, number);
    const varies = new Varying(rng);
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const store = drawStore(rng, varies);
      const count = varies.has("uses") ? 1 + rng.below(USES_MAX) : 1;
      const uses = Array.from({ length: count }, () => drawUse(rng, varies, store));
      if (uses.every((use) => commandOf({ store, uses }, use, "DIR") !== undefined)) return { store, uses };
    }
    throw new Error(`Cannot draw number ${number} of seed ${this.seed}: no command line was accepted`);
  }

  /** A crash command with a drawn load, of at most so many bytes, and the file backend's flags as given. */
  crashCommand(number: number, backend: readonly string[], { bytesMax = RECORDS_BYTES_MAX } = {}): CrashCommand {
    for (const load of this.#loads(number)) {
      const command = accepted(["crash", ...[...numbered(load)].map(argOf), "file", ...backend], bytesMax);
      if (command?.kind === "crash") return command;
    }
    throw new Error(`Cannot draw number ${number} of seed ${this.seed}: no load goes with ${backend.join(" ")}`);
  }

  /** A crash of a drawn load, of at most so many bytes, on drawn files, with the crash's own flags as given. */
  crashOnFiles(number: number, crash: Flags, { bytesMax = RECORDS_BYTES_MAX } = {}): DrawnCrash {
    const rng = new Rng(this.seed, number);
    const varies = new Varying(rng);
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const store = drawStore(rng, varies);
      const load = numbered(drawLoad(rng, varies));
      const files = [...store, ...drawPersistence(rng, varies, store)];
      const args = ["crash", ...[...crash, ...load].map(argOf), "file", ...files.map(argOf)];
      const command = accepted(args, bytesMax);
      if (command?.kind === "crash") return { command, line: `deno task -q start ${args.join(" ")}` };
    }
    throw new Error(`Cannot draw number ${number} of seed ${this.seed}: no command line was accepted`);
  }

  /** The flags of a run's load, of at most so many bytes, that go with the others given. */
  loadArgs(number: number, others: readonly string[], { bytesMax = RECORDS_BYTES_MAX } = {}): string[] {
    for (const load of this.#loads(number)) {
      const args = [...load].map(argOf);
      if (accepted([...args, ...others], bytesMax) !== undefined) return args;
    }
    throw new Error(`Cannot draw number ${number} of seed ${this.seed}: no load goes with ${others.join(" ")}`);
  }

  *#loads(number: number): Generator<Flags> {
    const rng = new Rng(this.seed, number);
    const varies = new Varying(rng);
    for (let tries = 0; tries < TRIES_MAX; tries++) yield drawLoad(rng, varies);
  }
}

/** Which of the dimensions vary in a draw: about half of them. */
class Varying {
  readonly #rng: Rng;
  readonly #known = new Map<string, boolean>();

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  has(name: string): boolean {
    const known = this.#known.get(name) ?? this.#rng.below(2) === 0;
    this.#known.set(name, known);
    return known;
  }
}

function drawStore(rng: Rng, varies: Varying): Flags {
  const layout = oneOf(...LAYOUT_NAMES)(rng);
  const flags = new Map([["layout", layout]]);
  for (const [name, dimension] of Object.entries(STORE)) {
    if (dimension.layout !== undefined && dimension.layout !== layout) continue;
    if (varies.has(name)) flags.set(name, dimension.choose(rng));
    else if (dimension.usual !== undefined) flags.set(name, dimension.usual);
  }
  return flags;
}

function drawUse(rng: Rng, varies: Varying, store: Flags): Use {
  const isCrash = rng.below(2) === 0;
  const load = drawLoad(rng, varies);
  const flags = new Map(isCrash ? numbered(load) : load);
  if (isCrash) {
    flags.set("kills", String(1 + rng.below(2)));
    if (rng.below(2) === 0) flags.set("cut", "none");
  }
  return { command: isCrash ? "crash" : "run", flags: new Map([...flags, ...drawPersistence(rng, varies, store)]) };
}

function drawPersistence(rng: Rng, varies: Varying, store: Flags): Flags {
  const policies = Object.keys(POLICIES);
  const policy = policies[rng.below(policies.length)]!;
  const flags = new Map([[policy, POLICIES[policy]!(rng)]]);
  for (const [name, { choose, layout }] of Object.entries(FILE)) {
    if ((layout === undefined || layout === store.get("layout")) && varies.has(name)) flags.set(name, choose(rng));
  }
  return flags;
}

/** A load each of whose values is long enough to say which put it is of. */
function numbered(load: Flags): Flags {
  const valueSize = load.get("value-size");
  if (valueSize === undefined) return load;
  return new Map([...load, ["value-size", valueSize.replace(/^(0B|1)(?=-|$)/, String(NUMBERED_VALUE_BYTES_MIN))]]);
}

function drawLoad(rng: Rng, varies: Varying): Flags {
  const flags = new Map<string, string>();
  for (const [name, { choose, usual }] of Object.entries(LOAD)) {
    const value = varies.has(name) ? choose(rng) : usual;
    if (value === undefined) continue;
    if (name === "preload") flags.set(value, "");
    else flags.set(name, value);
  }
  if (flags.get("workload") === "d") flags.set("max-keys", String(Number(flags.get("keys")) + INSERTS_MAX));
  flags.set("seed", String(rng.next() >>> 0));
  return flags;
}

/** The command of a use; `undefined` if the command line refuses it, or it is too large. */
export function commandOf({ store }: Draw, use: Use, output: string): UseCommand | undefined {
  return accepted(argsOf(store, use, output));
}

function accepted(args: readonly string[], bytesMax = RECORDS_BYTES_MAX): UseCommand | undefined {
  try {
    const command = parseCommand(args, { threads: 1, seed: 0 });
    assert(command.kind === "run" || command.kind === "crash");
    const { workload } = command.options;
    if (workload.kind !== "mix") return command;
    const { keyCountMax, keyBytes, valueBytesMax } = workload;
    return keyCountMax * (keyBytes + valueBytesMax) > bytesMax ? undefined : command;
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

function argsOf(store: Flags, { command, flags }: Use, output: string): string[] {
  const isBackend = (name: string) => name in POLICIES || name in FILE;
  const load = [...flags].filter(([name]) => !isBackend(name));
  const backend = [...store, ...[...flags].filter(([name]) => isBackend(name)), ["output", output] as const];
  return [
    ...(command === "crash" ? ["crash"] : []),
    ...load.map(argOf),
    "file",
    ...backend.map(argOf),
    ...(command === "run" ? ["--no-device-probe"] : []),
  ];
}

function argOf([name, value]: readonly [string, string]): string {
  return value === "" ? `--${name}` : `--${name}=${value}`;
}

/** A draw as one line for a shell, in a directory of its own. */
export function shellLine({ store, uses }: Draw): string {
  const lines = uses.map((use) => `deno task -q start ${argsOf(store, use, "$D").join(" ")}`);
  return ["D=$(mktemp -d)", ...lines, "deno task -q start inspect $D"].join("; ");
}

/** The flags that numbers may be halved of. */
const HALVED = ["threads", "keys", "kills", "file-count", "queue-depth"];
const HALVED_SUFFIX = "-us";

/** Draws that are simpler than this one in one respect, the most promising first. */
export function* simplerDraws(draw: Draw): Generator<Draw> {
  const { store, uses } = draw;
  if (uses.length > 1) {
    for (const use of uses.toReversed()) yield { store, uses: uses.filter((other) => other !== use) };
  }
  for (const simpler of simplerFlags(store)) yield { store: simpler, uses };
  for (const use of uses) {
    for (const flags of simplerFlags(use.flags)) {
      yield { store, uses: uses.map((other) => other === use ? { ...use, flags } : other) };
    }
  }
}

function* simplerFlags(flags: Flags): Generator<Flags> {
  for (const [name, value] of flags) {
    const { usual } = { ...LOAD, ...STORE }[name] ?? {};
    const without = new Map(flags);
    without.delete(name);
    // What the command line needs, it says itself.
    if (usual === undefined) yield without;
    else if (value !== usual) yield new Map([...flags, [name, usual]]);
    const half = Math.floor(Number(value) / 2);
    if ((HALVED.includes(name) || name.endsWith(HALVED_SUFFIX)) && half >= 1) {
      yield new Map([...flags, [name, String(half)]]);
    }
  }
}
