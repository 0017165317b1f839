/**
 * Tests that every name that a file has in a store's directory, at any moment, is one that its layout lists: so that
 * whatever a crash leaves is recognized and, where nobody needs it, removed. A layout that is added is tested as it is.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { FileBackendOptions } from "../../lib/backend/backend.ts";
import { ShardDirectory } from "../../lib/directory/directory.ts";
import { isProbeName } from "../../lib/directory/device_probe.ts";
import { parseSetAsideName, parseStoreFileName } from "../../lib/directory/store_files.ts";
import { RECORD_NAME } from "../../lib/directory/store_record.ts";
import { SERIALIZER_NAMES, type SerializerName } from "../../lib/codec/codec.ts";
import { blockBytesOf, LAYOUT_NAMES, type LayoutOptions, LAYOUTS } from "../../lib/persist/layout/layouts.ts";
import { REPLACE_NAMES } from "../../lib/persist/layout/snapshot/replacement.ts";
import { run } from "../../lib/run/runner.ts";
import { delay } from "../../lib/sync/delay.ts";
import { TEMPORARY_SUFFIX } from "../../lib/system/file_io.ts";
import { namesIn, temporaryDirectory } from "./files.ts";

const FILES = 2;
const SET_ASIDE = ".corrupt-20260729T010203.004Z";

/** The options of every layout, with each way to replace where that makes a difference. */
const LAYOUT_OPTIONS: readonly LayoutOptions[] = [
  ...new Set(LAYOUT_NAMES.flatMap((layout) =>
    REPLACE_NAMES.map((replace) => {
      const sizes = { blockBytes: 4096, logBytes: 65_536, queueMemoryBytes: 2 ** 20 };
      return JSON.stringify(LAYOUTS[layout].optionsOf({ replace, ...sizes }));
    })
  )),
].map((text) => JSON.parse(text));

/** The names of both files, of each kind that the layout has. */
function listedNames({ layout, serializer }: FileBackendOptions): string[] {
  const kind = { layout: layout.kind, files: FILES, serializer, ...blockBytesOf(layout) };
  return [0, 1].flatMap((index) => LAYOUTS[layout.kind].names(kind, index));
}

function backendOf(output: string, layout: LayoutOptions, serializer: SerializerName = "json"): FileBackendOptions {
  const policy = { kind: "periodic", flushPeriodUs: 500 } as const;
  return { kind: "file", output, fileCount: FILES, serializer, policy, layout, sync: "data" };
}

/**
 * The names that appear in a directory while something is done there. Of very many at once, Deno drops some, so it has
 * to be done repeatedly.
 */
async function namesDuring(directory: string, act: () => Promise<unknown>): Promise<Set<string>> {
  const names = new Set<string>();
  using watcher = Deno.watchFs(directory);
  const watched = (async () => {
    for await (const { paths } of watcher) {
      for (const path of paths) names.add(path.slice(path.lastIndexOf("/") + 1));
      if (names.has(END)) return;
    }
  })();
  await act();
  // Events come in order, so what was done before this is not told after it.
  for (const path = `${directory}/${END}`; !names.has(END); Deno.removeSync(path)) {
    Deno.writeTextFileSync(path, "");
    await delay(10);
  }
  await watched;
  names.delete(END);
  names.delete(directory.slice(directory.lastIndexOf("/") + 1));
  return names;
}

/** Ends what is watched. */
const END = "END";

/** A name without what is different each time: the numbers, and the time at which it was set aside. */
function kindOf(name: string): string {
  return name.replace(/\.corrupt-.*/, SET_ASIDE).replace(/\d{4,}/g, "0");
}

async function load(backend: FileBackendOptions): Promise<void> {
  await run({
    threads: 2,
    seed: 1,
    workload: { kind: "seed" },
    pattern: "unthrottled",
    loadTimeMs: 60_000,
    ops: 600,
    backend,
  });
}

for (const layout of LAYOUT_OPTIONS) {
  const what = JSON.stringify(layout);

  Deno.test(`each name that a run gives a file is one that its layout lists: ${what}`, async () => {
    using directory = temporaryDirectory();
    const backend = backendOf(directory.path, layout);
    const listed = new Set(listedNames(backend).map(kindOf));
    const others = ["LOCK", RECORD_NAME, RECORD_NAME + TEMPORARY_SUFFIX];
    const during = await namesDuring(directory.path, async () => {
      await load(backend);
      for (const name of namesIn(directory.path)) damage(`${directory.path}/${name}`);
      await load(backend);
    });
    const ofStore = [...during].filter((name) => !others.includes(name) && !isProbeName(name));
    assert(ofStore.some((name) => name.includes(".corrupt-")), `nothing was set aside: ${ofStore.join(", ")}`);
    for (const name of ofStore) {
      const parsed = parseSetAsideName(name) ?? parseStoreFileName(name);
      assertEquals(parsed?.layout, layout.kind, `${name} is not recognized`);
      const bare = name.replace(/\.corrupt-.*/, "").replace(/\.tmp$/, "");
      assert(listed.has(kindOf(bare)), `${name} is not listed by the layout: ${[...listed].join(", ")}`);
    }
  });
}

for (const layout of LAYOUT_NAMES) {
  Deno.test(`ShardDirectory.open() removes what is incomplete, and keeps what is set aside: ${layout}`, () => {
    const options = LAYOUT_OPTIONS.find(({ kind }) => kind === layout)!;
    for (const serializer of SERIALIZER_NAMES) {
      using parent = temporaryDirectory();
      const names = listedNames(backendOf("", options, serializer));
      const setAside = names.flatMap((name) => [`${name}${SET_ASIDE}`, `${name}${SET_ASIDE}-1`]);
      for (const name of [...setAside, ...names.map((name) => name + TEMPORARY_SUFFIX)]) {
        Deno.writeTextFileSync(`${parent.path}/${name}`, "");
      }
      const wanted = { path: parent.path, layout, files: FILES, serializer, ...blockBytesOf(options) };
      ShardDirectory.open(wanted).close();
      assertEquals(namesIn(parent.path), ["LOCK", ...setAside].sort());
    }
  });
}

/** Damages the first half of a store's file. */
function damage(path: string): void {
  if (parseStoreFileName(path.slice(path.lastIndexOf("/") + 1)) === undefined) return;
  using file = Deno.openSync(path, { write: true });
  file.writeSync(new Uint8Array(Math.ceil(file.statSync().size / 2)).fill(0x55));
}
