/**
 * How to start this kvlab again, compiled or from source.
 *
 * @module
 */
import denoJson from "../../deno.json" with { type: "json" };

/** A program, and the arguments to put before a command line. */
export interface Program {
  readonly path: string;
  readonly args: readonly string[];
}

/** This kvlab; from source, with the permissions of the task `start`. */
export function ownProgram(): Program {
  const path = ownPath();
  if (Deno.build.standalone) return { path, args: [] };
  const main = new URL("../../main.ts", import.meta.url).href;
  return { path, args: [...denoJson.tasks.start.command.split(" ").slice(1, -1), main] };
}

/** Linux's name for the program of the current process, valid even if the file has moved. */
const SELF = "/proc/self/exe";

/** A path from which this program can be started. */
export function ownPath(): string {
  const path = Deno.execPath();
  const mayStart = (command: string) => Deno.permissions.querySync({ name: "run", command }).state === "granted";
  return !mayStart(path) && mayStart(SELF) ? SELF : path;
}
