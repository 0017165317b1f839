/**
 * The campaigns' child: kvlab as the crash command starts it, to be killed.
 *
 * @module
 */
import { runChild } from "../../lib/crash/child.ts";
import { exitWithParent } from "../../lib/crash/parent_watch.ts";

exitWithParent();
await runChild(Deno.args.at(-1) ?? "");
