/**
 * How kvlab starts itself as a child, compiled or from source: the program, and the command words.
 *
 * @module
 */
import denoJson from "../../deno.json" with { type: "json" };

/** Not in `--help`. Its one argument is the options of a run, as JSON. */
export const CHILD_COMMAND = "crash-child";

/** Not in `--help` either. A command line follows; it ends in an orderly way when the parent has ended. */
export const WATCHED_COMMAND = "watched";

/** Nor is this one: the process that serves a disk. Its one argument is a JSON of where. */
export const DISK_COMMAND = "disk-server";

/** A program, and the arguments to put before a command line. */
interface Program {
  readonly path: string;
  readonly args: readonly string[];
}

/** Linux's name for the program of the current process is valid even if the file has moved. */
const OWN_PATH = Deno.build.os === "linux" ? "/proc/self/exe" : Deno.execPath();

/** This kvlab; from source, with the permissions of the task `start`. */
export function ownProgram(): Program {
  if (Deno.build.standalone) return { path: OWN_PATH, args: [] };
  const main = new URL("../../main.ts", import.meta.url).href;
  return { path: OWN_PATH, args: [...denoJson.tasks.start.command.split(" ").slice(1, -1), main] };
}
