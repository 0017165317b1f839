/**
 * Tests of what a directory occupies, against `du`.
 *
 * @module
 */
import { assertEquals, assertGreater } from "@std/assert";
import { allocatedBytes } from "../../lib/system/allocated_bytes.ts";
import { temporaryDirectory } from "../run/files.ts";

Deno.test({
  name: "allocatedBytes() is what du says, with holes, links and directories inside",
  ignore: Deno.build.os === "windows",
}, () => {
  using directory = temporaryDirectory();
  const { path } = directory;
  Deno.mkdirSync(`${path}/a/b`, { recursive: true });
  Deno.writeFileSync(`${path}/a/b/large`, new Uint8Array(1_000_000).fill(1));
  Deno.writeTextFileSync(`${path}/a/small`, "x");
  Deno.writeTextFileSync(`${path}/hole`, "");
  Deno.truncateSync(`${path}/hole`, 2 ** 30);
  // A link counts as itself: what it leads to is elsewhere.
  Deno.symlinkSync("/usr", `${path}/link`);
  Deno.symlinkSync("nowhere", `${path}/dangling`);
  const { stdout } = new Deno.Command("du", { args: ["-sk", path] }).outputSync();
  const bytes = allocatedBytes(path) ?? 0;
  assertEquals(bytes / 1024, parseInt(new TextDecoder().decode(stdout)));
  assertGreater(bytes, 1_000_000);
});

Deno.test("allocatedBytes() is nothing for what is not there", () => {
  using directory = temporaryDirectory();
  assertEquals(allocatedBytes(`${directory.path}/nothing`), 0);
});
