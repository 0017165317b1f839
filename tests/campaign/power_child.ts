/**
 * The power campaign's child: kvlab with a numbered load, which ends as `main.ts` does when it fails.
 *
 * @module
 */
import { runChild } from "../../lib/crash/child.ts";

try {
  await runChild(Deno.args.at(-1)!);
  Deno.exit(0);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  Deno.stderr.writeSync(new TextEncoder().encode(`kvlab: ${message}\n`));
  Deno.exit(1);
}
