/**
 * Tests of ending a child at a moment.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { parseCommand } from "../../lib/command/parse_command.ts";
import { endChild } from "../../lib/crash/child.ts";
import { delay } from "../../lib/sync/delay.ts";

Deno.test("endChild() has a load that is seen to begin only after the moment of the kill run for no time", async () => {
  const command = parseCommand(["memory"], { threads: 1, seed: 1 });
  if (command.kind !== "run") throw new Error(command.kind);
  const says = { path: "sh", args: ["-c", "sleep 0.2; echo running >&2; exec sleep 60"] };
  const before = () => delay(600);
  const end = await endChild(says, command.options, { ending: "SIGKILL", moment: { startMs: 0 }, before });
  assertEquals([end?.hadBegun, end?.loadMs], [true, 0]);
});
