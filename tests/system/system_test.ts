/**
 * Tests of what the system's own commands are asked.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import {
  type Ask,
  fileSystemType,
  ignoresHangUp,
  openFilesLimit,
  threadsLeft,
  volatileFileSystem,
} from "../../lib/system/system.ts";
import { TemporaryDirectory } from "../persist/fixtures.ts";

Deno.test("openFilesLimit() is what the shell says", async () => {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", "ulimit -n"] }).output();
  const text = new TextDecoder().decode(stdout).trim();
  assertEquals(openFilesLimit(), text === "unlimited" ? Infinity : Number(text));
});

Deno.test("threadsLeft() says more than nothing, where it says anything", () => {
  const left = threadsLeft();
  assert(left === undefined || left > 0, String(left));
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

/** Systems other than Linux: without the commands, with ones that fail, and with ones that print something else. */
const OTHER_SYSTEMS: readonly Ask[] = [() => undefined, () => "", () => "usage: not here", () => "-\n-"];

Deno.test("whatever a system does not tell is left out, and nothing fails", () => {
  for (const ask of OTHER_SYSTEMS) {
    assertEquals([openFilesLimit(ask), threadsLeft(ask)], [undefined, undefined]);
    assertEquals(volatileFileSystem("/", ask), undefined);
    assertEquals(ignoresHangUp(ask), false);
  }
  for (const answer of [undefined, "", "Type\n-"]) assertEquals(fileSystemType("/", () => answer), undefined);
});

Deno.test("threadsLeft() is what the limit leaves to a user, and nothing for root or without a limit", () => {
  const answers = (uid: string, limit: string): Ask => (command, args) => {
    if (command === "getconf") return limit;
    return args.includes("uid=") ? ` ${uid}` : "3\n4\n 5";
  };
  assertEquals(threadsLeft(answers("1000", "100")), 88);
  assertEquals(threadsLeft(answers("0", "100")), undefined);
  assertEquals(threadsLeft(answers("1000", "undefined")), undefined);
  assertEquals(
    threadsLeft((command, args) => args.includes("nlwp=") ? undefined : answers("1000", "100")(command, args)),
    undefined,
  );
});

Deno.test("ignoresHangUp() looks at the lowest bit of the mask", () => {
  assertEquals(["0000000000000001", "0000000000000006", "f", ""].map((mask) => ignoresHangUp(() => mask)), [
    true,
    false,
    true,
    false,
  ]);
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
