/**
 * Checks before a run how many load workers the process has room for: if it ran out of descriptors later, Deno would
 * panic and leave everything as it was at that moment.
 *
 * @module
 */
import { loadWorkersWrite } from "../persist/policy/policies.ts";
import type { RunOptions } from "./run_options.ts";
import { plannedStore } from "../backend/planned_store.ts";
import { UsageError } from "../option/wording.ts";
import { ENGINES } from "../engine/engines.ts";
import { keySpaceOf } from "../load/key_space.ts";
import { mixKeySpace } from "../load/workload.ts";
import { availableMemory } from "../system/memory.ts";
import { openFilesLimit, threadsLeft } from "../system/system.ts";
import { SharedStore } from "../store/shared_store.ts";

/** For Deno's event loop and its channels, in each worker: 6 as measured under Linux. */
const DESCRIPTORS_PER_WORKER = 6;
/** The file that a thread keeps open, and another while it is being replaced. */
const DESCRIPTORS_PER_WRITER = 2;
/** What an engine's connection opens: a database with its log and its index, or a socket. */
const DESCRIPTORS_PER_CONNECTION = 4;
/** The files in which a thread records what was acknowledged, and what it has written and synced. */
const DESCRIPTORS_PER_WITNESS = 3;
/** The main thread's 23 as measured, the lock, the pipes of helper commands, and some that were inherited. */
const DESCRIPTORS_OF_PROCESS = 40;
/** What a worker takes, as measured in loads of 1 to 32 threads: V8's heap, the modules, the stack. */
const MEMORY_PER_WORKER = 18 * 2 ** 20;
/** What the process takes beside its workers, once the load runs, that it does not take yet. */
const MEMORY_OF_PROCESS = 16 * 2 ** 20;
/** What another kvlab takes, as measured, without its workers. */
const MEMORY_PER_CHILD = 60 * 2 ** 20;

/** Its own, and one with which Deno reads its modules. */
const THREADS_PER_WORKER = 2;
/** V8's, and those of helper commands. */
const THREADS_OF_PROCESS = 16;

/** What the system grants; absent if it does not say. */
interface WorkerLimits {
  readonly openFiles?: number | undefined;
  readonly memoryBytes?: number | undefined;
  readonly threads?: number | undefined;
}

/** A resource that a run needs more of than there is. */
interface Shortage {
  readonly of: "open files" | "memory" | "threads";
  /** What the run needs and what there is: a number, or bytes. */
  readonly needed: number;
  readonly granted: number;
  /** How many load workers there is enough for; 0 if not even for one. */
  readonly threadsMax: number;
}

/**
 * The resource of which the system grants too little for the workers of a run; `undefined` if there is enough of all.
 *
 * @param options `witnessed`: whether the workers are those of a child, with a witness of what is acknowledged;
 * `storeBytes`: what the store takes besides the workers
 */
export function workerShortage(
  { threads, backend, workload, witnessed = false, storeBytes = 0 }:
    & Pick<RunOptions, "threads" | "backend">
    & Partial<Pick<RunOptions, "workload">>
    & { witnessed?: boolean; storeBytes?: number },
  { openFiles = Infinity, memoryBytes = Infinity, threads: threadsGranted = Infinity }: WorkerLimits,
): Shortage | undefined {
  const fileWorkers = backend.kind === "file" ? 1 : 0;
  const others = fileWorkers + (workload?.kind === "replay" ? 1 : 0);
  const threadsWrite = backend.kind === "file" && loadWorkersWrite(backend.policy);
  const connections = backend.kind === "engine" ? 1 : 0;
  const perThread = DESCRIPTORS_PER_WORKER + connections * DESCRIPTORS_PER_CONNECTION +
    (threadsWrite ? DESCRIPTORS_PER_WRITER : 0) +
    (witnessed ? DESCRIPTORS_PER_WITNESS : 0);
  const besides = DESCRIPTORS_OF_PROCESS +
    others * (DESCRIPTORS_PER_WORKER + DESCRIPTORS_PER_WRITER + DESCRIPTORS_PER_WITNESS);
  const memoryBesides = MEMORY_OF_PROCESS + others * MEMORY_PER_WORKER + (witnessed ? MEMORY_PER_CHILD : 0) +
    storeBytes;
  const shortage = (of: Shortage["of"], granted: number, each: number, others: number): Shortage[] => {
    const needed = others + threads * each;
    return needed <= granted
      ? []
      : [{ of, needed, granted, threadsMax: Math.max(0, Math.floor((granted - others) / each)) }];
  };
  return [
    ...shortage("open files", openFiles, perThread, besides),
    ...shortage("memory", memoryBytes, MEMORY_PER_WORKER, memoryBesides),
    ...shortage("threads", threadsGranted, THREADS_PER_WORKER, THREADS_OF_PROCESS + others * THREADS_PER_WORKER),
  ].sort((a, b) => a.threadsMax - b.threadsMax)[0];
}

const MIB = 2 ** 20;

/**
 * @param memory what is free; by default as the system says
 * @throws {UsageError} when the system has too little room; the message says what would fit
 */
export function refuseTooManyWorkers(
  options: RunOptions & { witnessed?: boolean },
  memory = availableMemory(),
): void {
  const storeBytes = storeBytesOf(options);
  const shortage = workerShortage({ ...options, storeBytes }, {
    openFiles: openFilesLimit(),
    memoryBytes: memory?.bytes,
    threads: threadsLeft(),
  });
  if (shortage === undefined) return;
  const { threadsMax } = shortage;
  const countsStore = shortage.of === "memory" && storeBytes > 0;
  // The records of a trace are as they are.
  const advice = countsStore && options.workload.kind === "mix" ? ", lower --keys or --value-size" : "";
  const fits = threadsMax === 0 ? `not even one thread fits${advice}` : `at most --threads=${threadsMax} fits`;
  const store = countsStore ? ` and a store of ${Math.ceil(storeBytes / MIB)}MiB take` : " takes";
  const where = shortage.of === "memory" && memory?.ofGroup ? " in its control group" : "";
  throw new UsageError(`--threads=${options.threads}${store} ${wantText(shortage)}${where}: ${fits}`);
}

/**
 * What the records that exist before the load take; those that it may insert are not counted, which it may never do.
 */
function storeBytesOf({ backend, workload, threads, witnessed }: RunOptions & { witnessed?: boolean }): number {
  if (workload.kind === "seed") return 0;
  if (workload.kind === "replay") {
    if (backend.kind === "engine") return 0;
    return SharedStore.byteLength(plannedStore(backend, keySpaceOf(workload, witnessed), threads));
  }
  const { keyCount, preload, keyBytes, valueBytesMin, valueBytesMax } = workload;
  if (backend.kind === "engine") {
    const recordBytes = keyBytes + (valueBytesMin + valueBytesMax) / 2;
    // What is not preloaded may never be put.
    return preload
      ? ENGINES[backend.engine].serverBytes?.(backend.settings, { records: keyCount, recordBytes }) ?? 0
      : 0;
  }
  return SharedStore.byteLength(plannedStore(backend, { ...mixKeySpace(workload), keyCount }, threads));
}

function wantText({ of, needed, granted }: Shortage): string {
  switch (of) {
    case "memory":
      return `${Math.ceil(needed / MIB)}MiB of memory, ${Math.floor(granted / MIB)}MiB are free`;
    case "open files":
      return `${needed} open files, the limit is ${granted} (ulimit -n)`;
    case "threads":
      return `${needed} threads of the system, ${granted} are left (ulimit -u)`;
  }
}
