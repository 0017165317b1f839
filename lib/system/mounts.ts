/**
 * Mounts, through the system's own commands.
 *
 * @module
 */
import { systemCommand } from "./command.ts";

const UNMOUNT_ATTEMPTS = 100;
const UNMOUNT_RETRY_MS = 50;

/**
 * Unmounts. A process that has just ended may keep the file system busy for another moment; as a last resort it is
 * detached, and goes away when it can.
 *
 * @throws {Error} when it had to be detached and so is not gone yet
 */
export function unmount(path: string): void {
  let failure = tryCommand("umount", [path]);
  for (let attempt = 0; failure !== undefined && attempt < UNMOUNT_ATTEMPTS; attempt++) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, UNMOUNT_RETRY_MS);
    failure = tryCommand("umount", [path]);
  }
  if (failure === undefined) return;
  tryCommand("umount", ["-l", path]);
  throw new Error(`umount ${path}: ${failure}`);
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
    return error instanceof Error ? error.message : String(error);
  }
}
