/**
 * Checks, before anything starts, that the system has room for a run's workers and its store.
 *
 * @module
 */
import { plannedStore } from "../backend/planned_store.ts";
import { UsageError } from "../cli/usage_error.ts";
import { ENGINES } from "../engine/engines.ts";
import { mixKeySpace } from "../load/workload.ts";
import { availableMemory } from "../system/memory.ts";
import { openFilesLimit, threadsLeft } from "../system/system.ts";
import type { RunOptions } from "../run/run_options.ts";
import { type Shortage, workerShortage } from "../run/worker_limit.ts";
import { SharedStore } from "../store/shared_store.ts";

const MIB = 2 ** 20;

/** @throws {UsageError} when the system has too little room; the message says what would fit */
export function refuseTooManyWorkers(options: RunOptions & { witnessed?: boolean }): void {
  const memory = availableMemory();
  const storeBytes = storeBytesOf(options);
  const shortage = workerShortage({ ...options, storeBytes }, {
    openFiles: openFilesLimit(),
    memoryBytes: memory?.bytes,
    threads: threadsLeft(),
  });
  if (shortage === undefined) return;
  const { threadsMax } = shortage;
  const countsStore = shortage.of === "memory" && storeBytes > 0;
  const none = countsStore ? "not even one thread fits, lower --keys or --value-size" : "not even one thread fits";
  const fits = threadsMax === 0 ? none : `at most --threads=${threadsMax} fits`;
  const store = countsStore ? ` and a store of ${Math.ceil(storeBytes / MIB)}MiB take` : " takes";
  const where = shortage.of === "memory" && memory?.ofGroup ? " in its control group" : "";
  throw new UsageError(`--threads=${options.threads}${store} ${wantText(shortage)}${where}: ${fits}`);
}

/**
 * What the records that exist before the load take; those that it may insert are not counted, which it may never do.
 */
function storeBytesOf({ backend, workload, threads }: RunOptions): number {
  if (workload.kind === "seed") return 0;
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
