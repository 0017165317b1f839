/**
 * The results file of a new or resumed sweep, and its header: what is measured, and on what machine.
 *
 * @module
 */
import type { SweepCommand } from "./command.ts";
import { shellWord, UsageError } from "../option/wording.ts";
import type { Fields } from "../result/json.ts";
import {
  type ConfigurationEntry,
  SWEEP_KIND,
  SWEEP_VERSION,
  type SweepHeader,
  type SweepLine,
} from "../sweep/lines.ts";
import { SweepFile } from "../sweep/results_file.ts";
import { warn } from "./terminal.ts";
import type { BackendOptions } from "../backend/backend.ts";
import { nameOf, promisesOf } from "../backend/backends.ts";
import type { SpaceConfiguration, SweepSpace } from "./sweep_space.ts";
import { type Machine, machineObject } from "../result/machine.ts";
import { optionsObject } from "../result/option/options.ts";
import { configurationNames } from "../sweep/names.ts";
import { VERSION } from "../version.ts";

/** A new or resumed sweep. */
interface OpenSweep {
  /** The results file; absent if results are not kept. */
  readonly file: SweepFile | undefined;
  /** The header, from when the sweep was first started. */
  readonly header: SweepHeader;
  /** The results so far. */
  readonly lines: readonly SweepLine[];
}

/**
 * Creates the results file, if one is asked for, or opens it to continue the sweep.
 *
 * @throws {UsageError} when the file belongs to another sweep
 * @throws {PersistError} when it cannot be read or written
 */
export function openSweep({ resultsFile, resume, load }: SweepCommand, header: SweepHeader): OpenSweep {
  if (resultsFile === undefined) return { file: undefined, header, lines: [] };
  if (!resume) return { file: SweepFile.create(resultsFile, header), header, lines: [] };
  const { file, content } = SweepFile.resume(resultsFile, header);
  try {
    const asked = load.has("seed") ? header : withSeedOf(header, content.header);
    refuseOther(resultsFile, content.header, asked);
  } catch (error) {
    file.close();
    throw error;
  }
  if (content.isTorn) {
    const torn = content.header === header
      ? `not even the first line of ${resultsFile} was whole: the sweep begins anew`
      : `cut off the torn last line of ${resultsFile}`;
    warn(`kvlab: ${torn}`);
  }
  return { file, header: content.header, lines: content.lines };
}

/** The header with the other's seed: a resumed sweep keeps a seed that was chosen at random. */
function withSeedOf(header: SweepHeader, { seed }: SweepHeader): SweepHeader {
  const loadArgs = header.load_args.map((arg) => arg.startsWith("--seed=") ? `--seed=${seed}` : arg);
  return { ...header, seed, load_args: loadArgs };
}

/** @throws {UsageError} when the command asks for something else than the file was started with */
function refuseOther(path: string, kept: SweepHeader, asked: SweepHeader): void {
  const refuse = (what: string, was: string, is: string) => {
    throw new UsageError(`${path} was made with another ${what}: it has ${was}, got ${is}`);
  };
  refuseOtherList(kept.load_args, asked.load_args, "load", refuse);
  const key = Object.keys(asked.machine).find((key) => !isSame(kept.machine, asked.machine, key));
  if (key !== undefined) {
    refuse("machine", `${key} ${JSON.stringify(kept.machine[key])}`, JSON.stringify(asked.machine[key]));
  }
  if (kept.kvlab !== asked.kvlab) refuse("version", `kvlab ${kept.kvlab}`, `kvlab ${asked.kvlab}`);
  const texts = ({ configurations }: SweepHeader) => configurations.map(({ args }) => args.join(" "));
  refuseOtherList(texts(kept), texts(asked), "space", refuse);
}

function refuseOtherList(
  kept: readonly string[],
  asked: readonly string[],
  what: string,
  refuse: (what: string, was: string, is: string) => void,
): void {
  const only = kept.find((item) => !asked.includes(item));
  const other = asked.find((item) => !kept.includes(item));
  if (only !== undefined || other !== undefined) refuse(what, only ?? `no ${other}`, other ?? `no ${only}`);
}

/** The memory that a system reports varies slightly between boots. */
const MEMORY_TOLERANCE = 0.01;

function isSame(kept: Fields, asked: Fields, key: string): boolean {
  const [was, is] = [kept[key], asked[key]];
  if (key !== "memory_bytes" || typeof was !== "number" || typeof is !== "number") return was === is;
  return Math.abs(was - is) <= MEMORY_TOLERANCE * was;
}

/** A sweep's configurations, and the seed of its load and of their order. */
export interface PlannedSweep extends SweepSpace {
  readonly seed: number;
}

/** The id of the configuration at an index. */
export function configurationId(index: number): string {
  return `c${String(index + 1).padStart(2, "0")}`;
}

/** The header of a sweep that starts now. */
export async function sweepHeader(
  { configurations, loadArgs, seed }: PlannedSweep,
  machine: Machine,
): Promise<SweepHeader> {
  const [first] = configurations;
  if (first === undefined) throw new RangeError("Cannot begin a sweep: it has no configuration");
  const names = namesOf(configurations);
  const { backend: _, rate_per_sec: __, ...options } = optionsObject({ ...first.options, backend: { kind: "memory" } });
  return {
    kind: SWEEP_KIND,
    version: SWEEP_VERSION,
    kvlab: VERSION,
    started_at: new Date().toISOString(),
    seed,
    load_args: loadArgs,
    options,
    machine: machineObject(machine),
    configurations: await Promise.all(
      configurations.map((one, index) =>
        entryOf(one, { id: configurationId(index), name: names[index] ?? "", loadArgs })
      ),
    ),
  };
}

/** What the configurations are called. */
export function namesOf(configurations: readonly SpaceConfiguration[]): string[] {
  return configurationNames(configurations.map(({ args, options: { backend } }) => ({ args, ...kindOf(backend) })));
}

function kindOf(backend: BackendOptions): Pick<ConfigurationEntry, "backend" | "layout"> {
  return {
    backend: nameOf(backend),
    layout: backend.kind === "file" ? backend.layout.kind : null,
  };
}

async function entryOf(
  { args, options: { backend, threads } }: SpaceConfiguration,
  { id, name, loadArgs }: { readonly id: string; readonly name: string; readonly loadArgs: readonly string[] },
): Promise<ConfigurationEntry> {
  const { processCrash, powerLoss } = await promisesOf(backend, threads);
  return {
    id,
    name,
    args,
    command: ["kvlab", ...loadArgs, ...args].map(shellWord).join(" "),
    ...kindOf(backend),
    promises: { process_crash: processCrash.text, power_loss: powerLoss.text },
  };
}
