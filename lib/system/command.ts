/**
 * Starts other programs, and says how kvlab starts itself as a child, and ends with its parent. Everything that kvlab
 * starts is started here, so that all of it gets the same environment.
 *
 * @module
 */
import denoJson from "../../deno.json" with { type: "json" };
import { messageOf } from "./persist_error.ts";

/** Variables of these names change how programs are loaded (`man ld.so`, `man dyld`). */
const LOADER_NAME = /^(?:LD|DYLD)_/;

/** How to start a program: as Deno does, but in this process's environment, without what changes its loading. */
export interface CommandOptions extends Omit<Deno.CommandOptions, "args" | "env" | "clearEnv"> {
  readonly args: readonly string[];
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * A program with its arguments, to be started.
 *
 * It does not inherit a loader's variables, such as `LD_PRELOAD`: they were meant for kvlab, and Deno refuses to start
 * a program while one is set, unless everything is permitted.
 */
export function systemCommand(program: string, { args, env, ...options }: CommandOptions): Deno.Command {
  return new Deno.Command(program, { ...options, args: [...args], env: { ...plainLoader(), ...env } });
}

/** Empties the loader's variables that are set, which is as good as not to set them. */
function plainLoader(): Record<string, string> {
  // The tasks of `deno.json` that permit little do not permit to know the variables either.
  if (Deno.permissions.querySync({ name: "env" }).state !== "granted") return {};
  const names = Object.keys(Deno.env.toObject()).filter((name) => LOADER_NAME.test(name));
  return Object.fromEntries(names.map((name) => [name, ""]));
}

/** @throws {Error} when the command fails, with its output */
export function command(name: string, args: readonly string[]): void {
  const failure = tryCommand(name, args);
  if (failure !== undefined) throw new Error(`${name} ${args.join(" ")}: ${failure}`);
}

/** Why a command failed; `undefined` if it did not. */
export function tryCommand(name: string, args: readonly string[]): string | undefined {
  try {
    const { success, stderr } = systemCommand(name, { args, stdin: "null" }).outputSync();
    return success ? undefined : new TextDecoder().decode(stderr).trim() || "it failed";
  } catch (error) {
    return messageOf(error);
  }
}

/** Sends a child a signal, unless it has already ended by itself. */
export function signalChild(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has already ended.
  }
}

/**
 * Ends this process as soon as its parent has ended, however it ended: a child must not outlive whoever was to kill it.
 * The parent holds the other end of stdin, which the system then closes. What arrives on stdin is ignored.
 *
 * @param exit how to end; exits at once if absent
 */
export async function exitWithParent(exit: () => void = () => Deno.exit(1)): Promise<void> {
  const ignored = new Uint8Array(64);
  try {
    while (await Deno.stdin.read(ignored) !== null);
  } finally {
    exit();
  }
}

/** Not in `--help`. Its one argument is the options of a run, as JSON. */
export const CHILD_COMMAND = "crash-child";

/** Not in `--help` either. A command line follows; it ends in an orderly way when the parent has ended. */
export const WATCHED_COMMAND = "watched";

/** Nor is this one: the process that serves a disk. Its one argument says where, as JSON. */
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
