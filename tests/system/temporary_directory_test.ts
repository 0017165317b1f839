/**
 * Tests of temporary directories.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import { PersistError } from "../../lib/system/persist_error.ts";
import {
  abandonTemporaryDirectories,
  makeTemporaryDirectory,
  removeTemporaryDirectory,
} from "../../lib/system/temporary_directory.ts";

Deno.test("a temporary directory is this user's alone", () => {
  const path = makeTemporaryDirectory("kvlab-test-");
  assertEquals((Deno.statSync(path).mode ?? 0) & 0o777, 0o700);
  removeTemporaryDirectory(path);
  assertThrows(() => removeTemporaryDirectory(path), PersistError, path);
});

Deno.test("abandonTemporaryDirectories() removes all that are left, whatever is in them, and passes over the others", () => {
  const removed = makeTemporaryDirectory("kvlab-test-");
  const gone = makeTemporaryDirectory("kvlab-test-");
  const left = makeTemporaryDirectory("kvlab-test-");
  removeTemporaryDirectory(removed);
  Deno.mkdirSync(removed);
  Deno.removeSync(gone);
  Deno.mkdirSync(`${left}/a`);
  Deno.writeTextFileSync(`${left}/a/b`, "c");

  abandonTemporaryDirectories();
  const stillThere = [removed, gone, left].filter((path) => {
    try {
      return Deno.statSync(path).isDirectory;
    } catch {
      return false;
    }
  });
  // This one was given back before, and is somebody else's now.
  assertEquals(stillThere, [removed]);
  Deno.removeSync(removed);
});
