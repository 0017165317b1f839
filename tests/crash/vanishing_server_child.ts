/**
 * A child whose server's program is gone once the server runs, so that it cannot be started again. Its arguments are
 * the program and the options.
 *
 * @module
 */
import { runChild } from "../../lib/crash/child.ts";
import { exitWithParent } from "../../lib/system/command.ts";

const [program = "", optionsJson = ""] = Deno.args;
void exitWithParent();
await runChild(optionsJson, {
  createLoadWorker() {
    Deno.removeSync(program);
    return new Worker(new URL("../../lib/load/load_worker.ts", import.meta.url), { type: "module" });
  },
});
