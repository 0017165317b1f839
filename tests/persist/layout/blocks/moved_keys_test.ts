/**
 * Tests that a key that moves from one block to another is found exactly once, whatever of a write a crash lets
 * through.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertGreaterOrEqual } from "@std/assert";
import { connectShared } from "../../../backend/shared.ts";
import { SERIALIZER_NAMES, type SerializerName } from "../../../../lib/codec/codec.ts";
import { attachPersistence } from "../../../../lib/persist/persistence.ts";
import { hashKey, shardOf } from "../../../../lib/store/hash.ts";
import { PaddedBytes } from "../../../../lib/store/padded_bytes.ts";
import { temporaryDirectory } from "../../../run/files.ts";
import { blockFileIn, open, optionsOf, type Put, recover } from "./block_store.ts";

const BLOCK_BYTES = 512;
const SHARD = 3;
const SHARDS = 256;

/** Keys of one shard. */
const NAMES = Array.from({ length: 8000 }, (_, i) => `k${i}`).filter((name) => {
  const key = PaddedBytes.of(name);
  return shardOf(hashKey(key.words, key.length), SHARDS) === SHARD;
}).slice(0, 12);

/** Two pages and some of a third. */
const FIRST: readonly Put[] = NAMES.map((name, i) => [name, `first ${i} ${"x".repeat(40)}`]);
/** What one write holds then: keys of the first page that move and that stay, one that moves twice, and a new one. */
const SECOND: readonly Put[] = [
  [NAMES[0]!, `second ${"y".repeat(80)}`],
  [NAMES[1]!, "second"],
  [NAMES[2]!, `second ${"y".repeat(100)}`],
  [NAMES[2]!, `third ${"z".repeat(180)}`],
  [NAMES[6]!, "second"],
  ["k999999", "new"],
];

/** Has both rounds of puts written, each in one write, and returns the file's bytes after each. */
async function writeBoth(path: string, serializer: SerializerName) {
  const options = optionsOf(path, serializer, { policy: { kind: "periodic", flushPeriodUs: 1_000_000 } });
  const files = await open(options);
  const backend = connectShared(files.handle, 0);
  const { writer } = attachPersistence(files.persistence, 0);
  const images: Uint8Array<ArrayBuffer>[] = [];
  for (const puts of [FIRST, SECOND]) {
    for (const [key, value] of puts) backend.put(PaddedBytes.of(key), PaddedBytes.of(value));
    writer.writeDirtyFiles();
    images.push(Deno.readFileSync(blockFileIn(path)));
  }
  files.directory.close();
  return { options, before: images[0]!, after: images[1]! };
}

/** The places in which two images of a file differ. */
function changedPlaces(before: Uint8Array, after: Uint8Array): number[] {
  const places = Array.from({ length: after.length / BLOCK_BYTES }, (_, place) => place);
  return places.filter((place) => {
    const [a, b] = [before, after].map((bytes) => bytes.subarray(place * BLOCK_BYTES, (place + 1) * BLOCK_BYTES));
    return a!.some((byte, i) => byte !== b![i]);
  });
}

for (const serializer of SERIALIZER_NAMES) {
  Deno.test(`a key that moves is found once in ${serializer}, whichever blocks of a write a crash lets through`, async () => {
    using directory = temporaryDirectory();
    const { options, before, after } = await writeBoth(`${directory.path}/store`, serializer);
    assertEquals(before.length, after.length);
    const places = changedPlaces(before, after);
    assertGreaterOrEqual(places.length, 3, "the write changed too few blocks to be interesting");
    const path = blockFileIn(options.output);
    const allowed = Map.groupBy([...FIRST, ...SECOND], ([key]) => key);
    let mixed = 0;
    for (let subset = 0; subset < 2 ** places.length; subset++) {
      const bytes = before.slice();
      for (const [i, place] of places.entries()) {
        if ((subset >> i & 1) === 0) continue;
        const start = place * BLOCK_BYTES;
        bytes.set(after.subarray(start, start + BLOCK_BYTES), start);
      }
      Deno.writeFileSync(path, bytes);
      const what = `${serializer}, blocks ${subset.toString(2)}`;
      const { values, entriesLoaded, told } = await recover(options, allowed.keys());
      assertEquals(told, 0, what);
      assertEquals(entriesLoaded, values.size, what);
      for (const [key] of FIRST) assert(values.has(key), `${what}: ${key} is in no block`);
      for (const [key, value] of values) assert(allowed.get(key)!.some((put) => put[1] === value), `${what}: ${key}`);
      const isOld = FIRST.every(([key, value]) => values.get(key) === value);
      const isNew = new Map([...FIRST, ...SECOND]).entries().every(([key, value]) => values.get(key) === value);
      if (!isOld && !isNew) mixed++;
      if (subset === 0) assert(isOld, what);
      if (subset === 2 ** places.length - 1) assert(isNew, what);
    }
    assertGreater(mixed, 0);
  });

  Deno.test(`a moved key in ${serializer} stays the newest over many reopenings with growing values`, async () => {
    using directory = temporaryDirectory();
    const options = optionsOf(directory.path, serializer);
    const expected = new Map<string, string>();
    for (let round = 0; round < 12; round++) {
      const files = await open(options);
      const backend = connectShared(files.handle, 0);
      for (const [i, name] of NAMES.entries()) {
        if ((i + round) % 3 === 0) continue;
        const value = `${round}${"v".repeat((7 * round + 3 * i) % 90)}`;
        backend.put(PaddedBytes.of(name), PaddedBytes.of(value));
        expected.set(name, value);
      }
      files.directory.close();
      const { values, told } = await recover(options, NAMES);
      assertEquals([values, told], [expected, 0]);
    }
  });
}
