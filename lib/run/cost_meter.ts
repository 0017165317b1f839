/**
 * Measures what a load costs besides time: processors, memory, and what is written to the device.
 *
 * It reads what the system has counted anyway, just before the load and after everything is in its files; between them
 * it does nothing.
 *
 * @module
 */
import process from "node:process";
import { type ProcessUsage, usageOf, usageOfTrees } from "../system/process_usage.ts";
import { volatileFileSystem } from "../system/system.ts";
import { given } from "../option/given.ts";

/** What a load has cost; what the system does not tell is absent. */
export interface CostResult {
  /** Processor time of kvlab's process, from the start of the load until all is in its files, in milliseconds. */
  readonly cpuMs: number;
  /** The most memory of kvlab's process that was resident at once since the run began, in bytes. */
  readonly residentBytesMax?: number;
  /**
   * The same of the processes that hold the data, if they are not kvlab's own: `unknown` if kvlab did not start them.
   */
  readonly servers?: "unknown" | ServerCosts;
  /** Bytes that the load has handed to file systems for the device. */
  readonly deviceBytes?: number;
  /** Bytes that the directory occupies after all was closed. */
  readonly diskBytes?: number;
  /** Bytes of all keys and values in it. */
  readonly liveBytes?: number;
}

/** What the servers of an engine have cost, all together. */
interface ServerCosts {
  readonly cpuMs: number;
  /** Since they were started. */
  readonly residentBytesMax?: number;
}

/** Which processes hold the data if kvlab's own does not: their ids, or `elsewhere` if kvlab did not start them. */
type DataHolders = readonly number[] | "elsewhere";

/** Where a load's costs arise. */
export interface CostPlaces {
  /** Where the data goes, if kvlab knows. */
  readonly directory?: string | undefined;
  /** Absent if kvlab itself holds the data. */
  readonly servers?: DataHolders | undefined;
}

/** Measures the costs of one run. */
export class CostMeter {
  readonly #places: CostPlaces;
  #before: { readonly cpuMs: number; readonly holders: ProcessUsage } | undefined;

  constructor(places: CostPlaces) {
    this.#places = places;
  }

  /** Called just before the load. */
  start(): void {
    this.#before = { cpuMs: ownCpuMs(), holders: this.#holders() };
  }

  /** What the load has cost; called when all is in its files. Undefined if the load never began. */
  result(): CostResult | undefined {
    const before = this.#before;
    if (before === undefined) return undefined;
    const cpuMs = ownCpuMs() - before.cpuMs;
    const holders = this.#holders();
    const { residentBytesMax } = usageOf("self");
    const deviceBytes = this.#isOnDevice() ? difference(holders.deviceBytes, before.holders.deviceBytes) : undefined;
    return {
      cpuMs,
      ...given({ residentBytesMax }),
      ...serverCosts(this.#places.servers, before.holders, holders),
      ...(deviceBytes === undefined || deviceBytes <= 0 ? {} : { deviceBytes }),
    };
  }

  /** What the processes that hold the data have used so far. */
  #holders(): ProcessUsage {
    const { servers } = this.#places;
    if (servers === undefined) return usageOf("self");
    return servers === "elsewhere" ? {} : usageOfTrees(servers);
  }

  #isOnDevice(): boolean {
    const { directory } = this.#places;
    return directory !== undefined && volatileFileSystem(directory) === undefined;
  }
}

/** The costs together with what the run has left in its directory; unchanged where that is not known. */
export function withContents(
  costs: CostResult | undefined,
  { diskBytes, liveBytes }: { diskBytes?: number | undefined; liveBytes?: number | undefined },
): { costs?: CostResult } {
  if (costs === undefined) return {};
  return {
    costs: {
      ...costs,
      ...given({ diskBytes, liveBytes }),
    },
  };
}

function serverCosts(
  servers: CostPlaces["servers"],
  before: ProcessUsage,
  { cpuMs, residentBytesMax }: ProcessUsage,
): Pick<CostResult, "servers"> {
  if (servers === undefined) return {};
  const cpu = difference(cpuMs, before.cpuMs);
  if (cpu === undefined) return { servers: "unknown" };
  return { servers: { cpuMs: cpu, ...given({ residentBytesMax }) } };
}

/** All threads' time in user and in system mode, including those of workers that have ended. */
function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function difference(after: number | undefined, before: number | undefined): number | undefined {
  return after === undefined || before === undefined ? undefined : after - before;
}
