/**
 * Tests of taking down what a killed crash command has left. The cuts themselves are in `tests/main/power_test.ts`.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { command, tryCommand } from "../../lib/system/command.ts";
import { DEVICE_NAME, DISK_NAME, releaseDisk } from "../../lib/system/left_disks.ts";
import { missingMounts } from "../campaign/mounts.ts";
import { testWhere } from "../main/kvlab.ts";
import { temporaryDirectory } from "../run/files.ts";

testWhere(missingMounts(), "releaseDisk() finds what is mounted in a directory that a link leads to", () => {
  using directory = temporaryDirectory();
  const real = `${directory.path}/real`, link = `${directory.path}/link`;
  Deno.mkdirSync(real);
  Deno.symlinkSync(real, link);
  const places = [DISK_NAME, DEVICE_NAME].map((name) => `${real}/${name}`);
  for (const place of places) {
    Deno.mkdirSync(place);
    command("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", place]);
  }
  try {
    releaseDisk(link);
    const mounts = Deno.readTextFileSync("/proc/self/mounts");
    assertEquals(places.filter((place) => mounts.includes(`${place} `)), []);
  } finally {
    for (const place of places) tryCommand("umount", [place]);
  }
});
