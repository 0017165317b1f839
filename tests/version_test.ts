import { assertEquals, assertMatch } from "@std/assert";
import { VERSION } from "../lib/version.ts";

Deno.test("VERSION is the version in deno.json", () => {
  const denoJson = JSON.parse(Deno.readTextFileSync(new URL("../deno.json", import.meta.url)));
  assertEquals(VERSION, denoJson.version);
  assertMatch(VERSION, /^\d+\.\d+\.\d+$/);
});
