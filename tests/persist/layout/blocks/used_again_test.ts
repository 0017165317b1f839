/**
 * Tests that the blocks which pages no longer need are used again: by other pages, and once a crash has left them
 * without any; and that each of several files gets smaller in its turn.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertLess, assertStrictEquals } from "@std/assert";
import { BLOCK_CODECS } from "../../../../lib/codec/codecs.ts";
import { SERIALIZER_NAMES } from "../../../../lib/codec/codec.ts";
import { extentBlocks, HEAD_PLACES, placeOf } from "../../../../lib/persist/layout/blocks/block_format.ts";
import { readBlocks } from "../../../../lib/persist/layout/blocks/stored_blocks.ts";
import { attachPersistence } from "../../../../lib/persist/persistence.ts";
import { hashKey, shardOf } from "../../../../lib/store/hash.ts";
import { PaddedBytes } from "../../../../lib/store/padded_bytes.ts";
import { connectShared } from "../../../backend/shared.ts";
import { namesIn, temporaryDirectory } from "../../../run/files.ts";
import { RecordedFiles } from "../../recorded_files.ts";
import { BLOCK_BYTES, blockFileIn, open, optionsOf, putAll, recover, type Write, write } from "./block_store.ts";

const SHARDS = 256;
const VALUE = "x".repeat(60);
const KEYS = { keyCount: 4096, keyLengthMax: 8, valueLengthMax: 80 };

function shardOfName(name: string): number {
  const { words, length } = PaddedBytes.of(name);
  return shardOf(hashKey(words, length), SHARDS);
}

/** So many keys of the shards that are wanted. */
function keysOf(prefix: string, count: number, isWanted: (shard: number) => boolean): string[] {
  const names: string[] = [];
  for (let i = 0; names.length < count; i++) if (isWanted(shardOfName(`${prefix}${i}`))) names.push(`${prefix}${i}`);
  return names;
}

const isEven = (shard: number) => shard % 2 === 0;
const isOdd = (shard: number) => shard % 2 === 1;

for (const serializer of SERIALIZER_NAMES) {
  Deno.test(`pages in ${serializer} take the blocks of other shards' empty pages before the file grows`, async () => {
    using directory = temporaryDirectory();
    const options = optionsOf(directory.path, serializer);
    const before = keysOf("a", 1000, isEven);
    const after = keysOf("b", 200, isOdd);
    const files = await open(options, KEYS);
    const backend = connectShared(files.handle, 0);
    for (const name of before) write(backend, [name, VALUE]);
    const { size } = Deno.statSync(blockFileIn(directory.path));
    for (const name of before) write(backend, [name, undefined]);
    for (const name of after) write(backend, [name, VALUE]);
    assertStrictEquals(Deno.statSync(blockFileIn(directory.path)).size, size);
    // Again, and longer, so that the images of those pages that were there before are written over.
    for (const name of after) write(backend, [name, `${VALUE}!`]);
    files.directory.close();
    const { values, told } = await recover(options, [...before, ...after]);
    assertEquals([values, told], [new Map(after.map((name) => [name, `${VALUE}!`])), 0]);
  });

  Deno.test(`pages in ${serializer} that get entries again keep their blocks while others of the same write look for some`, async () => {
    using directory = temporaryDirectory();
    const policy = { kind: "periodic", flushPeriodUs: 60_000_000 } as const;
    const options = optionsOf(directory.path, serializer, { policy });
    const files = await open(options, KEYS);
    const backend = connectShared(files.handle, 0);
    const { writer } = attachPersistence(files.persistence, 0);
    const expected = new Map<string, string>();
    const put = (names: readonly string[], value: string) => {
      for (const name of names) {
        write(backend, [name, value]);
        expected.set(name, value);
      }
    };
    const before = keysOf("a", 1500, isEven);
    put(before, VALUE);
    writer.writeDirtyFiles();
    for (const name of before) write(backend, [name, undefined]);
    expected.clear();
    writer.writeDirtyFiles();
    put(before.slice(0, 300), VALUE);
    writer.writeDirtyFiles();
    // The first pages of the even shards are in use now, the others empty.
    put([...before, ...keysOf("b", 300, isOdd)], `${VALUE}!`);
    writer.writeDirtyFiles();
    files.directory.close();
    const { values, told } = await recover(options, expected.keys());
    assertEquals([values, told], [expected, 0]);
  });

  Deno.test(`blocks in ${serializer} that a crash has left without a page are used again, also after another crash`, async () => {
    using directory = temporaryDirectory();
    const { path } = directory;
    const options = optionsOf(path, serializer, { sync: "data" });
    const blank = BLOCK_CODECS[serializer].blank(BLOCK_BYTES);
    const names = keysOf("a", 400, () => true);
    const writes = names.map((name): Write => [name, VALUE]);
    {
      // Syncs take time, and nothing is cut here.
      using _ = new RecordedFiles(path);
      await putAll(options, writes);
      await recover(options, []);
    }
    const file = blockFileIn(path);
    const reading = { path: file, file: 0, files: 1, shards: SHARDS, blockBytes: BLOCK_BYTES, serializer };
    const { pages } = readBlocks(reading);
    // As if each of these shards had been written for the first time when the crash came.
    const lost = new Set([3, 4, 40, 90].map((block) => pages.find((page) => page.block === block)!.shard));
    const bytes = Deno.readFileSync(file);
    for (const { shard, block } of pages) {
      if (!lost.has(shard)) continue;
      for (const side of [0, 1] as const) {
        bytes.set(blank, placeOf(block, side, extentBlocks(BLOCK_BYTES)) * BLOCK_BYTES);
      }
    }
    Deno.writeFileSync(file, bytes);
    const expected = new Map(writes.filter(([name]) => !lost.has(shardOfName(name)))) as Map<string, string>;
    assertLess(expected.size, names.length);

    // The crash that comes while they are filled: before each write, and with each write torn.
    const states: Uint8Array<ArrayBuffer>[] = [];
    const { writeSync } = Deno.FsFile.prototype;
    Deno.FsFile.prototype.writeSync = function (piece) {
      const at = this.seekSync(0, Deno.SeekMode.Current);
      const before = Deno.readFileSync(file);
      states.push(before);
      if (at >= HEAD_PLACES * BLOCK_BYTES) {
        for (const [from, to] of [[0, 40], [40, piece.length]] as const) {
          const torn = before.slice();
          torn.set(piece.subarray(from, to), at + from);
          states.push(torn);
        }
      }
      return writeSync.call(this, piece);
    };
    try {
      (await open(options)).directory.close();
    } finally {
      Deno.FsFile.prototype.writeSync = writeSync;
    }
    assertGreater(states.length, 3 * lost.size);
    for (const state of states) {
      Deno.writeFileSync(file, state);
      const { values, setAside } = await recover(options, names);
      assertEquals([values, setAside], [expected, 0]);
    }

    const filled = readBlocks(reading);
    assertEquals(filled.pages.length, 1 + Math.max(...filled.pages.map(({ block }) => block)));
    assertEquals(filled.badPlaces, []);
    const { size } = Deno.statSync(file);
    const more = [...lost].flatMap((lost) => keysOf("b", 1, (shard) => shard === lost));
    await putAll(options, more.map((name) => [name, VALUE]));
    assertStrictEquals(Deno.statSync(file).size, size);
    const last = Math.max(...readBlocks(reading).pages.map(({ block }) => block));
    assertEquals(last, Math.max(...filled.pages.map(({ block }) => block)));
    for (const name of more) expected.set(name, VALUE);
    const { values, told } = await recover(options, [...names, ...more]);
    assertEquals([values, told], [expected, 0]);
  });
}

Deno.test("each of several block files gets smaller in its turn", async () => {
  using directory = temporaryDirectory();
  const policy = { kind: "periodic", flushPeriodUs: 60_000_000 } as const;
  const options = optionsOf(directory.path, "raw", { policy, fileCount: 3 });
  const files = await open(options, KEYS);
  const backend = connectShared(files.handle, 0);
  const { writer } = attachPersistence(files.persistence, 0);
  const names = keysOf("a", 4000, () => true);
  for (const name of names) write(backend, [name, VALUE]);
  writer.writeDirtyFiles();
  const sizes = () =>
    namesIn(directory.path).filter((name) => name.startsWith("blocks-")).toSorted()
      .map((name) => Deno.statSync(`${directory.path}/${name}`).size);
  const before = sizes();
  assertEquals(before.length, 3);
  for (const [i, name] of names.entries()) if (i % 10 !== 0) write(backend, [name, undefined]);
  writer.writeDirtyFiles();
  for (const [i, name] of names.entries()) if (i % 10 === 0) write(backend, [name, `${VALUE}!`]);
  writer.writeDirtyFiles();
  for (let i = 0; i < 3; i++) assert(writer.maintain());
  for (const [i, size] of sizes().entries()) assertLess(size, before[i]!, `file ${i}`);
  files.directory.close();
});
