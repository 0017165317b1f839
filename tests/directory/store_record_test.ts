/**
 * Tests of stores of which a part is gone: none is begun anew over what was there, and nothing is called gone that
 * never was there.
 *
 * @module
 */
import { assert, assertEquals, assertFalse, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { connectShared } from "../backend/shared.ts";
import type { FileBackendOptions } from "../../lib/backend/backend.ts";
import { prepareFiles } from "../../lib/backend/prepare.ts";
import { SERIALIZER_NAMES } from "../../lib/codec/codec.ts";
import { EngineDirectory } from "../../lib/engine/engine_directory.ts";
import { exportDirectory } from "../../lib/inspect/export.ts";
import { inspectDirectory, isDamaged } from "../../lib/inspect/inspect.ts";
import { NUMBERED_SEED_MIX } from "../../lib/load/numbered_workload.ts";
import { type LayoutOptions } from "../../lib/persist/layout/layouts.ts";
import { REPLACE_NAMES } from "../../lib/persist/layout/snapshot/replacement.ts";
import { PersistError } from "../../lib/system/persist_error.ts";
import { run } from "../../lib/run/runner.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { Clock } from "../../lib/sync/clock.ts";
import { contentOf, namesIn, temporaryDirectory } from "../run/files.ts";

const FILES = 4;
const KEYS = { keyCount: 100, keyLengthMax: 16, valueLengthMax: 16 };

const LAYOUTS: readonly { name: string; stem: string; layout: LayoutOptions }[] = [
  ...REPLACE_NAMES.map((replace) => ({
    name: `snapshots replaced by ${replace}`,
    stem: "shard",
    layout: { kind: "snapshot", replace } as const,
  })),
  { name: "block files", stem: "blocks", layout: { kind: "blocks", blockBytes: 4096 } },
  { name: "logs", stem: "log", layout: { kind: "log", logBytes: 2 ** 16, pendingBytes: 2 ** 20 } },
];

function optionsOf(output: string, layout: LayoutOptions, i = 0): FileBackendOptions {
  const serializer = SERIALIZER_NAMES[i % SERIALIZER_NAMES.length]!;
  const policy = { kind: "commit", commitDelayUs: 0 } as const;
  return { kind: "file", output, fileCount: FILES, serializer, policy, layout, sync: i % 2 === 0 ? "none" : "data" };
}

/** Opens the directory, puts keys and lets go of it as a kill would, or at the end of a run. */
async function put(options: FileBackendOptions, keys: number, end: "kill" | "drain" = "drain") {
  const context = { abort: Abort.create(), clock: Clock.create(), threads: 1 };
  const files = await prepareFiles(options, KEYS, context);
  try {
    const backend = connectShared(files.handle, 0);
    // Twice, so that there are two of what alternates.
    for (let i = 0; i < 2 * keys; i++) backend.put(PaddedBytes.of(`key ${i % keys}`), PaddedBytes.of("value"));
    if (end === "drain") files.directory.recordFiles();
    return files;
  } finally {
    files.directory.close();
  }
}

/** Puts keys, and drains and closes as a run does: without that a log has no second segment. */
async function putWhole(options: FileBackendOptions, ops: number) {
  const workload = { ...NUMBERED_SEED_MIX, keyCount: 500, keyCountMax: 500, preload: true };
  await run({ threads: 1, loadTimeMs: 5000, ops, pattern: "unthrottled", seed: 3, workload, backend: options });
}

/** Removes the files that the pattern matches; says how many. */
function remove(directory: string, pattern: RegExp): number {
  const names = namesIn(directory).filter((name) => pattern.test(name));
  for (const name of names) Deno.removeSync(`${directory}/${name}`);
  return names.length;
}

for (const [i, { name, stem, layout }] of LAYOUTS.entries()) {
  Deno.test(`prepareFiles() refuses a directory of ${name} of which some are gone, and touches nothing`, async () => {
    using directory = temporaryDirectory();
    const { path } = directory;
    const options = optionsOf(path, layout, i);
    await put(options, 50);
    await put(options, 0);
    const first = `${stem}-0001-of-0004`;
    for (
      const [gone, more] of [[/-0001-of/, ""], [/-000[13]-of/, "and 1 more are "], [/-of/, "and 3 more are "]] as const
    ) {
      const kept = contentOf(path);
      assert(remove(path, gone) > 0);
      const before = contentOf(path);
      const which = more.includes("3") ? `${stem}-0000-of-0004` : first;
      const expected = `Cannot use ${path}: ${which} ${more || "is "}gone, which STORE lists; put back what is missing`;
      await assertRejects(() => put(options, 0), PersistError, expected);
      // Nor under other options, which no file that is left contradicts.
      await assertRejects(() => put({ ...options, fileCount: 8 }, 0), PersistError, "Cannot use");
      if (more.includes("3")) assertThrows(() => EngineDirectory.open("sqlite", path), PersistError, `${which} and 3`);
      assertEquals(contentOf(path), before);
      for (const [name, bytes] of kept) Deno.writeFileSync(`${path}/${name}`, bytes);
    }
    await put(options, 0);

    remove(path, /-0001-of/);
    const { totals } = inspectDirectory(path, { forceRead: false });
    assertEquals([totals.missingParts, totals.unreadableParts], [1, 1]);
    const exported = exportDirectory(path, { forceRead: false, format: "json" });
    assertThrows(
      () => exported.next(),
      PersistError,
      `1 (${first} is gone, which STORE lists); move them and STORE away`,
    );
    Deno.removeSync(`${path}/STORE`);
    const { filesLoaded, entriesLoaded } = await put(options, 0);
    assert(filesLoaded >= FILES - 1 && entriesLoaded > 0 && entriesLoaded < 50);
  });

  Deno.test(`prepareFiles() misses none of ${name} that never was there, was set aside, or is not recorded`, async () => {
    using directory = temporaryDirectory();
    const { path } = directory;
    const options = optionsOf(path, layout, i);
    // Opened, and killed before anything was put; then only one key was.
    await put(options, 0, "kill");
    await put(options, 1, "kill");
    assertEquals((await put(options, 0, "kill")).entriesLoaded, 1);
    // Nothing has been lost of what an earlier version has left without a record.
    await put(options, 50, "kill");
    const record = Deno.readFileSync(`${path}/STORE`);
    Deno.removeSync(`${path}/STORE`);
    assertEquals((await put(options, 0, "kill")).entriesLoaded, 50);
    assertEquals(inspectDirectory(path, { forceRead: false }).totals.unreadableParts, 0);
    // What is left of a record that was not written completely is none.
    for (const torn of ["", "{", new TextDecoder().decode(record).slice(0, -3)]) {
      Deno.writeTextFileSync(`${path}/STORE`, torn);
      assertEquals((await put(options, 0, "kill")).entriesLoaded, 50);
    }
    Deno.writeTextFileSync(`${path}/STORE.tmp`, "{");
    await put(options, 0);
    assertFalse(namesIn(path).includes("STORE.tmp"));
    // A damaged file was there, is set aside, and then removed.
    for (const name of namesIn(path).filter((name) => /-0002-of/.test(name))) {
      Deno.writeTextFileSync(`${path}/${name}`, "damaged");
    }
    assert((await put(options, 0, "kill")).filesSetAside.length > 0);
    await put(options, 0, "kill");
    remove(path, /corrupt-/);
    await put(options, 0, "kill");
  });
}

// Those layouts that have several files for each part; both are checked without waiting for the device.
for (const { name, layout } of LAYOUTS.filter(({ name }) => name === "logs" || name.includes("alternate"))) {
  Deno.test(`prepareFiles() refuses a directory of ${name} if any single file is gone, and inspect tells which`, async () => {
    using directory = temporaryDirectory();
    const { path } = directory;
    const options = optionsOf(path, layout);
    await putWhole(options, 2000);
    await putWhole(options, 100);
    const files = namesIn(path).filter((name) => /-of-/.test(name));
    assert(files.length > FILES);
    for (const gone of files) {
      const bytes = Deno.readFileSync(`${path}/${gone}`);
      Deno.removeSync(`${path}/${gone}`);
      const before = contentOf(path);
      const { message } = await assertRejects(() => put(options, 0), PersistError);
      assertMatch(message, /is gone, (?:though .* is there|which STORE lists); put back what is missing, or /);
      assertEquals(contentOf(path), before, gone);
      assert(isDamaged(inspectDirectory(path, { forceRead: false })), gone);
      Deno.writeFileSync(`${path}/${gone}`, bytes);
    }
    await put(options, 0);

    // With nothing but the record left, inspect still tells what was there.
    for (const gone of files) Deno.removeSync(`${path}/${gone}`);
    const { totals } = inspectDirectory(path, { forceRead: false });
    assertEquals([totals.missingParts, totals.unreadableParts], [FILES, FILES]);
  });
}

Deno.test("prepareFiles() still opens a directory in which a kill came between setting a file aside and recording that", async () => {
  using directory = temporaryDirectory();
  const { path } = directory;
  const options = optionsOf(path, { kind: "snapshot", replace: "rename" });
  await put(options, 50);
  const name = "shard-0002-of-0004.json";
  Deno.renameSync(`${path}/${name}`, `${path}/${name}.corrupt-20260729T010203.004Z`);
  assertEquals(inspectDirectory(path, { forceRead: false }).totals.unreadableParts, 0);
  await put(options, 0);
});
