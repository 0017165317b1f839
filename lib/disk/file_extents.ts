/**
 * Where the files of a mounted file system are on its disk.
 *
 * @module
 */
import type { Area } from "./disk_map.ts";
import { libC, OPEN_READ, SystemCallError } from "./libc.ts";

/** The files and directories below a path, and where each begins and goes on. */
export interface FileAreas {
  readonly areas: readonly Area[];
  /** By path, without the part that all have in common. */
  readonly inodes: ReadonlyMap<string, number>;
}

/** `FS_IOC_FIEMAP` (`linux/fiemap.h`), and the bytes of its header and of each extent. */
const FIEMAP = 0xc020660b;
const HEADER_BYTES = 32;
const EXTENT_BYTES = 56;
const EXTENTS_MAX = 4096;
/** Extents that are nowhere yet, or within something else. */
const UNKNOWN = 0x2, DELAYED = 0x4, ENCODED = 0x8, INLINE = 0x200;

/** What ext4 keeps for its repairs is nobody's. */
const LOST_AND_FOUND = "lost+found";

/** The most files that are looked at. */
const FILES_MAX = 10_000;

/** Asks the file system, which must be one that says where on the disk its files are: btrfs does not. */
export function fileAreas(root: string): FileAreas {
  const areas: Area[] = [];
  const inodes = new Map<string, number>();
  const visit = (directory: string) => {
    for (const { name, isDirectory, isFile } of Deno.readDirSync(`${root}/${directory}`)) {
      const path = `${directory}${name}`;
      if (inodes.size === FILES_MAX || !(isFile || isDirectory) || path === LOST_AND_FOUND) continue;
      const shown = isDirectory ? `directory ${path}` : path;
      inodes.set(shown, Deno.lstatSync(`${root}/${path}`).ino ?? 0);
      for (const { at, offset, length } of extentsOf(`${root}/${path}`)) {
        areas.push({ offset, length, what: shown, fileOffset: at });
      }
      if (isDirectory) visit(`${path}/`);
    }
  };
  visit("");
  return { areas, inodes };
}

/** Where the parts of a file are; none where the file system does not say that. */
function extentsOf(path: string): { at: number; offset: number; length: number }[] {
  const request = new Uint8Array(HEADER_BYTES + EXTENTS_MAX * EXTENT_BYTES);
  const view = new DataView(request.buffer);
  view.setBigUint64(8, 2n ** 64n - 1n, true);
  view.setUint32(24, EXTENTS_MAX, true);
  const libc = libC();
  const fd = libc.open(path, OPEN_READ);
  try {
    libc.ioctl(fd, FIEMAP, request, `find where ${path} is on its disk`);
  } catch (error) {
    if (error instanceof SystemCallError) return [];
    throw error;
  } finally {
    libc.close(fd);
  }
  return Array.from({ length: view.getUint32(20, true) }, (_, extent) => {
    const from = HEADER_BYTES + extent * EXTENT_BYTES;
    const number = (at: number) => Number(view.getBigUint64(from + at, true));
    return { at: number(0), offset: number(8), length: number(16), flags: view.getUint32(from + 40, true) };
  }).filter(({ flags }) => (flags & (UNKNOWN | DELAYED | ENCODED | INLINE)) === 0);
}
