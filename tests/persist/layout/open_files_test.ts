/**
 * Tests of the open files: never more than allowed, the ones used last, with what is known of each still true.
 *
 * @module
 */
import { assertEquals, assertLessOrEqual, assertStrictEquals, assertThrows } from "@std/assert";
import { openExistingFile, openOwnFile, writeAll } from "../../../lib/system/file_io.ts";
import { PersistError } from "../../../lib/system/persist_error.ts";
import { type OpenFile, OpenFiles } from "../../../lib/persist/layout/open_files.ts";
import { temporaryDirectory } from "../../run/files.ts";

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

/** The file at a path, opened if it is not open. */
function get(files: OpenFiles<string>, path: string, mayCreate = false): OpenFile {
  return files.find(path) ??
    files.keep(path, () => ({ path, file: mayCreate ? openOwnFile(path) : openExistingFile(path) }));
}

const needsProc = Deno.build.os !== "linux";

Deno.test({ name: "OpenFiles keeps the files used last, and closes the others", ignore: needsProc }, () => {
  using directory = temporaryDirectory();
  const files = new OpenFiles<string>(3);
  const use = (name: string) => get(files, `${directory.path}/${name}`, true);
  for (const name of ["a", "b", "c"]) use(name);
  use("a");
  use("d");
  assertEquals(openIn(directory.path), ["a", "c", "d"]);
  use("b");
  assertEquals(openIn(directory.path), ["a", "b", "d"]);
});

for (const capacity of [1, 2, 7]) {
  Deno.test({ name: `OpenFiles never holds more than ${capacity} files open`, ignore: needsProc }, () => {
    using directory = temporaryDirectory();
    const files = new OpenFiles<string>(capacity);
    for (let i = 0; i < 100; i++) {
      get(files, `${directory.path}/${i * 7 % 13}`, true);
      assertLessOrEqual(openIn(directory.path).length, capacity);
    }
  });
}

Deno.test("OpenFiles gives the same file again while it is open", () => {
  using directory = temporaryDirectory();
  const files = new OpenFiles<string>(2);
  const first = get(files, `${directory.path}/a`, true);
  get(files, `${directory.path}/b`, true);
  assertStrictEquals(get(files, `${directory.path}/a`), first);
});

Deno.test("OpenFiles keeps the content of a file that it opens again", () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/a`;
  const files = new OpenFiles<string>(1);
  writeAll(get(files, path, true).file, path, new TextEncoder().encode("content"));
  get(files, `${directory.path}/b`, true);
  get(files, path, true);
  assertEquals(Deno.readTextFileSync(path), "content");
});

Deno.test("OpenFiles names the file that it cannot open, and creates none unless told to", () => {
  using directory = temporaryDirectory();
  const files = new OpenFiles<string>(1);
  assertThrows(() => get(files, `${directory.path}/none/a`, true), PersistError, "/none/a");
  assertThrows(() => get(files, `${directory.path}/a`), PersistError, "/a: it has been removed meanwhile");
  assertEquals([...Deno.readDirSync(directory.path)], []);
});
