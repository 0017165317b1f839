/**
 * Tests of the inspection: what it says of directories as runs and accidents leave them, and that it leaves them so.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStrictEquals, assertThrows } from "@std/assert";
import { FORMAT } from "../../lib/codec/codec.ts";
import { inspectDirectory, type Inspection } from "../../lib/inspect/inspect.ts";
import { ShardDirectory } from "../../lib/directory/directory.ts";
import { PersistError } from "../../lib/system/persist_error.ts";
import { type Entry, jsonFile } from "../codec/fixtures.ts";
import { temporaryDirectory } from "../run/files.ts";
import { damage, runInto, stateOf, unionOf, writeFiles } from "./stored_files.ts";

const ENTRIES = Array.from({ length: 50 }, (_, n): Entry => [`Key${n}`, `value ${n}`]);
const GENTLY = { forceRead: false };

/** Inspects a directory, and checks that nothing in it is touched. */
function inspect(path: string, options = GENTLY): Inspection {
  const before = stateOf(path);
  const inspection = inspectDirectory(path, options);
  assertEquals(stateOf(path), before);
  return inspection;
}

function assertRefused(path: string, reason: string): void {
  const error = assertThrows(() => inspectDirectory(path, GENTLY), PersistError);
  assertEquals(error.message, `Cannot read ${path}: ${reason}`);
}

for (const replace of ["rename", "alternate"] as const) {
  for (const serializer of ["json", "cbor"] as const) {
    Deno.test(`inspectDirectory() agrees with a run's own figures under ${replace} and ${serializer}`, async () => {
      using directory = temporaryDirectory();
      const ran = await runInto(directory.path, {
        layout: { kind: "snapshot", replace },
        serializer,
        fileCount: 5,
      });
      const { parts, totals, ...rest } = inspect(directory.path);
      const { files, bytes, versionSum, entries } = unionOf(directory.path, serializer);

      assertEquals(rest, {
        directory: directory.path,
        kind: { layout: "snapshot", files: 5, serializer },
        setAsideNames: [],
      });
      assertStrictEquals(versionSum, ran.writes);
      assertStrictEquals(files, ran.files);
      assertEquals(totals, {
        files,
        bytes,
        entries: Object.keys(entries).length,
        versionSum,
        records: 0,
        deletes: 0,
        blocks: 0,
        health: { sound: 5, torn: 0, superseded: files - 5, damaged: 0, temporary: 0 },
        missingParts: 0,
        unreadableParts: 0,
      });
      assert(replace === "alternate" ? files > 5 : files === 5);
      assertEquals(parts.map(({ index }) => index), [0, 1, 2, 3, 4]);
      for (const shard of parts) {
        const sound = shard.files.filter(({ health }) => health === "sound");
        assertEquals(sound.map(({ version, entries }) => ({ version, entries })), [
          { version: shard.version, entries: shard.entries },
        ]);
        for (const file of shard.files) assertStrictEquals(file.bytes, Deno.statSync(file.path).size);
      }
    });
  }
}

Deno.test("inspectDirectory() tells the newest of a shard's files from the superseded, whichever it is", () => {
  for (const versions of [{ a: 10, b: 11 }, { a: 11, b: 10 }]) {
    using directory = temporaryDirectory();
    const common = { shards: 2, serializer: "json" } as const;
    writeFiles(directory.path, ENTRIES.slice(0, 9), { ...common, version: 3 });
    writeFiles(directory.path, ENTRIES, { ...common, side: "a", version: versions.a });
    writeFiles(directory.path, ENTRIES, { ...common, side: "b", version: versions.b });

    const { parts, totals } = inspect(directory.path);
    const newest = versions.a > versions.b ? "a" : "b";
    for (const { files, version } of parts) {
      assertStrictEquals(version, 11);
      assertStrictEquals(files.length, 3);
      for (const { name, health } of files) {
        assertStrictEquals(health, name.includes(`.${newest}.`) ? "sound" : "superseded", name);
      }
    }
    assertEquals([totals.files, totals.health.sound, totals.health.superseded], [6, 2, 4]);
    assertEquals([totals.entries, totals.versionSum], [50, 22]);
  }
});

Deno.test("inspectDirectory() reports damaged, temporary, missing and set-aside files", () => {
  for (const serializer of ["json", "cbor"] as const) {
    using directory = temporaryDirectory();
    const paths = writeFiles(directory.path, ENTRIES, { shards: 6, serializer });
    const [, torn = "", renamed = "", foreign = "", missing = "", aside = ""] = paths;
    const other = torn.replace(`.${serializer}`, `.b.${serializer}`);
    Deno.copyFileSync(torn, other);
    const tornBytes = damage(torn);
    damage(renamed);
    Deno.renameSync(renamed, `${renamed}.tmp`);
    Deno.copyFileSync(paths[0] ?? "", foreign);
    Deno.removeSync(missing);
    Deno.renameSync(aside, `${aside}.corrupt-20260102T030405.678Z`);
    Deno.mkdirSync(aside);
    Deno.writeTextFileSync(`${directory.path}/notes.txt`, "not ours");
    Deno.writeTextFileSync(`${directory.path}/shard-0000-of-0099.${serializer}.tmp`, "another store's");

    const before = Array.from(Deno.readDirSync(directory.path), ({ name }) => name).sort();
    const { parts, totals, setAsideNames } = inspectDirectory(directory.path, GENTLY);
    assertEquals(Array.from(Deno.readDirSync(directory.path), ({ name }) => name).sort(), before);
    const healths = parts.map(({ files }) => files.map(({ health }) => health));
    assertEquals(healths, [["sound"], ["sound", "damaged"], ["temporary"], ["damaged"], [], ["damaged"]]);
    const [, first, , third, , fifth] = parts;
    assertStrictEquals(first?.files[1]?.bytes, tornBytes);
    assertStrictEquals(first?.files[1]?.reason, "it does not end with the crc32 of its content");
    assertStrictEquals(third?.files[0]?.reason, "it is shard 0 of 6");
    assertMatch(fifth?.files[0]?.reason ?? "", /^it cannot be read: Is a directory/);
    assertEquals(setAsideNames, [`shard-0005-of-0006.${serializer}.corrupt-20260102T030405.678Z`]);
    const { files, health, missingParts, unreadableParts } = totals;
    assertEquals({ files, ...health }, { files: 5, sound: 2, torn: 0, superseded: 0, damaged: 3, temporary: 1 });
    assertEquals({ missingParts, unreadableParts }, { missingParts: 2, unreadableParts: 2 });
  }
});

Deno.test("inspectDirectory() calls a file damaged when a key in it belongs to another shard", () => {
  using directory = temporaryDirectory();
  const [, second = ""] = writeFiles(directory.path, ENTRIES, { shards: 2, serializer: "json" });
  const { entries } = unionOf(directory.path, "json");
  const snapshot = { format: FORMAT, shard: 1, shards: 2, version: 50, count: 50, entries };
  Deno.writeFileSync(second, jsonFile(snapshot));
  const { parts } = inspect(directory.path);
  const [file] = parts[1]?.files ?? [];
  assertStrictEquals(file?.health, "damaged");
  assertMatch(file.reason ?? "", /^its key "Key\d+" belongs to shard 0$/);
});

Deno.test("inspectDirectory() reads what a killed first replacement left: temporary files alone", () => {
  using directory = temporaryDirectory();
  Deno.writeTextFileSync(`${directory.path}/shard-0001-of-0002.json.tmp`, "{");
  const { kind, totals } = inspect(directory.path);
  assertEquals([kind.files, totals.files, totals.health.temporary, totals.missingParts], [2, 0, 1, 2]);
});

Deno.test("inspectDirectory() refuses what is not a directory with the files of one store", () => {
  using directory = temporaryDirectory();
  const { path } = directory;
  assertRefused(`${path}/absent`, "No such file or directory (os error 2)");
  Deno.writeTextFileSync(`${path}/file`, "");
  assertRefused(`${path}/file`, "it is not a directory");
  assertRefused(path, "it holds no shard files, block files or logs");
  Deno.writeTextFileSync(`${path}/ENGINE`, "kvlab engine sqlite\n");
  assertRefused(path, "it holds a store of sqlite, which inspect and export do not read");
  Deno.removeSync(`${path}/ENGINE`);
  writeFiles(path, ENTRIES, { shards: 2, serializer: "json" });
  Deno.writeTextFileSync(`${path}/shard-0000-of-0003.cbor`, "");
  const error = assertThrows(() => inspectDirectory(path, GENTLY), PersistError);
  assertMatch(error.message, /: it holds a mixture of files: /);
  assertMatch(error.message, /2 of --file-count=2 --serializer=json \(such as shard-000[01]-of-0002.json\)/);
  assertMatch(error.message, /1 of --file-count=3 --serializer=cbor \(such as shard-0000-of-0003.cbor\)/);
});

Deno.test("inspectDirectory() refuses a directory that a kvlab has, unless it is forced", () => {
  using directory = temporaryDirectory();
  const { path } = directory;
  writeFiles(path, ENTRIES, { shards: 2, serializer: "json" });
  const running = ShardDirectory.open({ path, layout: "snapshot", files: 2, serializer: "json" });
  try {
    assertRefused(path, `it is locked by another kvlab, process ${Deno.pid}`);
    assertStrictEquals(inspect(path, { forceRead: true }).totals.entries, 50);
  } finally {
    running.close();
  }
  assertStrictEquals(inspect(`${path}//`).directory, path);
});
