/**
 * Names the writes that make the difference in a state: by file, offset and length where the file system can tell.
 *
 * @module
 */
import { type Area, DiskMap, type Place } from "./disk_map.ts";
import type { FileSystemName } from "./file_system.ts";
import { libC, OPEN_READ, SystemCallError } from "./libc.ts";
import type { RecordingDisk } from "./recording_disk.ts";
import {
  arrivedSinceFlush,
  changedBytes,
  type DiskBase,
  rangesOf,
  type Recording,
  type WritePart,
} from "./recording.ts";
import { lostIn, type Shrunk } from "./shrink.ts";
import { staticAreas } from "./static_areas.ts";

/** A write or a discard, or the part of one that is meant. */
export interface NamedWrite {
  readonly kind: "write" | "discard";
  /** Whether it is only a part of it. */
  readonly isTorn: boolean;
  readonly places: readonly Place[];
}

/** Which writes make the difference in a state that was shrunk. */
export interface NamedDifference {
  /** How many writes and discards had arrived since the last flush. */
  readonly arrived: number;
  /** Those that must be missing, while all others have reached the disk. */
  readonly missing: readonly NamedWrite[];
  /** Those that must have reached the disk, while all others are missing. */
  readonly kept: readonly NamedWrite[];
}

/** Names the writes of a shrunk state. The disk must not be mounted, and is not afterwards. */
export async function nameShrunk(
  disk: RecordingDisk,
  name: FileSystemName,
  recording: Recording,
  { missing, kept }: Pick<Shrunk, "missing" | "kept">,
): Promise<NamedDifference> {
  const { moment } = missing;
  const all = arrivedSinceFlush(recording, moment);
  const files: FileAreas[] = [];
  // A write may be of a file that is there only after it, or only before it.
  for (const kept of [all, []]) {
    await disk.set(recording, { ...missing, kept });
    try {
      await disk.mount();
    } catch (error) {
      if (error instanceof SystemCallError) continue;
      throw error;
    }
    files.push(filesOn(disk.path, name));
    await disk.unmount();
  }
  const map = mapDisk(recording.base, name, files);
  return {
    arrived: all.length,
    missing: nameWrites(map, recording, lostIn(recording, missing)),
    kept: nameWrites(map, recording, kept.kept),
  };
}

/** Where the files of a mounted file system are. On btrfs, an extent's address is none of the disk. */
export function filesOn(path: string, name: FileSystemName): FileAreas {
  return name === "btrfs" ? { areas: [], inodes: new Map() } : fileAreas(path);
}

/**
 * The map of a disk.
 *
 * @param files those of each state that has been mounted, the most telling first
 */
export function mapDisk(disk: DiskBase, name: FileSystemName, files: readonly FileAreas[]): DiskMap {
  const { areas, inodeAt } = staticAreas(name, disk);
  const inodes = new Map<string, Area>();
  for (const [what, inode] of files.flatMap(({ inodes }) => [...inodes])) {
    if (inodeAt !== undefined) inodes.set(`${what} ${inode}`, { offset: inodeAt(inode), length: 0, what });
  }
  return new DiskMap([...areas, ...files.flatMap(({ areas }) => areas)], [...inodes.values()]);
}

/** Names writes, or the sectors of them that are meant. */
export function nameWrites(map: DiskMap, { events }: Recording, writes: readonly WritePart[]): NamedWrite[] {
  return writes.flatMap(({ event, sectors }): NamedWrite[] => {
    const change = events[event];
    if (change === undefined || change.kind === "flush") return [];
    const data = change.kind === "write" ? change.data : undefined;
    const places = [...rangesOf(changedBytes(change), sectors)].flatMap(([from, to]) =>
      map.places(change.offset + from, to - from, data?.subarray(from, to))
    );
    return [{ kind: change.kind, isTorn: sectors !== undefined, places }];
  });
}

/** The files and directories below a path, and where each begins and goes on. */
interface FileAreas {
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
function fileAreas(root: string): FileAreas {
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
