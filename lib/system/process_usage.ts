/**
 * What processes have used, according to Linux (`man 5 proc`). Other systems do not tell.
 *
 * @module
 */
import { readDirectory } from "./file_io.ts";

/** What a process, or several together, have used since they began; what the system does not tell is absent. */
export interface ProcessUsage {
  /** Time on processors, in user and in system mode, of all threads, in milliseconds. */
  readonly cpuMs?: number | undefined;
  /** The most memory that was resident at once; of several processes, the sum of what each had at most. */
  readonly residentBytesMax?: number | undefined;
  /**
   * Bytes of the pages that were handed to file systems to be written to a device. What was truncated or removed before
   * it was written does not count. File systems that keep everything in memory count nothing.
   */
  readonly deviceBytes?: number | undefined;
}

/** Linux reports times in hundredths of a second, whatever its clock is. */
const TICK_MS = 10;

/** What a process has used; everything but its memory includes its children that have ended. */
export function usageOf(pid: number | "self"): ProcessUsage {
  return { cpuMs: cpuMsOf(pid), residentBytesMax: residentBytesMaxOf(pid), deviceBytes: deviceBytesOf(pid) };
}

/**
 * What processes and all their descendants have used together. A child that shares its parent's memory, having been
 * forked to write a snapshot of it, adds no memory. One that ends meanwhile adds nothing: what it has used is its
 * parent's.
 */
export function usageOfTrees(pids: readonly number[]): ProcessUsage {
  const usages = pids.map((pid) => {
    const trees = childrenOf(pid).map((child) => ({ child, used: usageOfTrees([child]) }))
      .filter(({ child }) => !hasEnded(child));
    const own = usageOf(pid);
    const apart = trees.filter(({ child }) => programOf(child) !== programOf(pid));
    return {
      cpuMs: sum([own.cpuMs, ...trees.map(({ used }) => used.cpuMs)]),
      residentBytesMax: sum([own.residentBytesMax, ...apart.map(({ used }) => used.residentBytesMax)]),
      deviceBytes: sum([own.deviceBytes, ...trees.map(({ used }) => used.deviceBytes)]),
    };
  });
  return {
    cpuMs: sum(usages.map(({ cpuMs }) => cpuMs)),
    residentBytesMax: sum(usages.map(({ residentBytesMax }) => residentBytesMax)),
    deviceBytes: sum(usages.map(({ deviceBytes }) => deviceBytes)),
  };
}

/** From now on, the most memory of this process counts from what it has now, if the system lets it. */
export function forgetResidentMax(): void {
  try {
    Deno.writeTextFileSync("/proc/self/clear_refs", "5", { create: false });
  } catch {
    // It counts from the start of the process.
  }
}

function cpuMsOf(pid: number | "self"): number | undefined {
  // The name before it is in parentheses, and may hold anything.
  const fields = readProc(`${pid}/stat`)?.replace(/^.*\) /s, "").split(" ").map(Number);
  // The times of the process in user and in system mode, then those of its children that have ended.
  return fields && finite(sum(fields.slice(11, 15))! * TICK_MS);
}

function residentBytesMaxOf(pid: number | "self"): number | undefined {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readProc(`${pid}/status`) ?? "")?.[1];
  return kib === undefined ? undefined : Number(kib) * 1024;
}

function deviceBytesOf(pid: number | "self"): number | undefined {
  const text = readProc(`${pid}/io`);
  const count = (name: string) => Number(new RegExp(`^${name}: (\\d+)$`, "m").exec(text ?? "")?.[1]);
  return finite(count("write_bytes") - count("cancelled_write_bytes"));
}

/** Empty if there are none, or the system does not tell. */
function childrenOf(pid: number): number[] {
  try {
    const threads = readDirectory(`/proc/${pid}/task`).map(({ name }) => name);
    return threads.flatMap((thread) => readProc(`${pid}/task/${thread}/children`)?.match(/\d+/g) ?? []).map(Number);
  } catch {
    return [];
  }
}

/** Whether there is no such process any more, or it only waits for its parent to notice its end. */
function hasEnded(pid: number): boolean {
  const state = readProc(`${pid}/stat`)?.replace(/^.*\) /s, "")[0];
  return state === undefined || state === "Z" || state === "X";
}

function programOf(pid: number): string | undefined {
  try {
    return Deno.readLinkSync(`/proc/${pid}/exe`);
  } catch {
    return undefined;
  }
}

/** Undefined if there is no such process any more, or the system does not tell. */
function readProc(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(`/proc/${path}`);
  } catch {
    return undefined;
  }
}

/** Undefined if any is. */
function sum(values: readonly (number | undefined)[]): number | undefined {
  return values.reduce((total, value) => total === undefined || value === undefined ? undefined : total + value, 0);
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
