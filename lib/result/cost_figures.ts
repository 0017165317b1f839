/**
 * The figures of what a load costs: processors, memory, the device. What the system does not tell is absent.
 *
 * @module
 */
import type { CostResult } from "../run/cost_meter.ts";
import type { FigureRow, FigureSource } from "./figure.ts";
import { readableBytes, readableDuration, readableNumber } from "./format.ts";

/** Their section in the tables of several runs. */
const COSTS = "costs";

/** What every backend costs. */
export const COST_FIGURES: readonly FigureRow[] = [
  {
    name: "cpu_per_op",
    kind: "duration",
    of: ({ costs, ops }) => quotient(costs && ofAll(costs, ({ cpuMs }) => cpuMs), ops),
    column: { section: COSTS, label: "CPU per operation" },
    phrase: { line: "costs", text: (ms, other) => `${readableDuration(ms)} of CPU per operation${parts(other)}` },
  },
  {
    name: "kvlab_cpu_per_op",
    kind: "duration",
    of: ({ costs, ops }) => costs?.servers && quotient(costs.cpuMs, ops),
    column: { section: COSTS, label: "of that, kvlab's" },
    phrase: {
      line: "costs",
      text: (ms, other) => other("cpu_per_op") > 0 ? undefined : `${readableDuration(ms)} of kvlab's CPU per operation`,
    },
  },
  {
    name: "server_cpu_per_op",
    kind: "duration",
    of: ({ costs, ops }) => quotient(serversOf(costs)?.cpuMs, ops),
    column: { section: COSTS, label: "the server's" },
  },
  {
    name: "resident_bytes_max",
    kind: "bytes",
    of: ({ costs }) => costs && ofAll(costs, ({ residentBytesMax }) => residentBytesMax),
    column: { section: COSTS, label: "resident at most" },
    phrase: { line: "costs", text: (bytes) => `${readableBytes(bytes)} resident` },
  },
  {
    name: "kvlab_resident_bytes_max",
    kind: "bytes",
    of: ({ costs }) => costs?.servers && costs.residentBytesMax,
    column: { section: COSTS, label: "of that, kvlab" },
    phrase: {
      line: "costs",
      text: (bytes, other) => other("resident_bytes_max") > 0 ? undefined : `${readableBytes(bytes)} resident in kvlab`,
    },
  },
  {
    name: "server_resident_bytes_max",
    kind: "bytes",
    of: ({ costs }) => serversOf(costs)?.residentBytesMax,
    column: { section: COSTS, label: "the server" },
  },
  { name: "device_bytes", kind: "bytes", of: ({ costs }) => costs?.deviceBytes },
  {
    name: "device_bytes_per_byte_put",
    kind: "mean",
    of: ({ costs, putBytes }) => quotient(costs?.deviceBytes, putBytes),
    column: { section: COSTS, label: "to the device per byte put" },
    phrase: { line: "costs", text: (times) => `${readableNumber(times)} B to the device per byte put` },
  },
  {
    name: "disk_bytes",
    kind: "bytes",
    of: ({ costs }) => costs?.diskBytes,
    column: { section: COSTS, label: "on disk" },
    phrase: {
      line: "costs",
      text: (bytes, other) => {
        const times = other("disk_bytes_per_live_byte");
        return `${readableBytes(bytes)} on disk${times === 0 ? "" : ` (${readableNumber(times)} times what is live)`}`;
      },
    },
  },
  { name: "live_bytes", kind: "bytes", of: ({ costs }) => costs?.liveBytes },
  {
    name: "disk_bytes_per_live_byte",
    kind: "mean",
    of: ({ costs }) => quotient(costs?.diskBytes, costs?.liveBytes),
    column: { section: COSTS, label: "on disk per live byte" },
  },
];

/** The servers' costs, if kvlab knows them. */
function serversOf(costs: FigureSource["costs"]) {
  return costs?.servers === "unknown" ? undefined : costs?.servers;
}

/** A cost of kvlab and of the servers together; `undefined` if either is not known. */
function ofAll(
  costs: CostResult,
  of: (costs: Partial<Pick<CostResult, "cpuMs" | "residentBytesMax">>) => number | undefined,
): number | undefined {
  const own = of(costs);
  if (costs.servers === undefined) return own;
  const servers = costs.servers === "unknown" ? undefined : of(costs.servers);
  return own === undefined || servers === undefined ? undefined : own + servers;
}

/** Whose CPU it was, if not kvlab's alone. */
function parts(other: (name: string) => number): string {
  const kvlab = other("kvlab_cpu_per_op");
  return kvlab === 0
    ? ""
    : ` (kvlab ${readableDuration(kvlab)}, the server ${readableDuration(other("server_cpu_per_op"))})`;
}

function quotient(amount: number | undefined, divisor: number | undefined): number | undefined {
  return amount === undefined || divisor === undefined || divisor === 0 ? undefined : amount / divisor;
}
