/**
 * The file systems that can be put on a disk of kvlab's own, and what a machine lacks for that.
 *
 * @module
 */
import { command, tryCommand } from "../system/command.ts";
import { messageOf } from "../system/persist_error.ts";
import { libC } from "./libc.ts";

/** In the order shown to users. */
export const FILE_SYSTEM_NAMES = ["ext4", "xfs", "btrfs"] as const;

export type FileSystemName = typeof FILE_SYSTEM_NAMES[number];

/** What the programs that make file systems are told. */
const MAKE_ARGS: Readonly<Record<FileSystemName, readonly string[]>> = {
  // All of it is made at once: nothing is left to a thread of the kernel's that would write beside the load.
  ext4: ["-q", "-F", "-b", "4096", "-E", "lazy_itable_init=0,lazy_journal_init=0,nodiscard"],
  xfs: ["-q", "-f", "-K"],
  btrfs: ["-q", "-f", "-K"],
};

/** The program that makes a file system. */
export function makerOf(name: FileSystemName): string {
  return `mkfs.${name}`;
}

/** @throws {Error} when it cannot be made */
export function makeFileSystem(name: FileSystemName, path: string): void {
  command(makerOf(name), [...MAKE_ARGS[name], path]);
}

/** Options of `mount` that are no business of the file system's, and the flags of `man 2 mount` that they mean. */
const FLAGS: Readonly<Record<string, number>> = {
  defaults: 0,
  rw: 0,
  ro: 1,
  nosuid: 2,
  nodev: 4,
  noexec: 8,
  sync: 16,
  dirsync: 128,
  noatime: 1024,
  nodiratime: 2048,
  relatime: 1 << 21,
  strictatime: 1 << 24,
  lazytime: 1 << 25,
};

/** How a file system is mounted. */
export interface MountOptions {
  readonly name: FileSystemName;
  /** As after `mount -o`, such as `data=journal,noatime`; comma-separated. */
  readonly options?: string;
}

/**
 * What is mounted so by default: reading writes nothing, and what is not synced reaches the disk soon, as far as a file
 * system has a say in that.
 */
const USUAL: Readonly<Record<FileSystemName, readonly string[]>> = {
  ext4: ["noatime", "commit=1"],
  // As another with the same identity may still be mounted elsewhere.
  xfs: ["noatime", "nouuid"],
  btrfs: ["noatime", "commit=1"],
};

/** Whether a file system can be mounted while another with the same identity is, on another device. */
export function mountsTwins(name: FileSystemName): boolean {
  return name !== "btrfs";
}

/** @throws {SystemCallError} when it cannot be mounted */
export function mountDisk(device: string, path: string, { name, options = "" }: MountOptions): void {
  const all = [...USUAL[name], ...options.split(",").filter((option) => option !== "")];
  const flags = all.reduce((flags, option) => flags | (FLAGS[option] ?? 0), 0);
  const data = all.filter((option) => FLAGS[option] === undefined).join(",");
  libC().mount(device, path, name, { flags, data });
}

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
    return `the C library cannot be used: ${messageOf(error)}`;
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
