/**
 * Tests of ending a child at a moment.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { parseCommand } from "../../lib/command/parse_command.ts";
import { endChild } from "../../lib/crash/child.ts";
import { delay } from "../../lib/sync/delay.ts";

/** Ends what says this, then nothing, 500 ms after it was started. */
async function endOf(script: string, before?: () => Promise<void>) {
  const command = parseCommand(["memory"], { threads: 1, seed: 1 });
  if (command.kind !== "run") throw new Error(command.kind);
  const says = { path: "sh", args: ["-c", `${script}; exec sleep 60`] };
  return await endChild(says, command.options, { ending: "SIGKILL", moment: { startMs: 500 }, before });
}

Deno.test("endChild() takes no load for begun because something else is said to be running", async () => {
  for (
    const said of ["kvlab: warning: the server is running late", "kvlab: warning: it is still running", "running on"]
  ) {
    assertEquals((await endOf(`echo '${said}' >&2`))?.hadBegun, false, said);
    assertEquals((await endOf(`echo '${said}' >&2; echo running >&2`))?.hadBegun, true, said);
  }
});

Deno.test("endChild() has a load that is seen to begin only after the moment of the kill run for no time", async () => {
  const end = await endOf("sleep 0.8; echo running >&2", () => delay(1000));
  assertEquals([end?.hadBegun, end?.loadMs], [true, 0]);
});
