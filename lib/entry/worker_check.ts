/**
 * Checks, before anything starts, that the system has room for a run's workers.
 *
 * @module
 */
import { UsageError } from "../cli/usage_error.ts";
import { availableMemory, openFilesLimit, threadsLeft } from "../persist/system.ts";
import type { RunOptions } from "../run/run_options.ts";
import { type Shortage, workerShortage } from "../run/worker_limit.ts";

const MIB = 2 ** 20;

/** @throws {UsageError} when the system has too little room; the message says what would fit */
export function refuseTooManyWorkers(options: RunOptions & { witnessed?: boolean }): void {
  const shortage = workerShortage(options, {
    openFiles: openFilesLimit(),
    memoryBytes: availableMemory(),
    threads: threadsLeft(),
  });
  if (shortage !== undefined) throw new UsageError(messageOf(shortage, options.threads));
}

function messageOf(shortage: Shortage, threads: number): string {
  const { threadsMax } = shortage;
  const fits = threadsMax === 0 ? "not even one thread fits" : `at most --threads=${threadsMax} fits`;
  return `--threads=${threads} takes ${wantText(shortage)}: ${fits}`;
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
