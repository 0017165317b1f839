/**
 * Tests of the error for what goes wrong with files: one line that names the action, the path and the reason.
 *
 * @module
 */
import { assert, assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import { PersistError, reasonOf } from "../../lib/system/persist_error.ts";
import { TemporaryDirectory } from "../persist/fixtures.ts";

Deno.test("reasonOf() leaves out the path and the call when the error is Deno's own", () => {
  using directory = new TemporaryDirectory();
  const path = directory.join("a file (os error 7) of this name");
  const missing = assertThrows(() => Deno.readFileSync(path));
  assertEquals(reasonOf(missing), "No such file or directory (os error 2)");
  const notMoved = assertThrows(() => Deno.renameSync(path, directory.join("b")));
  assertEquals(reasonOf(notMoved), "No such file or directory (os error 2)");
  const taken = assertThrows(() => Deno.mkdirSync(directory.path));
  assertEquals(reasonOf(taken), "File exists (os error 17)");
});

Deno.test("reasonOf() gives one line when the error has several, and any value that was thrown", () => {
  assertEquals(reasonOf(new Error("first\n  second\r\n\tthird")), "first second third");
  assertEquals(reasonOf("just text"), "just text");
  assertEquals(reasonOf(undefined), "undefined");
  assertEquals(reasonOf({ toString: () => "an object\nof two lines" }), "an object of two lines");
});

Deno.test("PersistError names the action, the path and the reason in one line and keeps its cause", () => {
  const cause = new Deno.errors.NotFound("No such file or directory (os error 2): open '/data/x'\n    at somewhere");
  const error = new PersistError("write", "/data/x", cause);
  assertEquals(error.message, "Cannot write /data/x: No such file or directory (os error 2)");
  assertEquals(error.name, "PersistError");
  assertInstanceOf(error, Error);
  assertStrictEquals(error.cause, cause);
  assert(String(error).startsWith("PersistError: Cannot write"));
});
