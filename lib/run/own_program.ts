/**
 * How to start this kvlab again, compiled or from source.
 *
 * @module
 */
import denoJson from "../../deno.json" with { type: "json" };

/** A program, and the arguments before those of its command line. */
export interface Program {
  readonly path: string;
  readonly args: readonly string[];
}

/** This kvlab, from source with the permissions of the task `start`. */
export function ownProgram(): Program {
  const path = ownPath();
  if (Deno.build.standalone) return { path, args: [] };
  const main = new URL("../../main.ts", import.meta.url).href;
  return { path, args: [...denoJson.tasks.start.command.split(" ").slice(1, -1), main] };
}

/** Linux's own name for the program of a process, which holds wherever that was put. */
const SELF = "/proc/self/exe";

/** A path of this program by which it may be started. */
export function ownPath(): string {
  const path = Deno.execPath();
  const mayStart = (command: string) => Deno.permissions.querySync({ name: "run", command }).state === "granted";
  return !mayStart(path) && mayStart(SELF) ? SELF : path;
}
