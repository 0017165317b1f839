/**
 * Tests of how writes are named: by what lies there on real file systems, whose images say so themselves.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { DiskMap } from "../../lib/disk/disk_map.ts";
import { FILE_SYSTEM_NAMES, type FileSystemName, makeFileSystem } from "../../lib/disk/file_system.ts";
import { filesOn, mapDisk, nameWrites } from "../../lib/disk/naming.ts";
import type { DiskBase } from "../../lib/disk/recording.ts";
import { staticAreas } from "../../lib/disk/static_areas.ts";
import { command } from "../../lib/system/command.ts";
import { missingMounts, unmount } from "../campaign/mounts.ts";
import { testWhere } from "../main/kvlab.ts";
import { recordingOf } from "./recordings.ts";

const DISK_BYTES = 320 << 20;

Deno.test("DiskMap.places() names each part of a write, and says where it is in its file or on the disk", () => {
  const map = new DiskMap(
    [
      { offset: 4096, length: 4096, what: "journal", detail: (bytes) => `${bytes.length} bytes` },
      { offset: 16384, length: 4096, what: "store/a", fileOffset: 0 },
      { offset: 8192, length: 8192, what: "store/a", fileOffset: 4096 },
      { offset: 0, length: 2 ** 20, what: "inode table" },
    ],
    [1, 2, 3, 4, 5].map((file) => ({ offset: 65536 + 256 * file, length: 0, what: `store/${file}` })),
  );
  const journal = { what: "journal (4096 bytes)", offset: 4096, length: 4096, isInFile: false };
  const inFile = { what: "store/a", offset: 4096, length: 8192, isInFile: true };
  assertEquals(map.places(4096, 12288, new Uint8Array(12288)), [journal, inFile]);
  assertEquals(map.places(12288, 8192), [
    { what: "store/a", offset: 8192, length: 4096, isInFile: true },
    { what: "store/a", offset: 0, length: 4096, isInFile: true },
  ]);
  assertEquals(map.places(65536, 4096).map(({ what }) => what), [
    "inode table (inode of store/1, inode of store/2, inode of store/3, 2 more)",
  ]);
  assertEquals(map.places(2 ** 20 - 512, 1024).map(({ what, length }) => [what, length]), [
    ["inode table", 512],
    ["metadata or unknown", 512],
  ]);
});

Deno.test("nameWrites() names of a torn write only the sectors that are meant", () => {
  const { recording } = recordingOf([{ kind: "write", sector: 1, bytes: [1, 2, 3, 4], acknowledged: 0 }]);
  const map = new DiskMap([{ offset: 0, length: 4096, what: "a", fileOffset: 8192 }]);
  const place = (offset: number, length: number) => ({ what: "a", offset, length, isInFile: true });
  assertEquals(nameWrites(map, recording, [{ event: 0 }, { event: 0, sectors: Uint8Array.of(0, 1, 1, 0) }]), [
    { kind: "write", isTorn: false, places: [place(8704, 2048)] },
    { kind: "write", isTorn: true, places: [place(9216, 1024)] },
  ]);
});

testWhere(missingMounts(), "staticAreas() finds what the superblocks of ext4, XFS and btrfs say", () => {
  withDisks((name, path, disk) => {
    const { areas, inodeAt } = staticAreas(name, disk);
    const read = (offset: number, length: number) => {
      const bytes = new Uint8Array(length);
      disk.read(offset, bytes);
      return bytes;
    };
    const magic = (what: string, at = 0) => {
      const area = areas.find((area) => area.what === what);
      return new DataView(read((area?.offset ?? 0) + at, 4).buffer).getUint32(0);
    };
    command("mount", ["-o", "loop", path, `${path}.mount`]);
    const inode = Deno.statSync(`${path}.mount`).ino ?? 0;
    unmount(`${path}.mount`);
    switch (name) {
      case "ext4": {
        assertEquals(magic("journal"), 0xc03b3998);
        // Type and permissions of the root directory.
        assertEquals([...read(inodeAt!(inode), 2)], [0xed, 0x41]);
        assertEquals(areas.filter(({ what }) => what === "inode table").length, 3);
        break;
      }
      case "xfs": {
        assertEquals(magic("headers of allocation group 1", 512), 0x58414746);
        assertEquals(magic("log"), 0xfeedbabe);
        assertEquals(new TextDecoder().decode(read(inodeAt!(inode), 2)), "IN");
        break;
      }
      case "btrfs":
        assertEquals(magic("superblock", 64), 0x5f424852);
    }
  });
});

testWhere(missingMounts(), "mapDisk() knows where the content of each file is", () => {
  withDisks((name, path, disk) => {
    if (name === "btrfs") return;
    command("mount", ["-o", "loop", path, `${path}.mount`]);
    Deno.mkdirSync(`${path}.mount/store`);
    // Two files by turns, so that each has several extents.
    for (let part = 0; part < 8; part++) {
      const file = `${path}.mount/store/${part % 2}`;
      Deno.writeFileSync(file, new Uint8Array(65536).fill(part + 1), { append: true });
      command("sync", ["--file-system", file]);
    }
    const files = filesOn(`${path}.mount`, name);
    unmount(`${path}.mount`);
    const map = mapDisk(disk, name, [files]);
    const bytes = new Uint8Array(4096);
    const found = new Map<string, number>();
    for (let offset = 0; offset < DISK_BYTES; offset += bytes.length) {
      const [place, ...others] = map.places(offset, bytes.length);
      if (place === undefined || !/^store\/[01]$/.test(place.what)) continue;
      assertEquals(others, []);
      // XFS reserves room for more.
      if (place.offset >= 4 * 65536) continue;
      disk.read(offset, bytes);
      const part = 2 * Math.floor(place.offset / 65536) + Number(place.what.slice(-1));
      assertEquals(bytes, new Uint8Array(4096).fill(part + 1), `${name}: ${JSON.stringify(place)}`);
      found.set(place.what, (found.get(place.what) ?? 0) + place.length);
    }
    assertEquals(Object.fromEntries(found), { "store/0": 4 * 65536, "store/1": 4 * 65536 });
    const { inodeAt } = staticAreas(name, disk);
    const [inode] = map.places(Math.floor(inodeAt!(files.inodes.get("store/1")!) / 4096) * 4096, 4096);
    assertMatch(inode!.what, /inode of store\/1/);
  });
});

/** Does something with an image of each file system; what it holds can be read at any time. */
function withDisks(use: (name: FileSystemName, path: string, disk: DiskBase) => void): void {
  const directory = Deno.makeTempDirSync({ dir: "/dev/shm", prefix: "kvlab-test-" });
  try {
    for (const name of FILE_SYSTEM_NAMES) {
      const path = `${directory}/${name}`;
      Deno.mkdirSync(`${path}.mount`);
      Deno.createSync(path).close();
      Deno.truncateSync(path, DISK_BYTES);
      makeFileSystem(name, path);
      using file = Deno.openSync(path);
      use(name, path, {
        bytes: DISK_BYTES,
        read: (offset, into) => {
          file.seekSync(offset, Deno.SeekMode.Start);
          file.readSync(into);
        },
      });
      Deno.removeSync(path);
    }
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}
