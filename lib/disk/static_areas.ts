/**
 * Where the parts of a file system are that never move: read from its superblock.
 *
 * Formats: `fs/ext4/ext4.h` and `fs/jbd2` of Linux, of which the kernel's documentation "ext4 Data Structures and
 * Algorithms" is the description; `fs/xfs/libxfs/xfs_format.h`; `fs/btrfs/disk-io.h`.
 *
 * @module
 */
import type { Area } from "./disk_map.ts";
import type { FileSystemName } from "./file_system.ts";
import type { DiskBase } from "./recording.ts";

/** The parts of a file system. */
export interface StaticAreas {
  readonly areas: readonly Area[];
  /** Where an inode is on the disk, in bytes; absent where that is not fixed. */
  readonly inodeAt?: (inode: number) => number;
}

/** Reads them off a disk; there are none if it holds no such file system. */
export function staticAreas(name: FileSystemName, disk: DiskBase): StaticAreas {
  switch (name) {
    case "ext4":
      return ext4Areas(disk);
    case "xfs":
      return xfsAreas(disk);
    case "btrfs":
      return { areas: [{ offset: BTRFS_SUPERBLOCK, length: BTRFS_SUPERBLOCK_BYTES, what: "superblock" }] };
  }
}

const BTRFS_SUPERBLOCK = 64 << 10;
const BTRFS_SUPERBLOCK_BYTES = 4096;

const EXT4_SUPERBLOCK = 1024;
const EXT4_MAGIC = 0xef53;
const EXT4_EXTENTS_MAGIC = 0xf30a;
const EXT4_64BIT = 0x80;

function ext4Areas(disk: DiskBase): StaticAreas {
  const superblock = viewOf(disk, EXT4_SUPERBLOCK, 1024);
  const u16 = (at: number) => superblock.getUint16(at, true), u32 = (at: number) => superblock.getUint32(at, true);
  if (u16(0x38) !== EXT4_MAGIC) return { areas: [] };
  const blockBytes = 1024 << u32(0x18);
  const firstBlock = u32(0x14), inodesPerGroup = u32(0x28), inodeBytes = u16(0x58);
  const descriptorBytes = (u32(0x60) & EXT4_64BIT) === 0 ? 32 : u16(0xfe);
  const groups = Math.ceil((u32(0x04) - firstBlock) / u32(0x20));
  const table = (firstBlock + 1) * blockBytes;
  const descriptors = viewOf(disk, table, groups * descriptorBytes);
  const block = (group: number, at: number) => {
    const from = group * descriptorBytes;
    const high = descriptorBytes < 64 ? 0 : descriptors.getUint32(from + 0x20 + at, true);
    return (high * 2 ** 32 + descriptors.getUint32(from + at, true)) * blockBytes;
  };
  const area = (offset: number, length: number, what: string): Area => ({ offset, length, what });
  return {
    areas: [
      area(firstBlock * blockBytes, blockBytes, "superblock"),
      area(table, Math.ceil(groups * descriptorBytes / blockBytes) * blockBytes, "group descriptors"),
      ...journalAreas(superblock, blockBytes),
      ...Array.from({ length: groups }, (_, group) => [
        area(block(group, 0), blockBytes, "block bitmap"),
        area(block(group, 4), blockBytes, "inode bitmap"),
        area(block(group, 8), inodesPerGroup * inodeBytes, "inode table"),
      ]).flat(),
    ],
    inodeAt: (inode) => {
      const group = Math.floor((inode - 1) / inodesPerGroup);
      return block(group, 8) + (inode - 1) % inodesPerGroup * inodeBytes;
    },
  };
}

/** The journal's extents, of which the superblock has a copy. */
function journalAreas(superblock: DataView, blockBytes: number): Area[] {
  const root = 0x10c;
  const isKnown = superblock.getUint16(root, true) === EXT4_EXTENTS_MAGIC && superblock.getUint16(root + 6, true) === 0;
  if (!isKnown) return [];
  return Array.from({ length: superblock.getUint16(root + 2, true) }, (_, extent) => {
    const at = root + 12 * (extent + 1);
    const start = superblock.getUint16(at + 6, true) * 2 ** 32 + superblock.getUint32(at + 8, true);
    const length = superblock.getUint16(at + 4, true);
    return {
      offset: start * blockBytes,
      length: length * blockBytes,
      what: "journal",
      detail: (bytes: Uint8Array) => journalDetail(bytes, blockBytes),
    };
  });
}

const JOURNAL_MAGIC = 0xc03b3998;
const JOURNAL_BLOCKS: Readonly<Record<number, string>> = {
  1: "blocks",
  2: "commit",
  3: "superblock",
  4: "superblock",
  5: "revocations",
};

/** What the blocks that describe others say: what they are, and of which transaction. */
function journalDetail(bytes: Uint8Array, blockBytes: number): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const details = new Set<string>();
  for (let at = 0; at + blockBytes <= bytes.length; at += blockBytes) {
    const kind = view.getUint32(at) === JOURNAL_MAGIC ? JOURNAL_BLOCKS[view.getUint32(at + 4)] : undefined;
    if (kind === undefined) continue;
    details.add(kind === "superblock" ? kind : `${kind} of transaction ${view.getUint32(at + 8)}`);
  }
  return details.size === 0 ? undefined : [...details].join(", ");
}

const XFS_MAGIC = 0x58465342;
/** The superblock, and the heads of the trees of free space and of inodes. */
const XFS_HEADER_SECTORS = 4;

function xfsAreas(disk: DiskBase): StaticAreas {
  const superblock = viewOf(disk, 0, 512);
  if (superblock.getUint32(0) !== XFS_MAGIC) return { areas: [] };
  const blockBytes = superblock.getUint32(4), groupBlocks = superblock.getUint32(84);
  const logBlocks = superblock.getUint32(96), sectorBytes = superblock.getUint16(102);
  const inodeBytes = superblock.getUint16(104);
  const inodesPerBlockLog = superblock.getUint8(123), groupBlocksLog = superblock.getUint8(124);
  // Numbers of blocks and inodes have the group's in their high bits.
  const blockAt = (block: number) => {
    const group = Math.floor(block / 2 ** groupBlocksLog);
    return (group * groupBlocks + block % 2 ** groupBlocksLog) * blockBytes;
  };
  return {
    areas: [
      { offset: blockAt(Number(superblock.getBigUint64(48))), length: logBlocks * blockBytes, what: "log" },
      ...Array.from({ length: superblock.getUint32(88) }, (_, group) => ({
        offset: group * groupBlocks * blockBytes,
        length: XFS_HEADER_SECTORS * sectorBytes,
        what: `headers of allocation group ${group}`,
      })),
    ],
    inodeAt: (inode) => {
      const block = Math.floor(inode / 2 ** inodesPerBlockLog);
      return blockAt(block) + inode % 2 ** inodesPerBlockLog * inodeBytes;
    },
  };
}

function viewOf(disk: DiskBase, offset: number, length: number): DataView {
  const bytes = new Uint8Array(length);
  disk.read(offset, bytes);
  return new DataView(bytes.buffer);
}
