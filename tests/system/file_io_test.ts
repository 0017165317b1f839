/**
 * Tests that file operations go on where a signal has interrupted them, and where the system did only a part.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import { entriesIn, openFile, readAt, readRange, writeAll } from "../../lib/system/file_io.ts";
import { PersistError } from "../../lib/system/persist_error.ts";
import { temporaryDirectory } from "../run/files.ts";

const CONTENT = new TextEncoder().encode("the content of the file");

/** Has every other call fail as if a signal had interrupted it, and the others do only a part, until disposed of. */
class Interruptions implements Disposable {
  count = 0;
  readonly #readSync = Deno.FsFile.prototype.readSync;
  readonly #writeSync = Deno.FsFile.prototype.writeSync;
  readonly #readDirSync = Deno.readDirSync;

  constructor() {
    const { prototype } = Deno.FsFile;
    const [readSync, writeSync, readDirSync] = [this.#readSync, this.#writeSync, this.#readDirSync];
    let calls = 0;
    const interrupt = () => {
      if (calls++ % 2 === 1) return;
      this.count++;
      throw new Deno.errors.Interrupted("Interrupted system call (os error 4)");
    };
    prototype.readSync = function (bytes) {
      interrupt();
      return readSync.call(this, bytes.subarray(0, 5));
    };
    prototype.writeSync = function (bytes) {
      interrupt();
      return writeSync.call(this, bytes.subarray(0, 5));
    };
    Deno.readDirSync = (path) => {
      interrupt();
      return readDirSync(path);
    };
  }

  [Symbol.dispose](): void {
    Deno.FsFile.prototype.readSync = this.#readSync;
    Deno.FsFile.prototype.writeSync = this.#writeSync;
    Deno.readDirSync = this.#readDirSync;
  }
}

Deno.test("writeAll(), readAt() and readRange() go on when a signal interrupts them", () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/file`;
  using file = openFile(path, { read: true, write: true, createNew: true });
  using interruptions = new Interruptions();
  writeAll(file, path, CONTENT);
  const bytes = new Uint8Array(CONTENT.length + 10);
  assertEquals(readAt(file, path, 0, bytes), CONTENT.length);
  assertEquals(bytes.subarray(0, CONTENT.length), CONTENT);
  for (
    const [start, length, expected] of [[0, 100, [0, 23]], [4, 7, [4, 11]], [-8, 6, [15, 21]], [50, 5, [
      23,
      23,
    ]]] as const
  ) {
    assertEquals(readRange(path, start, length), { size: CONTENT.length, bytes: CONTENT.slice(...expected) });
  }
  assertEquals(interruptions.count > 10, true);
});

Deno.test("entriesIn() reads a directory again when a signal interrupts it, and names one that it cannot read", () => {
  using directory = temporaryDirectory();
  Deno.mkdirSync(`${directory.path}/a`);
  {
    using interruptions = new Interruptions();
    assertEquals(entriesIn(directory.path).map(({ name, isDirectory }) => [name, isDirectory]), [["a", true]]);
    assertEquals(interruptions.count, 1);
  }
  assertThrows(() => entriesIn(`${directory.path}/b`), PersistError, `${directory.path}/b`);
});
