/**
 * The mutant child: kvlab with one of its workers replaced by a wrong one. Its arguments are the mutant's name and the
 * options.
 *
 * @module
 */
import { runChild } from "../../../lib/crash/child.ts";
import { exitWithParent } from "../../../lib/crash/parent_watch.ts";
import { FILE_MUTANTS, isMutant, LOAD_MUTANTS, PATCHED_FILE_MUTANTS, PATCHED_LOAD_MUTANTS } from "./mutants.ts";

/** The modules of the workers, for the mutants that are workers of their own and for those that are patched. */
const FILE_WORKERS = [
  { mutants: FILE_MUTANTS, module: "./mutant_file_worker.ts" },
  { mutants: PATCHED_FILE_MUTANTS, module: "./patched_file_worker.ts" },
];
const LOAD_WORKERS = [
  { mutants: LOAD_MUTANTS, module: "./mutant_load_worker.ts" },
  { mutants: PATCHED_LOAD_MUTANTS, module: "./patched_load_worker.ts" },
];

const [name = "", optionsJson = ""] = Deno.args;
exitWithParent();
const fileWorker = FILE_WORKERS.find(({ mutants }) => isMutant(mutants, name));
const loadWorker = LOAD_WORKERS.find(({ mutants }) => isMutant(mutants, name));
await runChild(optionsJson, {
  ...(fileWorker === undefined ? {} : { createFileWorker: () => createWorker(fileWorker.module) }),
  ...(loadWorker === undefined ? {} : { createLoadWorker: () => createWorker(loadWorker.module) }),
});

function createWorker(module: string): Worker {
  return new Worker(new URL(module, import.meta.url), { type: "module", name });
}
