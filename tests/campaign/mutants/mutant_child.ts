/**
 * The mutant child: kvlab with one of its workers replaced by a wrong one. Its arguments are the mutant's name and the
 * options.
 *
 * @module
 */
import { runChild } from "../../../lib/crash/child.ts";
import { exitWithParent } from "../../../lib/crash/parent_watch.ts";
import { FILE_MUTANTS, isMutant, LOAD_MUTANTS } from "./mutants.ts";

const [name = "", optionsJson = ""] = Deno.args;
exitWithParent();
await runChild(optionsJson, {
  ...(isMutant(FILE_MUTANTS, name) ? { createFileWorker: () => createFileWorker(name) } : {}),
  ...(isMutant(LOAD_MUTANTS, name) ? { createLoadWorker: () => createLoadWorker(name) } : {}),
});

function createFileWorker(name: string): Worker {
  return new Worker(new URL("./mutant_file_worker.ts", import.meta.url), { type: "module", name });
}

function createLoadWorker(name: string): Worker {
  return new Worker(new URL("./mutant_load_worker.ts", import.meta.url), { type: "module", name });
}
