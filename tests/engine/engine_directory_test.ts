/**
 * Tests of engines' directories.
 *
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import { EngineDirectory, prepareIn } from "../../lib/engine/engine_directory.ts";
import { MARKER_NAME } from "../../lib/directory/engine_marker.ts";
import { PersistError } from "../../lib/system/persist_error.ts";
import { temporaryDirectory } from "../run/files.ts";

Deno.test("prepareIn() closes what was prepared, and lets go of the directory, where it cannot note that it was", async () => {
  using directory = temporaryDirectory();
  const marker = `${directory.path}/${MARKER_NAME}`;
  const done: string[] = [];
  const prepare = (path: string) => {
    Deno.writeTextFileSync(`${path}/store`, "something");
    // No file can be put in its place.
    Deno.removeSync(marker);
    Deno.mkdirSync(`${marker}/full`, { recursive: true });
    return { target: {}, close: () => void done.push("closed") };
  };
  const parts = { output: directory.path, signs: { file: "store", isSign: () => false } };
  await assertRejects(() => prepareIn("sqlite", parts, prepare), PersistError, marker);
  assertEquals(done, ["closed"]);
  Deno.removeSync(marker, { recursive: true });
  EngineDirectory.open("sqlite", directory.path).close();
});
