/**
 * What a killed crash command leaves behind beside files: the disk whose power it cut, mounted twice (its file system,
 * and the directory in which the file that it is on was served), its loop device, and processes that use it.
 *
 * @module
 */
import { CHILD_COMMAND, DISK_COMMAND, tryCommand } from "./command.ts";
import { readDirectory } from "./file_io.ts";

/** Name of the directory where a disk is mounted, and how the names of images of disks end. */
export const DISK_NAME = "disk";
export const IMAGE_SUFFIX = ".image";

/** Name of the directory in which the file that a disk's device is made of is served. */
export const DEVICE_NAME = "device";

/** Limits of how much unsynced data a device may make wait, by their names in its `bdi`. */
export type DirtyLimits = Readonly<Record<string, string>>;

/** What they are, unless someone has changed them. */
export const USUAL_LIMITS: DirtyLimits = { strict_limit: "0", max_ratio: "100" };

/** Sets a device's own limits; the machine's are left alone. */
export function setLimits(device: string, limits: DirtyLimits): void {
  for (const [name, value] of Object.entries(limits)) {
    try {
      Deno.writeTextFileSync(`/sys/block/${device}/bdi/${name}`, value, { create: false });
    } catch {
      // An older Linux has no such limit.
    }
  }
}

/**
 * Takes down the disk in a directory that a crash command has made, if there is one, and kills its processes. On return
 * nothing in the directory is mounted.
 *
 * @throws {Error} when that cannot be
 */
export function releaseDisk(directory: string): void {
  if (Deno.build.os !== "linux") return;
  // A process may have been told another path to it; its name is its own.
  const name = directory.split("/").findLast((part) => part !== "")!;
  killThose(name, CHILD_COMMAND);
  // The system knows neither links nor the current directory.
  const real = Deno.realPathSync(directory);
  unmountNow(`${real}/${DISK_NAME}`);
  for (const device of devicesOn(`${real}/${DEVICE_NAME}/`)) {
    setLimits(device, USUAL_LIMITS);
    tryCommand("losetup", ["-d", `/dev/${device}`]);
  }
  unmountNow(`${real}/${DEVICE_NAME}`);
  // It ends by itself, unless it was stopped.
  killThose(name, DISK_COMMAND);
}

/** Unmounts, if something is mounted there. What still uses it, or waits for it in vain, does not keep it there. */
function unmountNow(path: string): void {
  if (!isMounted(path)) return;
  const failure = tryCommand("umount", [path]);
  if (failure !== undefined) tryCommand("umount", ["-l", path]);
  if (isMounted(path)) throw new Error(`umount ${path}: ${failure}`);
}

/**
 * Whether something is mounted at a path. To look at the path itself may fail, or never end, where a server has died.
 */
function isMounted(path: string): boolean {
  const lines = Deno.readTextFileSync("/proc/self/mounts").split("\n");
  return lines.some((line) => unescaped(line.split(" ")[1] ?? "") === path);
}

/** Blanks and the like are octal numbers there. */
function unescaped(path: string): string {
  return path.replace(/\\(\d{3})/g, (_, digits) => String.fromCharCode(parseInt(digits, 8)));
}

/** The names of the loop devices whose files begin so. */
function devicesOn(prefix: string): string[] {
  return readDirectory("/sys/block").map(({ name }) => name).filter((name) => {
    try {
      return Deno.readTextFileSync(`/sys/block/${name}/loop/backing_file`).startsWith(prefix);
    } catch {
      // It is no loop device, or has no file.
      return false;
    }
  });
}

/** Kills the processes of a crash command that has used a directory of this name. */
function killThose(directory: string, word: string): void {
  for (const { name } of readDirectory("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === Deno.pid) continue;
    try {
      const args = Deno.readTextFileSync(`/proc/${name}/cmdline`).split("\0");
      if (args.includes(word) && args.some((arg) => arg.includes(`/${directory}/`))) Deno.kill(Number(name), "SIGKILL");
    } catch {
      // It has ended, or is another user's.
    }
  }
}
