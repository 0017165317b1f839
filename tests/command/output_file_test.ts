/**
 * Tests of the output files: what is written, what stays when it cannot be, and what is found out before the run.
 *
 * @module
 */
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { checkOutputFile, checkOutputFiles, writeOutputFile } from "../../lib/command/output_file.ts";
import { UsageError } from "../../lib/option/wording.ts";
import { PersistError } from "../../lib/system/persist_error.ts";
import { filesIn, namesIn, TemporaryDirectory } from "../persist/fixtures.ts";
import { SmallDisk, whyNoSmallDisk } from "../system/small_disk.ts";

Deno.test("writeOutputFile() writes a new file, with nothing beside it", () => {
  using directory = new TemporaryDirectory();
  const path = directory.join("result.json");
  writeOutputFile(path, "a result, größer\n");
  assertEquals(Deno.readTextFileSync(path), "a result, größer\n");
  assertEquals(namesIn(directory.path), ["result.json"]);
});

Deno.test("writeOutputFile() puts another file in the place of an old one, which whoever has it open still reads", () => {
  using directory = new TemporaryDirectory();
  const path = directory.join("result.json");
  Deno.writeTextFileSync(path, "the old and longer result");
  const inode = Deno.statSync(path).ino;
  using reader = Deno.openSync(path);
  writeOutputFile(path, "new");
  assertEquals(Deno.readTextFileSync(path), "new");
  assertNotEquals(Deno.statSync(path).ino, inode);
  const bytes = new Uint8Array(100);
  assertEquals(new TextDecoder().decode(bytes.subarray(0, reader.readSync(bytes) ?? 0)), "the old and longer result");
  assertEquals(namesIn(directory.path), ["result.json"]);
});

Deno.test("writeOutputFile() keeps a link and replaces the file that it leads to", () => {
  using directory = new TemporaryDirectory();
  const path = directory.join("latest.json");
  Deno.mkdirSync(directory.join("results"));
  const file = directory.join("results/monday.json");
  Deno.writeTextFileSync(file, "old");
  Deno.symlinkSync("results/monday.json", path);
  writeOutputFile(path, "new");
  assert(Deno.lstatSync(path).isSymlink);
  assertEquals(Deno.readTextFileSync(file), "new");
});

Deno.test("writeOutputFile() keeps a chain of links to nothing and makes the file that they lead to", () => {
  using directory = new TemporaryDirectory();
  Deno.mkdirSync(directory.join("results"));
  Deno.symlinkSync("results/again", directory.join("latest.json"));
  Deno.symlinkSync(directory.join("results/monday.json"), directory.join("results/again"));
  checkOutputFile(directory.join("latest.json"));
  writeOutputFile(directory.join("latest.json"), "new");
  assert(Deno.lstatSync(directory.join("latest.json")).isSymlink);
  assert(Deno.lstatSync(directory.join("results/again")).isSymlink);
  assertEquals(Deno.readTextFileSync(directory.join("results/monday.json")), "new");
  Deno.symlinkSync("round", directory.join("round"));
  assertThrows(() => checkOutputFile(directory.join("round")), PersistError, "Too many levels of symbolic links");
});

Deno.test({
  name: "writeOutputFile() keeps a file's mode, and its owner where that is another's",
  ignore: Deno.build.os === "windows",
  fn() {
    using directory = new TemporaryDirectory();
    const path = directory.join("result.json");
    Deno.writeTextFileSync(path, "old");
    for (const mode of [0o600, 0o444, 0o664, 0o640]) {
      Deno.chmodSync(path, mode);
      if (Deno.uid() === 0) Deno.chownSync(path, 1234, 4321);
      const { uid, gid, ino } = Deno.statSync(path);
      writeOutputFile(path, `of mode ${mode}`);
      const after = Deno.statSync(path);
      assertEquals([(after.mode ?? 0) & 0o7777, after.uid, after.gid], [mode, uid, gid]);
      assertNotEquals(after.ino, ino);
      assertEquals(Deno.readTextFileSync(path), `of mode ${mode}`);
    }
  },
});

Deno.test("writeOutputFile() writes a file whose name is as long as names may be", () => {
  using directory = new TemporaryDirectory();
  const path = directory.join("l".repeat(255));
  for (const text of ["new", "newer"]) {
    checkOutputFile(path);
    writeOutputFile(path, text);
    assertEquals(Deno.readTextFileSync(path), text);
  }
});

Deno.test("checkOutputFiles() refuses two flags for the same file, whatever leads there", () => {
  using directory = new TemporaryDirectory();
  Deno.mkdirSync(directory.join("sub"));
  Deno.writeTextFileSync(directory.join("old"), "old");
  Deno.linkSync(directory.join("old"), directory.join("sub/hard"));
  Deno.symlinkSync(directory.join("old"), directory.join("soft"));
  Deno.symlinkSync("sub", directory.join("folder"));
  Deno.symlinkSync("new", directory.join("dangling"));
  const same = [
    ["new", "./new"],
    ["new", "sub/../new"],
    ["new", "dangling"],
    ["old", "soft"],
    ["old", "sub/hard"],
    ["sub/a", "folder/a"],
  ] as const;
  for (const [first, second] of same) {
    const [a, b] = [directory.join(first), `${directory.path}/${second}`];
    const files = [{ flag: "--result", path: a }, { flag: "--series", path: b }];
    const error = assertThrows(() => checkOutputFiles(files), UsageError);
    assertEquals(error.message, `--result and --series must be different files, got "${a}" and "${b}"`);
    assertThrows(() => checkOutputFiles(files.slice(1), files.slice(0, 1)), UsageError);
  }
  checkOutputFiles(["new", "old", "sub/new", "sub/old"].map((name) => ({ flag: "--any", path: directory.join(name) })));
  // Nothing is overwritten where what is written just goes by.
  checkOutputFiles([{ flag: "--result", path: "/dev/null" }, { flag: "--series", path: "/dev/null" }]);
  assertEquals(namesIn(directory.path), ["dangling", "folder", "old", "soft", "sub"]);
});

Deno.test({
  name: "writeOutputFile() writes into what is no file, and does not put one in its place",
  ignore: Deno.build.os === "windows",
  async fn() {
    using directory = new TemporaryDirectory();
    const path = directory.join("pipe");
    assert((await new Deno.Command("mkfifo", { args: [path] }).output()).success);
    const reader = new Deno.Command("timeout", { args: ["20", "cat", path], stdout: "piped" }).spawn();
    checkOutputFile(path);
    writeOutputFile(path, "through the pipe");
    assertEquals(new TextDecoder().decode((await reader.output()).stdout), "through the pipe");
    assert(Deno.statSync(path).isFifo);
    assertEquals(namesIn(directory.path), ["pipe"]);
  },
});

/** Paths at which no file can be written, and why, in a directory that has a file and a directory. */
const REFUSED = [
  ["missing/result.json", "No such file or directory (os error 2)"],
  ["missing/", "No such file or directory (os error 2)"],
  ["directory", "it is a directory"],
  ["directory/", "it is a directory"],
  ["file/result.json", "Not a directory (os error 20)"],
  [`${"long".repeat(100)}.json`, "File name too long (os error 36)"],
] as const;

for (const act of [checkOutputFile, (path: string) => writeOutputFile(path, "text")]) {
  const name = act === checkOutputFile ? "checkOutputFile" : "writeOutputFile";
  Deno.test(`${name}() names the path as it was given, and the reason, when it cannot be written`, () => {
    using directory = new TemporaryDirectory();
    Deno.mkdirSync(directory.join("directory"));
    Deno.writeTextFileSync(directory.join("file"), "old");
    for (const [name, reason] of REFUSED) {
      const path = directory.join(name);
      const error = assertThrows(() => act(path), PersistError);
      assertEquals(error.message, `Cannot write ${path}: ${reason}`);
      assertEquals(namesIn(directory.path), ["directory", "file"]);
      assertEquals(namesIn(directory.join("directory")), []);
    }
  });
}

Deno.test("checkOutputFile() leaves an old file, and a missing one, as they are", () => {
  using directory = new TemporaryDirectory();
  Deno.writeTextFileSync(directory.join("old.json"), "old");
  const before = filesIn(directory.path);
  for (const name of ["old.json", "new.json"]) checkOutputFile(directory.join(name));
  assertEquals(filesIn(directory.path), before);
});

const noSmallDisk = whyNoSmallDisk();

Deno.test({
  name: "writeOutputFile() keeps the old file, and nothing beside it, when the disk is full" +
    (noSmallDisk === undefined ? "" : ` [IGNORED: ${noSmallDisk}]`),
  ignore: noSmallDisk !== undefined,
  fn() {
    using disk = new SmallDisk();
    const path = `${disk.path}/result.json`;
    writeOutputFile(path, "the old result");
    const before = filesIn(disk.path);
    const error = assertThrows(() => writeOutputFile(path, "x".repeat(2 * SmallDisk.SIZE)), PersistError);
    assertEquals(error.message, `Cannot write ${path}: No space left on device (os error 28)`);
    assertEquals(filesIn(disk.path), before);
  },
});

Deno.test({
  name: "writeOutputFile() writes over a file that no other can replace, and keeps the old one when the disk is full" +
    (noSmallDisk === undefined ? "" : ` [IGNORED: ${noSmallDisk}]`),
  ignore: noSmallDisk !== undefined,
  fn() {
    using disk = new SmallDisk();
    const path = `${disk.path}/result.json`;
    Deno.writeTextFileSync(path, "the old and longer result");
    const { success } = new Deno.Command("mount", { args: ["--bind", path, path] }).outputSync();
    assert(success);
    try {
      const { ino } = Deno.statSync(path);
      for (const text of ["a new result", "a longer result than the new one", ""]) {
        writeOutputFile(path, text);
        assertEquals(Deno.readTextFileSync(path), text);
      }
      writeOutputFile(path, "the last one");
      assertEquals(Deno.statSync(path).ino, ino);
      const error = assertThrows(() => writeOutputFile(path, "x".repeat(SmallDisk.SIZE)), PersistError);
      assertEquals(error.message, `Cannot write ${path}: No space left on device (os error 28)`);
      assertEquals(Deno.readTextFileSync(path), "the last one");
      assertEquals(namesIn(disk.path), ["result.json"]);
    } finally {
      new Deno.Command("umount", { args: [path] }).outputSync();
    }
  },
});

Deno.test("checkOutputFile() refuses the files of stores, there already or not, by whatever path", () => {
  using directory = new TemporaryDirectory();
  const { path } = directory;
  Deno.mkdirSync(`${path}/engine`);
  for (const name of ["engine/ENGINE", "engine/store.sqlite", "STORE", "LOCK"]) {
    Deno.writeTextFileSync(`${path}/${name}`, "");
  }
  Deno.symlinkSync("shard-0000-of-0002.json", `${path}/link`);
  const names = ["shard-0000-of-0002.json", "shard-0000-of-0002.a.json", "link", "STORE", "LOCK"];
  for (const name of [...names, "engine/ENGINE", "engine/store.sqlite"]) {
    assertThrows(() => checkOutputFile(`${path}/${name}`), UsageError, "is a file of a store", name);
  }
  for (const name of ["result.json", "ENGINE", "engine/result.json"]) checkOutputFile(`${path}/${name}`);
});
