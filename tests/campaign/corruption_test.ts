/**
 * The campaign of corruption: a snapshot, and a block file, cut off at every length and with each of its bits flipped.
 * The codec detects every one; loading a directory sets the file aside and takes the rest.
 *
 * @module
 */
import { decode } from "../codec/decode.ts";
import { assert, assertEquals, assertGreaterOrEqual, assertThrows } from "@std/assert";
import { prepareFiles } from "../../lib/backend/prepare.ts";
import { type Codec, SERIALIZER_NAMES, type SerializerName } from "../../lib/codec/codec.ts";
import { CorruptSnapshotError } from "../../lib/codec/snapshot_reader.ts";
import { CODECS } from "../../lib/codec/codecs.ts";
import { readBlocks } from "../../lib/persist/layout/blocks/stored_blocks.ts";
import { shardFileName } from "../../lib/persist/layout/snapshot/shard_file_name.ts";
import { Rng } from "../../lib/load/rng.ts";
import type { SharedStore } from "../../lib/store/shared_store.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { Clock } from "../../lib/sync/clock.ts";
import { encodeShard, type Entry, storeOf } from "../codec/fixtures.ts";
import { BLOCK_BYTES, blockFileIn, optionsOf, putAll } from "../persist/layout/blocks/block_store.ts";
import { contentOf, temporaryDirectory } from "../run/files.ts";
import { fileOptions } from "../backend/fixtures.ts";
import { isFull, numberOption, report } from "./campaign.ts";

const SNAPSHOT_BYTES_MIN = 1024;
const SHARDS = 2;
const DAMAGED_SHARD = 0;
const SEED = numberOption("seed") ?? crypto.getRandomValues(new Uint32Array(1))[0]!;
const RNG = new Rng(SEED, 0);
/** So few that every bit can be flipped, and enough for {@linkcode SNAPSHOT_BYTES_MIN}. */
const KEYS = 120 + RNG.below(60);
const VALUE_BYTES_MAX = 32;
/** Of so many kinds of damage, one goes through a directory; all of them in full. */
const DIRECTORY_EVERY = 389;

/** Values of all lengths, of characters that the formats write in different ways. */
const CHARACTERS = ["a", " ", '"', "\\", "\n", "\0", "é", "漢"];
const PUTS: readonly Entry[] = Array.from({ length: KEYS }, (_, i) => {
  const character = CHARACTERS[RNG.below(CHARACTERS.length)]!;
  const room = Math.floor(VALUE_BYTES_MAX / new TextEncoder().encode(character).length);
  return [`Key${i}`, character.repeat(RNG.below(room + 1))];
});
const KEY_SPACE = { keyCount: KEYS, keyLengthMax: 16, valueLengthMax: VALUE_BYTES_MAX };

/** Every damage of the bytes, or one in so many of them: what it is, and what is left. */
function* damagesOf(
  bytes: Uint8Array<ArrayBuffer>,
  step = 1,
): Generator<{ what: string; damaged: Uint8Array<ArrayBuffer> }> {
  for (let length = 0; length < bytes.length; length += step) {
    yield { what: `cut off at ${length}`, damaged: bytes.slice(0, length) };
  }
  for (let bit = 0; bit < 8 * bytes.length; bit += step) {
    const damaged = bytes.slice();
    damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    yield { what: `bit ${bit} flipped`, damaged };
  }
}

for (const serializer of SERIALIZER_NAMES) {
  Deno.test(`every truncation and every flipped bit of a ${serializer} snapshot is detected and set aside`, async () => {
    const codec = CODECS[serializer];
    const store = storeOf(PUTS, SHARDS);
    const bytes = encodeShard(codec, store, { shard: DAMAGED_SHARD });
    assertGreaterOrEqual(bytes.length, SNAPSHOT_BYTES_MIN);
    let damages = 0, throughDirectory = 0;
    for (const { what, damaged } of damagesOf(bytes)) {
      assertDetected(codec, what, damaged);
      if (isFull() || damages % DIRECTORY_EVERY === 0) {
        await assertSetAside({ serializer, store, what, damaged });
        throughDirectory++;
      }
      damages++;
    }
    assertEquals(damages, 9 * bytes.length);
    report("corruption", {
      seed: SEED,
      [`${serializer} bytes`]: bytes.length,
      damages,
      "through a directory": throughDirectory,
    });
  });
}

function assertDetected(codec: Codec, what: string, damaged: Uint8Array<ArrayBuffer>): void {
  assertThrows(() => decode(codec, damaged), CorruptSnapshotError, undefined, what);
}

/** Puts the damaged file beside a sound one, and opens the directory. */
async function assertSetAside(
  parts: { serializer: SerializerName; store: SharedStore; what: string; damaged: Uint8Array },
): Promise<void> {
  const { serializer, store, what, damaged } = parts;
  using directory = temporaryDirectory();
  const output = directory.path;
  const name = (shard: number) => shardFileName(shard, SHARDS, serializer);
  for (let shard = 0; shard < SHARDS; shard++) {
    const content = shard === DAMAGED_SHARD ? damaged : encodeShard(CODECS[serializer], store, { shard });
    Deno.writeFileSync(`${output}/${name(shard)}`, content);
  }
  const files = await prepareFiles(
    fileOptions(output, { fileCount: SHARDS, serializer, policy: { kind: "periodic", flushPeriodUs: 10_000 } }),
    KEY_SPACE,
    { abort: Abort.create(), clock: Clock.create(), threads: 1 },
  );
  try {
    assertEquals(files.filesSetAside.map(({ path }) => path), [`${output}/${name(DAMAGED_SHARD)}`], what);
    assertEquals(files.filesLoaded, SHARDS - 1, what);
    for (let shard = 0; shard < SHARDS; shard++) {
      const expected = shard === DAMAGED_SHARD ? [0, 0] : [store.version(shard), store.count(shard)];
      assertEquals([files.store.version(shard), files.store.count(shard)], expected, what);
    }
    const [backup] = files.filesSetAside;
    assertEquals(contentOf(output).get(backup?.backupPath.slice(output.length + 1) ?? ""), damaged, what);
  } finally {
    files.directory.close();
  }
}

const BLOCK_PUTS: readonly Entry[] = Array.from({ length: 40 }, (_, i) => [`k${i * i % 25}`, `value ${i} "é"`]);
/** Of so many kinds of damage of a block file, one is tried; all of them in full. */
const BLOCK_FILE_EVERY = 1201;

for (const serializer of SERIALIZER_NAMES) {
  Deno.test(`every truncation and every flipped bit of a ${serializer} block file is detected, or lost nothing`, async () => {
    using directory = temporaryDirectory();
    const store = optionsOf(directory.path, serializer);
    await putAll(store, BLOCK_PUTS);
    const path = blockFileIn(directory.path);
    const bytes = Deno.readFileSync(path);
    const options = { path, file: 0, files: 1, shards: 256, blockBytes: BLOCK_BYTES, serializer };
    const whole = readBlocks(options);
    assertEquals([whole.badPlaces, whole.isWhole], [[], true]);
    let damages = 0, undone = 0;
    for (const { what, damaged } of damagesOf(bytes, isFull() ? 1 : BLOCK_FILE_EVERY)) {
      Deno.writeFileSync(path, damaged);
      const { pages, badPlaces, cutOff } = readBlocks(options);
      assert(badPlaces.length > 0 || cutOff !== undefined, `${what} is not detected`);
      for (const page of pages) {
        const newest = whole.pages.find((other) => other.shard === page.shard && other.page === page.page);
        assert(
          newest !== undefined && page.version <= newest.version,
          `${what}: shard ${page.shard} has come from nowhere`,
        );
        if (page.version < newest.version) undone++;
      }
      damages++;
    }
    report("corruption", { [`${serializer} block file bytes`]: bytes.length, damages, "older images used": undone });
  });
}
