/**
 * The workers of each mutant: which of kvlab's workers a wrong one takes the place of.
 *
 * @module
 */
import type { RunHooks } from "../../../lib/run/live.ts";
import { FILE_MUTANTS, isMutant, LOAD_MUTANTS, PATCHED_FILE_WORKERS, PATCHED_LOAD_WORKERS } from "./mutants.ts";

/** The modules of the workers, for the mutants that are workers of their own and for those that are patched. */
const FILE_WORKERS = [
  { mutants: FILE_MUTANTS, module: "./mutant_file_worker.ts" },
  { mutants: PATCHED_FILE_WORKERS, module: "./patched_file_worker.ts" },
];
const LOAD_WORKERS = [
  { mutants: LOAD_MUTANTS, module: "./mutant_load_worker.ts" },
  { mutants: PATCHED_LOAD_WORKERS, module: "./patched_load_worker.ts" },
];

/**
 * Creates a mutant's workers.
 *
 * @throws {Error} when there is no such mutant
 */
export function mutantWorkers(name: string): Pick<RunHooks, "createLoadWorker" | "createFileWorker"> {
  const fileWorker = FILE_WORKERS.find(({ mutants }) => isMutant(mutants, name));
  if (fileWorker !== undefined) return { createFileWorker: () => createWorker(fileWorker.module, name) };
  const loadWorker = LOAD_WORKERS.find(({ mutants }) => isMutant(mutants, name));
  if (loadWorker !== undefined) return { createLoadWorker: () => createWorker(loadWorker.module, name) };
  throw new Error(`Cannot be wrong: there is no mutant ${JSON.stringify(name)}`);
}

function createWorker(module: string, name: string): Worker {
  return new Worker(new URL(module, import.meta.url), { type: "module", name });
}
