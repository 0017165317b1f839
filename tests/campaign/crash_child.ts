/**
 * Room of the campaigns' child: kvlab as the crash command starts it, to be killed.
 *
 * @module
 */
import { runChild } from "../../lib/crash/child.ts";

await runChild(Deno.args.at(-1) ?? "");
