/**
 * Tests of what is recovered from block files: all of a sound one; of a damaged one each block's other image or
 * nothing, and never in silence less than all.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertRejects, assertStringIncludes } from "@std/assert";
import type { FileBackendOptions } from "../../../../lib/backend/backend.ts";
import { SERIALIZER_NAMES, type SerializerName } from "../../../../lib/codec/codec.ts";
import { connectShared } from "../../../backend/shared.ts";
import { readBlocks } from "../../../../lib/persist/layout/blocks/stored_blocks.ts";
import { attachPersistence } from "../../../../lib/persist/persistence.ts";
import { PaddedBytes } from "../../../../lib/store/padded_bytes.ts";
import { PersistError } from "../../../../lib/system/persist_error.ts";
import { isFull } from "../../../campaign/campaign.ts";
import { contentOf, namesIn, temporaryDirectory } from "../../../run/files.ts";
import { RecordedFiles } from "../../recorded_files.ts";
import { blockFileIn, open, optionsOf, type Put, putAll, recover } from "./block_store.ts";

/** Some keys are put once, some twice, some more often. */
const PUTS: readonly Put[] = Array.from({ length: 12 }, (_, i) => [`k${i * i % 8}`, `value ${i} "é`]);
const LATEST = new Map(PUTS);

/** The values that each key ever had. */
const VALUES = Map.groupBy(PUTS, ([key]) => key);

for (const serializer of SERIALIZER_NAMES) {
  Deno.test(`block files in ${serializer} give back what was committed, again and again`, async () => {
    using directory = temporaryDirectory();
    const options = optionsOf(directory.path, serializer, { fileCount: 3 });
    for (let round = 1; round <= 4; round++) {
      const puts = PUTS.map(([key, value]) => [key, `${value} ${round}`] as const);
      await putAll(options, puts);
      const { values, told } = await recover(options, LATEST.keys());
      assertEquals([values, told], [new Map(puts), 0]);
    }
  });

  Deno.test(`the only image of a block in ${serializer} is damaged if it was known to be synced, otherwise torn`, async () => {
    for (const isOrderly of [true, false]) {
      using directory = temporaryDirectory();
      const { path } = directory;
      const layout = { kind: "blocks", blockBytes: 4096 } as const;
      const options = optionsOf(path, serializer, { layout, sync: "data" });
      {
        // Syncs take time, and nothing is cut here.
        using _ = new RecordedFiles(path);
        const files = await open(options);
        connectShared(files.handle, 0).put(PaddedBytes.of("k0"), PaddedBytes.of("value".repeat(200)));
        if (isOrderly) attachPersistence(files.persistence, 0).writer.makeAllDurable();
        files.directory.close();
      }
      const reading = { path: blockFileIn(path), file: 0, files: 1, shards: 256, blockBytes: 4096, serializer };
      const bytes = Deno.readFileSync(reading.path);
      // In the value, after the head's two places.
      bytes[2 * 4096 + 300]! ^= 1;
      Deno.writeFileSync(reading.path, bytes);
      const { badPlaces } = readBlocks(reading);
      assertEquals(badPlaces.map(({ place, isDamaged }) => [place, isDamaged]), [[2, isOrderly]]);
    }
  });

  Deno.test(`a block file in ${serializer} grows by whole extents and keeps what it holds`, async () => {
    using directory = temporaryDirectory();
    const options = optionsOf(directory.path, serializer);
    const sizes = new Set<number>();
    const all: Put[] = [];
    for (let round = 0; round < 4; round++) {
      const puts = Array.from(
        { length: 200 },
        (_, i) => [`k${round * 200 + i}`, `value ${"x".repeat(i % 100)}`] as const,
      );
      await putAll(options, puts);
      all.push(...puts);
      const { values, told } = await recover(options, all.map(([key]) => key));
      assertEquals([values, told], [new Map(all), 0]);
      sizes.add(Deno.statSync(blockFileIn(directory.path)).size);
    }
    assertGreater(sizes.size, 1);
    for (const size of sizes) assertEquals((size - 2 * 512) % (2 * 64 * 512), 0);
  });

  Deno.test(`a block file in ${serializer} that is cut short anywhere says so where something is missing`, async () => {
    using directory = temporaryDirectory();
    await eachDamage(directory.path, serializer, function* (bytes) {
      const step = isFull() ? 61 : 2003;
      for (let length = 0; length < bytes.length; length += step) yield bytes.subarray(0, length);
    });
  });

  Deno.test(`a block file in ${serializer} with any bit flipped gives back another image, and says so`, async () => {
    using directory = temporaryDirectory();
    await eachDamage(directory.path, serializer, function* (bytes) {
      const step = isFull() ? 331 : 17_003;
      for (let bit = 0; bit < 8 * bytes.length; bit += step) {
        const flipped = bytes.slice();
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        yield flipped;
      }
    });
  });

  Deno.test(`a block in ${serializer} that has no sound image is set aside in a copy, and the others go on`, async () => {
    using directory = temporaryDirectory();
    const options = optionsOf(directory.path, serializer);
    await putAll(options, [["k1", "only once"], ["k2", "stays"]]);
    const path = blockFileIn(directory.path);
    const bytes = Deno.readFileSync(path);
    const at = indexOf(bytes, "only once");
    bytes[at]! ^= 1;
    Deno.writeFileSync(path, bytes);
    const { values, setAside } = await recover(options, ["k1", "k2"]);
    assertEquals([values, setAside], [new Map([["k2", "stays"]]), 1]);
    const [backup] = namesIn(directory.path).filter((name) => name.includes(".corrupt-"));
    assertEquals(Deno.readFileSync(`${directory.path}/${backup}`), bytes);
    await putAll(options, [["k1", "again"]]);
    const again = await recover(options, ["k1", "k2"]);
    assertEquals([again.values, again.told], [new Map([["k1", "again"], ["k2", "stays"]]), 0]);
  });
}

/** Opens a block file in each of its damaged forms. */
async function eachDamage(
  path: string,
  serializer: SerializerName,
  damage: (bytes: Uint8Array<ArrayBuffer>) => Iterable<Uint8Array<ArrayBuffer>>,
): Promise<void> {
  const options = optionsOf(`${path}/store`, serializer);
  await putAll(options, PUTS);
  const file = blockFileIn(options.output);
  const bytes = Deno.readFileSync(file);
  const name = file.slice(file.lastIndexOf("/") + 1);
  let turn = 0, changed = 0;
  for (const damaged of damage(bytes)) {
    const what = `${serializer}, damage ${turn++}`;
    for (const other of contentOf(options.output).keys()) Deno.removeSync(`${options.output}/${other}`);
    Deno.writeFileSync(file, damaged);
    const { values, told } = await recover(options, LATEST.keys());
    for (const [key, value] of values) {
      assert(VALUES.get(key)?.some((put) => put[1] === value), `${what}: ${key} is ${value}`);
    }
    const isLatest = [...LATEST].every(([key, value]) => values.get(key) === value);
    if (!isLatest) changed++;
    assert(isLatest || told > 0, `${what}: something is lost, and nothing is said`);
    // What was found is found again, with nothing more to say.
    const again = await recover(options, LATEST.keys());
    assertEquals([again.values, again.told], [values, 0], what);
    assertEquals(contentOf(options.output).has(name), true, what);
  }
  assertGreater(changed, 0);
}

function indexOf(bytes: Uint8Array, text: string): number {
  const part = new TextEncoder().encode(text);
  return bytes.findIndex((_, at) => part.every((byte, i) => bytes[at + i] === byte));
}

Deno.test("a directory of another layout, block size, number or serializer is refused with the flags that match", async () => {
  using directory = temporaryDirectory();
  const blocks = optionsOf(`${directory.path}/blocks`, "json");
  const logs = optionsOf(`${directory.path}/logs`, "json", {
    layout: { kind: "log", logBytes: 2 ** 16, pendingBytes: 2 ** 20 },
  });
  for (const options of [blocks, logs]) await putAll(options, PUTS);
  const wrong: readonly (readonly [FileBackendOptions, string])[] = [
    [{ ...logs, output: blocks.output }, "--layout=blocks --block-size=512B"],
    [{ ...blocks, output: logs.output }, "--layout=log"],
    [{ ...blocks, layout: { kind: "blocks", blockBytes: 4096 } }, "--block-size=512B"],
    [{ ...blocks, fileCount: 2 }, "--file-count=1"],
    [{ ...blocks, serializer: "raw" }, "--serializer=json"],
  ];
  for (const [options, flag] of wrong) {
    const before = namesIn(options.output!);
    const error = await assertRejects(() => open(options), PersistError);
    assertStringIncludes(error.message, flag);
    assertEquals(namesIn(options.output!), before);
  }
});
