/**
 * The header of a sweep's results: what is measured, and on what machine.
 *
 * @module
 */
import type { BackendOptions } from "../backend/backend.ts";
import { nameOf, promisesOf } from "../backend/backends.ts";
import type { SpaceConfiguration, SweepSpace } from "../cli/sweep_space.ts";
import { type Machine, machineObject } from "../result/machine.ts";
import { optionsObject } from "../result/option/options.ts";
import { type ConfigurationEntry, SWEEP_KIND, SWEEP_VERSION, type SweepHeader } from "../sweep/lines.ts";
import { configurationNames } from "../sweep/names.ts";
import { shellWord } from "../option/wording.ts";
import { VERSION } from "../version.ts";

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
