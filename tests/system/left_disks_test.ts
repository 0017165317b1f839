/**
 * Tests of taking down what a killed crash command has left. The cuts themselves are in `tests/main/power_test.ts`.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { CHILD_COMMAND, command, tryCommand } from "../../lib/system/command.ts";
import { DEVICE_NAME, DISK_NAME, releaseDisk } from "../../lib/system/left_disks.ts";
import { missingMounts } from "../campaign/mounts.ts";
import { testWhere } from "../main/kvlab.ts";
import { temporaryDirectory } from "../run/files.ts";

testWhere(
  missingMounts(),
  "releaseDisk() finds what is mounted and what runs by another path to a directory",
  async () => {
    using directory = temporaryDirectory();
    const path = Deno.realPathSync(directory.path);
    const name = `kvlab-${crypto.randomUUID()}`;
    const real = `${path}/folder/${name}`;
    Deno.mkdirSync(real, { recursive: true });
    Deno.symlinkSync(`${path}/folder`, `${path}/link`);
    const places = [DISK_NAME, DEVICE_NAME].map((name) => `${real}/${name}`);
    for (const place of places) {
      Deno.mkdirSync(place);
      command("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", place]);
    }
    const mounted = () => places.filter((place) => Deno.readTextFileSync("/proc/self/mounts").includes(` ${place} `));
    const running = [`${real}/`, `${path}/link/${name}/`, `${real}-other/`].map((told) =>
      new Deno.Command("sh", { args: ["-c", "read _", CHILD_COMMAND, `{"output":"${told}store"}`], stdin: "piped" })
        .spawn()
    );
    try {
      assertEquals(mounted(), places);
      releaseDisk(`${path}/link/${name}/`);
      assertEquals(mounted(), []);
      for (const process of running) {
        try {
          process.kill("SIGTERM");
        } catch {
          // It has ended already.
        }
      }
      const signals = await Promise.all(running.map(async ({ status }) => (await status).signal));
      assertEquals(signals, ["SIGKILL", "SIGKILL", "SIGTERM"]);
    } finally {
      for (const place of places) tryCommand("umount", [place]);
    }
  },
);
