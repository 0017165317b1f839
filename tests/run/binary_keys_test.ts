/**
 * Tests of keys that are not UTF-8, which a trace may have: raw files hold them, whatever the layout, and none is lost.
 *
 * @module
 */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { exportDirectory } from "../../lib/inspect/export.ts";
import type { LayoutOptions } from "../../lib/persist/layout/layouts.ts";
import { PersistError } from "../../lib/system/persist_error.ts";
import { run } from "../../lib/run/runner.ts";
import { traceFile } from "../replay/samples.ts";
import { temporaryDirectory } from "./files.ts";

const KEYS = 100;
const LAYOUTS: readonly LayoutOptions[] = [
  { kind: "snapshot", replace: "rename" },
  { kind: "blocks", blockBytes: 4096 },
  { kind: "log", logBytes: 1024, pendingBytes: 2 ** 20 },
];

/** What Redis' MONITOR says of a put of each key. */
const TRACE = Array.from({ length: KEYS }, (_, i) => `1460100081.1 [0 x] "set" "\\xff${i}\\xc3" "value"\n`).join("");

for (const layout of LAYOUTS) {
  Deno.test(`run() goes on from raw files with keys that are not UTF-8: ${layout.kind}`, async () => {
    using trace = traceFile(TRACE);
    using directory = temporaryDirectory();
    const { path } = directory;
    const replayInto = async () => {
      const { file } = await run({
        threads: 1,
        loadTimeMs: 100,
        workload: { kind: "replay", path: trace.path, rounds: 1, endsLoad: true, compressible: 1 },
        pattern: "unthrottled",
        seed: 1,
        backend: {
          kind: "file",
          output: path,
          fileCount: 2,
          serializer: "raw",
          layout,
          policy: { kind: "periodic", flushPeriodUs: 2000 },
          sync: "none",
        },
      });
      return file;
    };
    assertEquals((await replayInto())?.entriesLoaded, 0);
    // The second run begins with a checkpoint, which the third one reads.
    for (const _ of ["checkpoint", "read"]) {
      const file = await replayInto();
      assertEquals([file?.entriesLoaded, file?.filesSetAside], [KEYS, []]);
    }
    const names = Array.from(Deno.readDirSync(path), ({ name }) => name);
    assertEquals(names.some((name) => name.includes("checkpoint")), layout.kind === "log");
    // No export has room for them, and none is to hold others in their place.
    const error = assertThrows(() => [...exportDirectory(path, { forceRead: false, format: "json" })], PersistError);
    assertStringIncludes(error.message, `Cannot export ${path}/`);
    assertStringIncludes(error.message, "is not UTF-8");
  });
}
