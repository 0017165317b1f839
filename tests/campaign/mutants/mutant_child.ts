/**
 * The mutant child: kvlab with one of its workers replaced by a wrong one. Its arguments are the mutant's name and the
 * options.
 *
 * @module
 */
import { runChild } from "../../../lib/crash/child.ts";
import { exitWithParent } from "../../../lib/system/command.ts";
import { mutantWorkers } from "./mutant_workers.ts";

const [name = "", optionsJson = ""] = Deno.args;
void exitWithParent();
await runChild(optionsJson, mutantWorkers(name));
// Its load has ended, but not what watches its parent.
Deno.exit(0);
