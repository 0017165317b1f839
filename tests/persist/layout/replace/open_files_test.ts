/**
 * Tests of the open files: never more than allowed, the ones used last, with what is known of each still true.
 *
 * @module
 */
import { assertEquals, assertLessOrEqual, assertStrictEquals, assertThrows } from "@std/assert";
import { writeAll } from "../../../../lib/system/file_io.ts";
import { PersistError } from "../../../../lib/system/persist_error.ts";
import { OpenFiles } from "../../../../lib/persist/layout/replace/open_files.ts";
import { temporaryDirectory } from "../../../run/files.ts";

/** The files in a directory that this process holds open, by name. */
function openIn(directory: string): string[] {
  const names: string[] = [];
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    try {
      const path = Deno.readLinkSync(`/proc/self/fd/${name}`);
      if (path.startsWith(`${directory}/`)) names.push(path.slice(directory.length + 1));
    } catch {
      // The descriptor of this very reading.
    }
  }
  return names.sort();
}

const needsProc = Deno.build.os !== "linux";

Deno.test({ name: "OpenFiles.get() keeps the files used last, and closes the others", ignore: needsProc }, () => {
  using directory = temporaryDirectory();
  const files = new OpenFiles(3);
  const get = (name: string) => files.get(`${directory.path}/${name}`, true);
  for (const name of ["a", "b", "c"]) get(name);
  get("a");
  get("d");
  assertEquals(openIn(directory.path), ["a", "c", "d"]);
  get("b");
  assertEquals(openIn(directory.path), ["a", "b", "d"]);
});

for (const capacity of [1, 2, 7]) {
  Deno.test({ name: `OpenFiles.get() never holds more than ${capacity} files open`, ignore: needsProc }, () => {
    using directory = temporaryDirectory();
    const files = new OpenFiles(capacity);
    for (let i = 0; i < 100; i++) {
      files.get(`${directory.path}/${i * 7 % 13}`, true);
      assertLessOrEqual(openIn(directory.path).length, capacity);
    }
  });
}

Deno.test("OpenFiles.get() gives the same file again while it is open", () => {
  using directory = temporaryDirectory();
  const files = new OpenFiles(2);
  const first = files.get(`${directory.path}/a`, true);
  files.get(`${directory.path}/b`, true);
  assertStrictEquals(files.get(`${directory.path}/a`), first);
});

Deno.test("OpenFiles.get() keeps the content of a file that it opens again", () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/a`;
  const files = new OpenFiles(1);
  writeAll(files.get(path, true).file, path, new TextEncoder().encode("content"));
  files.get(`${directory.path}/b`, true);
  files.get(path, true);
  assertEquals(Deno.readTextFileSync(path), "content");
});

Deno.test("OpenFiles.get() names the file that it cannot open, and creates none unless told to", () => {
  using directory = temporaryDirectory();
  const files = new OpenFiles(1);
  assertThrows(() => files.get(`${directory.path}/none/a`, true), PersistError, "/none/a");
  assertThrows(() => files.get(`${directory.path}/a`), PersistError, "/a: it has been removed meanwhile");
  assertEquals([...Deno.readDirSync(directory.path)], []);
});
