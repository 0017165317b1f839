/**
 * Tests of what the system's own commands are asked.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import {
  availableMemory,
  fileSystemType,
  openFilesLimit,
  threadsLeft,
  volatileFileSystem,
} from "../../lib/persist/system.ts";
import { TemporaryDirectory } from "./fixtures.ts";

Deno.test("openFilesLimit() is what the shell says", async () => {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", "ulimit -n"] }).output();
  const text = new TextDecoder().decode(stdout).trim();
  assertEquals(openFilesLimit(), text === "unlimited" ? Infinity : Number(text));
});

Deno.test("threadsLeft() and availableMemory() say more than nothing, where they say anything", () => {
  for (const left of [threadsLeft(), availableMemory()]) assert(left === undefined || left > 0, String(left));
});

Deno.test("volatileFileSystem() knows nothing of a directory that is not there", () => {
  assertEquals(volatileFileSystem("/nowhere/at all"), undefined);
});

Deno.test({ name: "volatileFileSystem() tells a file system in memory", ignore: Deno.build.os !== "linux" }, () => {
  assertEquals(volatileFileSystem("/dev/shm"), "tmpfs");
  assertEquals(volatileFileSystem("/proc"), undefined);
});

Deno.test("fileSystemType() knows nothing of a directory that is not there", () => {
  assertEquals(fileSystemType("/nowhere/at all"), undefined);
});

Deno.test({ name: "fileSystemType() is what the kernel says", ignore: Deno.build.os !== "linux" }, () => {
  using directory = new TemporaryDirectory();
  for (const path of [directory.path, "/", "/proc", "/dev/shm"]) assertEquals(fileSystemType(path), mountedType(path));
});

/** The type of the mount with the longest path that holds a path; of several at one place, the one mounted last. */
function mountedType(path: string): string | undefined {
  let longest = "", type: string | undefined;
  for (const line of Deno.readTextFileSync("/proc/self/mounts").trim().split("\n")) {
    const [, point = "", mountType] = line.split(" ");
    const holds = path === point || path.startsWith(point === "/" ? "/" : `${point}/`);
    if (holds && point.length >= longest.length) [longest, type] = [point, mountType];
  }
  return type;
}
