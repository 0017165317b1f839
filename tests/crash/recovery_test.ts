/**
 * Tests of opening what a kill has left: values, versions, and what damaged files are counted as.
 *
 * @module
 */
import { assert, assertEquals, assertGreater } from "@std/assert";
import type { FileBackendOptions } from "../../lib/backend/backend.ts";
import { NUMBERED_SEED_MIX } from "../../lib/load/numbered_workload.ts";
import { RecordKeys } from "../../lib/load/record.ts";
import type { LayoutOptions } from "../../lib/persist/layout/layouts.ts";
import { run } from "../../lib/run/runner.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { temporaryDirectory } from "../run/files.ts";
import { type RecoveredDirectory, recoverFiles } from "./fixtures.ts";

const MIX = { ...NUMBERED_SEED_MIX, keyCount: 100, keyCountMax: 100, preload: true };
const ALTERNATE: LayoutOptions = { kind: "snapshot", replace: "alternate" };
const LOG: LayoutOptions = { kind: "log", logBytes: 65_536, pendingBytes: 2 ** 20 };

/** A directory in which all records of the mix are, as a backend. */
async function fill(output: string, layout: LayoutOptions): Promise<FileBackendOptions> {
  const policy = { kind: "synchronous", writePeriodUs: 0 } as const;
  const backend = { kind: "file", output, fileCount: 2, serializer: "json", policy, layout, sync: "none" } as const;
  const load = { threads: 1, loadTimeMs: 1000, ops: 200, pattern: "unthrottled", seed: 1 } as const;
  await run({ ...load, workload: MIX, backend });
  return backend;
}

/** How many of the mix's records are there. */
async function countRecords(recovered: RecoveredDirectory): Promise<number> {
  const keys = new RecordKeys(MIX);
  const key = keys.createKey();
  let count = 0;
  for (let record = 0; record < MIX.keyCount; record++) {
    keys.write(record, key);
    if (await recovered.get(key, new PaddedBytes(64))) count++;
  }
  return count;
}

/** Breaks those files whose names the pattern matches; says how many. */
function breakFiles(directory: string, pattern: RegExp): number {
  const names = Array.from(Deno.readDirSync(directory), ({ name }) => name).filter((name) => pattern.test(name));
  for (const name of names) Deno.writeTextFileSync(`${directory}/${name}`, "broken");
  return names.length;
}

for (const layout of [ALTERNATE, LOG]) {
  Deno.test(`recoverFiles() opens a directory of ${layout.kind}s, with all that it holds`, async () => {
    using directory = temporaryDirectory();
    const backend = await fill(directory.path, layout);
    const recovered = await recoverFiles(backend, MIX);
    assertEquals(await countRecords(recovered), MIX.keyCount);
    const { versions, torn, damagedSpares, setAside } = recovered.files;
    assertEquals([torn, damagedSpares, setAside], [0, 0, []]);
    assertGreater(versions.reduce((sum, version) => sum + version), MIX.keyCount);
    assertGreater(recovered.recoveryMs, 0);
    await recovered.close();
    // It has given the directory back.
    await (await recoverFiles(backend, MIX)).close();
  });
}

Deno.test("recoverFiles() counts a shard without a sound file as torn, and a damaged spare as that, but not the side that was being written", async () => {
  using directory = temporaryDirectory();
  const backend = await fill(directory.path, ALTERNATE);
  assertEquals(breakFiles(directory.path, /^shard-0000.*\.[ab]\./), 2);
  assertEquals(breakFiles(directory.path, /^shard-0001.*\.a\./), 1);
  Deno.writeTextFileSync(`${directory.path}/shard-0001-of-0002.json`, "{");
  const recovered = await recoverFiles(backend, MIX);
  const { torn, damagedSpares, setAside } = recovered.files;
  assertEquals([torn, damagedSpares, setAside.length], [1, 1, 3]);
  assert(await countRecords(recovered) < MIX.keyCount);
  await recovered.close();
});

Deno.test("recoverFiles() counts a log with damaged files as torn", async () => {
  using directory = temporaryDirectory();
  const backend = await fill(directory.path, LOG);
  assertGreater(breakFiles(directory.path, /^log-0001/), 0);
  const recovered = await recoverFiles(backend, MIX);
  assertEquals([recovered.files.torn, recovered.files.damagedSpares], [1, 0]);
  await recovered.close();
});
