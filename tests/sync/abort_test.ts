/**
 * Tests of the abort flag.
 *
 * @module
 */
import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { Abort, AbortError } from "../../lib/sync/abort.ts";

Deno.test("Abort.create() makes a flag that is not raised and looks at itself ten times a second", () => {
  const abort = Abort.create();
  assertFalse(abort.raised);
  assertEquals(abort.tickMs, 100);
  abort.check();
});

Deno.test("Abort.attach() shares the flag and the tick of the handle, which can be cloned to a worker", () => {
  const abort = Abort.create({ tickMs: 7 });
  const attached = Abort.attach(structuredClone(abort.handle()));
  assertEquals(attached.tickMs, 7);
  attached.raise();
  assert(abort.raised);
  assert(attached.raised);
});

Deno.test("Abort.check() throws AbortError from the moment the flag is raised, for ever", () => {
  const abort = Abort.create();
  abort.raise();
  for (let i = 0; i < 2; i++) {
    const error = assertThrows(() => abort.check(), AbortError);
    assertEquals(error.name, "AbortError");
    abort.raise();
  }
  assert(abort.raised);
});

Deno.test("Abort.raise() raises no other flag", () => {
  const other = Abort.create();
  Abort.create().raise();
  assertFalse(other.raised);
});
