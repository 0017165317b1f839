/**
 * Tests that a write counts as a whole or not at all, whatever of it a crash lets through: a key that moves from one
 * block to another is found exactly once, and one that is deleted does not come back.
 *
 * @module
 */
import { assertEquals, assertGreaterOrEqual } from "@std/assert";
import { connectShared } from "../../../backend/shared.ts";
import { SERIALIZER_NAMES, type SerializerName } from "../../../../lib/codec/codec.ts";
import { attachPersistence } from "../../../../lib/persist/persistence.ts";
import { hashKey, shardOf } from "../../../../lib/store/hash.ts";
import { PaddedBytes } from "../../../../lib/store/padded_bytes.ts";
import { temporaryDirectory } from "../../../run/files.ts";
import { blockFileIn, open, optionsOf, type Put, recover, type Write, write } from "./block_store.ts";

const BLOCK_BYTES = 512;
const SHARD = 3;
const SHARDS = 256;

/** Keys of one shard. */
const NAMES = Array.from({ length: 8000 }, (_, i) => `k${i}`).filter((name) => {
  const key = PaddedBytes.of(name);
  return shardOf(hashKey(key.words, key.length), SHARDS) === SHARD;
}).slice(0, 13);

/** Two pages and some of a third. */
const FIRST: readonly Put[] = NAMES.slice(0, 12).map((name, i) => [name, `first ${i} ${"x".repeat(40)}`]);
/**
 * What one write holds then: keys of the first page that move and that stay, one that moves twice, one that moves and
 * is deleted, one that is deleted and put anew, and a new one.
 */
const SECOND: readonly Write[] = [
  [NAMES[0]!, `second ${"y".repeat(80)}`],
  [NAMES[1]!, "second"],
  [NAMES[2]!, `second ${"y".repeat(100)}`],
  [NAMES[2]!, `third ${"z".repeat(180)}`],
  [NAMES[3]!, `second ${"y".repeat(120)}`],
  [NAMES[3]!, undefined],
  [NAMES[4]!, undefined],
  [NAMES[4]!, "second"],
  [NAMES[6]!, "second"],
  [NAMES[7]!, undefined],
  [NAMES[12]!, "new"],
];
/** What another one holds: all that is left is deleted. */
const THIRD: readonly Write[] = NAMES.map((name) => [name, undefined]);

/** Has rounds of writes written, each in one write, and returns the file's bytes after each, and what it then holds. */
async function writeRounds(path: string, serializer: SerializerName) {
  const options = optionsOf(path, serializer, { policy: { kind: "periodic", flushPeriodUs: 1_000_000 } });
  const files = await open(options);
  const backend = connectShared(files.handle, 0);
  const { writer } = attachPersistence(files.persistence, 0);
  const held = new Map<string, string>();
  const rounds = [FIRST, SECOND, THIRD].map((writes) => {
    for (const one of writes) {
      write(backend, one);
      const [key, value] = one;
      if (value === undefined) held.delete(key);
      else held.set(key, value);
    }
    writer.writeDirtyFiles();
    return { bytes: Deno.readFileSync(blockFileIn(path)), held: new Map(held) };
  });
  files.directory.close();
  return { options, rounds };
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
  Deno.test(`a write in ${serializer} counts as a whole or not at all, whichever of its blocks a crash lets through`, async () => {
    using directory = temporaryDirectory();
    const { options, rounds } = await writeRounds(`${directory.path}/store`, serializer);
    const path = blockFileIn(options.output);
    for (const [i, after] of rounds.slice(1).entries()) {
      const before = rounds[i]!;
      assertEquals(before.bytes.length, after.bytes.length);
      const places = changedPlaces(before.bytes, after.bytes);
      assertGreaterOrEqual(places.length, 3, "the write changed too few blocks to be interesting");
      const whole = 2 ** places.length - 1;
      for (let subset = 0; subset <= whole; subset++) {
        const bytes = before.bytes.slice();
        for (const [i, place] of places.entries()) {
          if ((subset >> i & 1) === 0) continue;
          const start = place * BLOCK_BYTES;
          bytes.set(after.bytes.subarray(start, start + BLOCK_BYTES), start);
        }
        Deno.writeFileSync(path, bytes);
        const what = `${serializer}, blocks ${subset.toString(2)}`;
        const { values, entriesLoaded, setAside, told } = await recover(options, NAMES);
        assertEquals(values, subset === whole ? after.held : before.held, what);
        assertEquals(entriesLoaded, values.size, what);
        assertEquals([setAside, told], [0, subset === 0 || subset === whole ? 0 : 1], what);
        const again = await recover(options, NAMES);
        assertEquals([again.values, again.told], [values, 0], what);
      }
    }
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
