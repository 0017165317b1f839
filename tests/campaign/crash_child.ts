/**
 * The campaigns' child: kvlab as the crash command starts it, to be killed or to end.
 *
 * @module
 */
import { runChild } from "../../lib/crash/child.ts";
import { exitWithParent } from "../../lib/system/command.ts";

void exitWithParent();
await runChild(Deno.args.at(-1) ?? "");
// Its load has ended, but not what watches its parent.
Deno.exit(0);
