/**
 * Tests of a sweep's plan: it means what the command line would.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import { parsePlan } from "../../lib/command/sweep_options.ts";
import { PersistError } from "../../lib/system/persist_error.ts";

Deno.test("parsePlan() gives the load and the groups as the command line has them", () => {
  const { load, groups } = parsePlan(
    "p.json",
    JSON.stringify({
      load: { keys: "1M", threads: 2, "no-preload": true },
      groups: [{ backend: "memory" }, {
        backend: "file",
        "file-count": [16, 128],
        layout: "log",
        sync: ["none", "data"],
        "no-device-probe": true,
      }],
    }),
  );
  assertEquals([...load], [["keys", "1M"], ["threads", "2"], ["no-preload", ""]]);
  assertEquals(groups, [
    ["memory"],
    ["file", "--file-count=16,128", "--layout=log", "--sync=none,data", "--no-device-probe"],
  ]);
});

Deno.test("parsePlan() refuses what is no plan, with the path and the reason", () => {
  const rows = [
    ["{", "it is not JSON"],
    ["[]", 'it is not a plan, must be {"load": {…}, "groups": [{…}, …]}'],
    ['{"groups": []}', '"groups" must be an array of at least one object'],
    ['{"load": {}}', '"groups" must be an array of at least one object'],
    ['{"groups": [{"file-count": 3}]}', 'a group has no "backend"'],
    ['{"groups": [{"backend": "memory"}], "laod": {}}', 'it has "laod", must have only "load" and "groups"'],
    ['{"groups": [{"backend": "memory"}], "load": {"kyes": 3}}', '"load" has "kyes", which is not a flag of the load'],
    ['{"groups": [{"backend": "memory", "sync": {}}]}', '"sync" must be a number, a string or true, got {}'],
  ] as const;
  for (const [text, reason] of rows) {
    const error = assertThrows(() => parsePlan("p.json", text), PersistError);
    assertEquals(error.message, `Cannot read p.json: ${reason}`);
  }
});
