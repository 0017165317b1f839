/**
 * What a killed crash command leaves behind beside files: the disk whose power it cut, and the child that it had
 * stopped for that.
 *
 * @module
 */
import { readDirectory } from "./file_io.ts";
import { CHILD_COMMAND } from "./child_command.ts";
import { loopDevices, tryCommand } from "./mounts.ts";

/** Name of the directory where a disk is mounted, and how the names of images of disks end. */
export const DISK_NAME = "disk";
export const IMAGE_SUFFIX = ".image";

/** Name of the directory in which the file that a disk's device is made of is served. */
export const DEVICE_NAME = "device";

/**
 * Kills the children of the crash command that made a directory, and unmounts the disk in it, if there is one. On
 * return nothing in the directory is mounted.
 *
 * @throws {Error} when that cannot be
 */
export function releaseDisk(directory: string): void {
  killChildren(directory);
  const disk = `${directory}/${DISK_NAME}`;
  if (isMounted(disk)) {
    const failure = tryCommand("umount", [disk]);
    // A process that has just been killed may keep it busy for another moment; then it goes away when it can.
    if (failure !== undefined) tryCommand("umount", ["-l", disk]);
    if (isMounted(disk)) throw new Error(`umount ${disk}: ${failure}`);
  }
  for (const { name } of readDirectory(directory)) {
    if (!name.endsWith(IMAGE_SUFFIX)) continue;
    for (const device of loopDevices(`${directory}/${name}`)) tryCommand("losetup", ["-d", device]);
  }
}

/** Whether another file system begins at a directory. */
function isMounted(path: string): boolean {
  try {
    return Deno.lstatSync(path).dev !== Deno.lstatSync(path.slice(0, path.lastIndexOf("/"))).dev;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    // Of a disk whose power has been cut, even this cannot be read.
    return true;
  }
}

/**
 * Kills the children of the crash command that has used a directory: one that was stopped when its parent was killed
 * has not noticed that. Only Linux lists processes so.
 */
function killChildren(directory: string): void {
  if (Deno.build.os !== "linux") return;
  for (const { name } of readDirectory("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === Deno.pid) continue;
    try {
      const args = Deno.readTextFileSync(`/proc/${name}/cmdline`).split("\0");
      if (args.includes(CHILD_COMMAND) && args.some((arg) => arg.includes(`${directory}/`))) {
        Deno.kill(Number(name), "SIGKILL");
      }
    } catch {
      // It has ended, or is another user's.
    }
  }
}
