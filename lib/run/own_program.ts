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

/** Linux's name for the program of the current process is valid even if the file has moved. */
const OWN_PATH = Deno.build.os === "linux" ? "/proc/self/exe" : Deno.execPath();

/** This kvlab; from source, with the permissions of the task `start`. */
export function ownProgram(): Program {
  if (Deno.build.standalone) return { path: OWN_PATH, args: [] };
  const main = new URL("../../main.ts", import.meta.url).href;
  return { path: OWN_PATH, args: [...denoJson.tasks.start.command.split(" ").slice(1, -1), main] };
}
