/**
 * The power campaign's child: kvlab with a numbered load, which ends as `main.ts` does when it fails. Its arguments are
 * the options and, for a mutant, its name.
 *
 * @module
 */
import { runChild } from "../../lib/crash/child.ts";
import { mutantWorkers } from "./mutants/mutant_workers.ts";

const [optionsJson = "", mutant] = Deno.args;
try {
  await runChild(optionsJson, mutant === undefined ? {} : mutantWorkers(mutant));
  Deno.exit(0);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  Deno.stderr.writeSync(new TextEncoder().encode(`kvlab: ${message}\n`));
  Deno.exit(1);
}
