/**
 * What a machine lacks for a disk of kvlab's own.
 *
 * @module
 */
import { tryCommand } from "../system/mounts.ts";
import { type FileSystemName, makerOf } from "./file_system.ts";
import { libC } from "./libc.ts";

/** The devices by which files are served and made disks. */
const DEVICES = ["/dev/fuse", "/dev/loop-control"];

/** Why there can be no disk with this file system here, in one line; `undefined` if nothing is known to be missing. */
export function missingDisk(fileSystem: FileSystemName): string | undefined {
  if (Deno.build.os !== "linux") return "it needs Linux";
  if (Deno.uid() !== 0) return "only root can mount";
  for (const device of DEVICES) if (!exists(device)) return `there is no ${device}`;
  if (tryCommand(makerOf(fileSystem), ["-V"]) !== undefined) {
    return `there is no ${makerOf(fileSystem)}, which makes ${fileSystem} file systems`;
  }
  try {
    libC();
    return undefined;
  } catch (error) {
    return `the C library cannot be used: ${error instanceof Error ? error.message : error}`;
  }
}

/** @throws {Error} when there can be no disk here of which the power is cut */
export function refuseWithoutDisk(fileSystem: FileSystemName): void {
  const missing = missingDisk(fileSystem);
  if (missing !== undefined) throw new Error(`Cannot cut the power: ${missing}`);
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
