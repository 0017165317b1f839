/**
 * Tests of the shard files: names that say what they mean, and replacement that is whole or did not happen.
 *
 * @module
 */
import { assert, assertEquals, assertInstanceOf, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { SERIALIZER_NAMES } from "../../lib/codec/codec.ts";
import { PersistError } from "../../lib/system/persist_error.ts";
import { replaceFile } from "../../lib/system/file_io.ts";
import { parseShardFileName, shardFileName, type Side } from "../../lib/persist/layout/snapshot/shard_file_name.ts";
import { parseSetAsideName } from "../../lib/directory/store_files.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { runCrew } from "../sync/crew.ts";
import { filesIn, namesIn, TemporaryDirectory } from "./fixtures.ts";
import { contentOf, SHARD_FILE_TEST_WORDS, type ShardFileConfig, type ShardFileResult } from "./shard_file_worker.ts";
import { SmallDisk, whyNoSmallDisk } from "../system/small_disk.ts";

const OLD = new TextEncoder().encode("the old content");
const NEW = new TextEncoder().encode("the new content, which is longer");

Deno.test("shardFileName() pads numbers to four digits and lets larger ones be longer", () => {
  assertEquals(shardFileName(7, 120, "json"), "shard-0007-of-0120.json");
  assertEquals(shardFileName(0, 1, "cbor"), "shard-0000-of-0001.cbor");
  assertEquals(shardFileName(9999, 10_000, "json"), "shard-9999-of-10000.json");
  assertEquals(shardFileName(65_535, 65_536, "cbor"), "shard-65535-of-65536.cbor");
});

Deno.test("shardFileName() says which of two files it is when a shard has two", () => {
  assertEquals(shardFileName(7, 120, "json", "a"), "shard-0007-of-0120.a.json");
  assertEquals(shardFileName(65_535, 65_536, "cbor", "b"), "shard-65535-of-65536.b.cbor");
});

Deno.test("parseShardFileName() gives back what shardFileName() was given", () => {
  const anyName = fc.integer({ min: 1, max: 2 ** 20 }).chain((shards) =>
    fc.record({
      shard: fc.integer({ min: 0, max: shards - 1 }),
      shards: fc.constant(shards),
      serializer: fc.constantFrom(...SERIALIZER_NAMES),
      temporary: fc.boolean(),
    })
  );
  const anySide = fc.constantFrom<(Side | undefined)[]>(undefined, "a", "b");
  fc.assert(fc.property(anyName, anySide, (parts, side) => {
    const name = shardFileName(parts.shard, parts.shards, parts.serializer, side) + (parts.temporary ? ".tmp" : "");
    assertEquals(parseShardFileName(name), side === undefined ? parts : { ...parts, side });
  }));
});

Deno.test("shardFileName() sorts as text as shards do as numbers when their count is the same", () => {
  for (const shards of [1, 120, 4000]) {
    const names = Array.from({ length: shards }, (_, shard) => shardFileName(shard, shards, "json"));
    assertEquals(names.toSorted(), names);
  }
});

Deno.test("parseShardFileName() gives undefined when a name is nearly a shard file's", () => {
  const nearMisses = [
    "",
    "LOCK",
    "shard-7-of-120.json",
    "shard-07-of-0120.json",
    "shard-0007-of-120.json",
    "shard-00007-of-0120.json",
    "shard-0007-of-00120.json",
    "shard-0120-of-0120.json",
    "shard-0121-of-0120.json",
    "shard-0000-of-0000.json",
    "shard-0007-of-0120",
    "shard-0007-of-0120.",
    "shard-0007-of-0120.JSON",
    "shard-0007-of-0120.jsonl",
    "shard-0007-of-0120.yaml",
    "shard-0007-of-0120.json~",
    "shard-0007-of-0120.json ",
    "shard-0007-of-0120.json\n",
    "shard-0007-of-0120.json.tmp.tmp",
    "shard-0007-of-0120.tmp",
    "shard-0007-of-0120.json.TMP",
    "shard-0007-of-0120.json.corrupt-20260729T010203.004Z",
    "shard-0007-of-0120.json.tmp.corrupt-20260729T010203.004Z",
    " shard-0007-of-0120.json",
    "Shard-0007-of-0120.json",
    "./shard-0007-of-0120.json",
    "shard--007-of-0120.json",
    "shard-0x07-of-0120.json",
    "shard-1e03-of-9999.json",
    "shard-٠٠٠٧-of-0120.json",
    "shard-0007-of-0120-json",
    "shard-0007-of-0120.c.json",
    "shard-0007-of-0120.A.json",
    "shard-0007-of-0120..json",
    "shard-0007-of-0120.ab.json",
    "shard-0007-of-0120.a.b.json",
    "shard-0007-of-0120.a",
    "shard-0007-of-0120a.json",
    "shard-0007-of-0120.json.a",
    "shard-0120-of-0120.a.json",
  ];
  for (const name of nearMisses) assertEquals(parseShardFileName(name), undefined, name);
});

Deno.test("parseSetAsideName() tells a shard file that was set aside from what only looks like one", () => {
  for (const side of [undefined, "a", "b"] as const) {
    const name = shardFileName(7, 120, "json", side);
    assertEquals(parseSetAsideName(`${name}.corrupt-20260729T010203.004Z`)?.index, 7);
    assertEquals(parseSetAsideName(`${name}.corrupt-20260729T010203.004Z-1`)?.index, 7);
    assertEquals(parseSetAsideName(name), undefined);
  }
  for (const name of ["", "LOCK", "notes.corrupt-20260729T010203.004Z", ".corrupt-20260729T010203.004Z"]) {
    assertEquals(parseSetAsideName(name), undefined, name);
  }
});

Deno.test("replaceFile() creates the file when there is none, and replaces it when there is one", () => {
  using directory = new TemporaryDirectory();
  const path = directory.join("file");
  for (const content of [OLD, NEW, new Uint8Array(0), contentOf(1), OLD]) {
    replaceFile(path, content);
    assertEquals(Deno.readFileSync(path), Uint8Array.from(content));
    assertEquals(namesIn(directory.path), ["file"]);
  }
});

Deno.test("replaceFile() writes the bytes of the view only when they lie in shared memory", () => {
  using directory = new TemporaryDirectory();
  const shared = new Uint8Array(new SharedArrayBuffer(100)).fill(0x20);
  shared.set(OLD, 64);
  replaceFile(directory.join("file"), shared.subarray(64, 64 + OLD.length));
  assertEquals(Deno.readFileSync(directory.join("file")), OLD);
});

Deno.test("replaceFile() shows one whole content at any time when others read in a loop", async () => {
  using directory = new TemporaryDirectory();
  const path = directory.join("file");
  Deno.writeFileSync(path, contentOf(0));
  const words = new Int32Array(new SharedArrayBuffer(SHARD_FILE_TEST_WORDS * Int32Array.BYTES_PER_ELEMENT));
  const configs = (["replace", "read", "read"] as const).map((kind) => {
    return { kind, path, words, replacementsMin: 300, changesMin: 100 };
  });
  const spawn = () => new Worker(new URL("./shard_file_worker.ts", import.meta.url), { type: "module" });

  const results = await runCrew<ShardFileConfig, ShardFileResult>(spawn, configs, { abort: Abort.create(), words });

  const [replaced, ...read] = results.map(({ last }) => last);
  assertEquals(results.flatMap(({ wrong }) => wrong), []);
  assertEquals(read, [replaced, replaced]);
  assertEquals(namesIn(directory.path), ["file"]);
});

/** Asserts that a replacement fails with one line that names the path and the reason, and gives that line. */
function assertFails(path: string, content: Uint8Array): string {
  const error = assertThrows(() => replaceFile(path, content));
  assertInstanceOf(error, PersistError);
  assertStringIncludes(error.message, path);
  assertMatch(error.message, /^Cannot \w+ .+: .+$/);
  assert(error.cause !== undefined);
  return error.message;
}

Deno.test("replaceFile() names the path when the directory is missing", () => {
  using directory = new TemporaryDirectory();
  const path = directory.join("missing/file");
  assertEquals(assertFails(path, NEW), `Cannot create ${path}.tmp: No such file or directory (os error 2)`);
  assertEquals(namesIn(directory.path), []);
});

Deno.test("replaceFile() leaves no temporary file when the rename fails", () => {
  using directory = new TemporaryDirectory();
  const path = directory.join("target");
  Deno.mkdirSync(path);
  Deno.writeFileSync(`${path}/inside`, OLD);
  assertStringIncludes(assertFails(path, NEW), `Cannot rename ${path}.tmp to ${path}: `);
  assertEquals(namesIn(directory.path), ["target"]);
  assertEquals(Deno.readFileSync(`${path}/inside`), OLD);
});

Deno.test("replaceFile() touches neither file when a temporary file that is not its own is in the way", () => {
  using directory = new TemporaryDirectory();
  const path = directory.join("file");
  Deno.writeFileSync(path, OLD);
  Deno.writeTextFileSync(`${path}.tmp`, "somebody else's");
  const before = filesIn(directory.path);
  assertEquals(assertFails(path, NEW), `Cannot create ${path}.tmp: File exists (os error 17)`);
  assertEquals(filesIn(directory.path), before);
});

const noSmallDisk = whyNoSmallDisk();

Deno.test({
  name: "replaceFile() keeps the old content, and room for another attempt, when the disk is full" +
    (noSmallDisk === undefined ? "" : ` [IGNORED: ${noSmallDisk}]`),
  ignore: noSmallDisk !== undefined,
  fn() {
    using disk = new SmallDisk();
    const path = `${disk.path}/file`;
    Deno.writeFileSync(path, OLD);
    const before = filesIn(disk.path);
    // The first write takes a part of the larger ones, the next none.
    for (const length of [SmallDisk.SIZE, SmallDisk.SIZE + 1, 2 * SmallDisk.SIZE, 64 * SmallDisk.SIZE]) {
      const message = assertFails(path, new Uint8Array(length));
      assertEquals(message, `Cannot write ${path}.tmp: No space left on device (os error 28)`);
      assertEquals(filesIn(disk.path), before);
    }
    replaceFile(path, NEW);
    assertEquals(Deno.readFileSync(path), NEW);
  },
});
