/**
 * Campaign: whatever can be written can be read, beyond what a `Map`, a string or an array holds. With `--full` at real
 * size; else the same at a size that every run of the tests can take.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { SERIALIZER_NAMES } from "../../lib/codec/codec.ts";
import { CODECS } from "../../lib/codec/codecs.ts";
import { OutputBuffer } from "../../lib/codec/output_buffer.ts";
import { Rng } from "../../lib/load/rng.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { blockWords } from "../../lib/store/space.ts";
import { UNIT_WORDS_MIN } from "../../lib/store/store_size.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { isFull, numberOption } from "./campaign.ts";

/** More entries than a `Map` takes (2^24), and more text than a string does (2^29 bytes). */
const SHAPES = isFull()
  ? [{ entries: 17_000_000, valueBytes: 3 }, { entries: 600, valueBytes: 2 ** 20 }]
  : [{ entries: 200_000, valueBytes: 3 }, { entries: 20, valueBytes: 2 ** 20 }];

/** So many shards with entries of all sizes, none among them, are drawn beside the large ones. */
const DRAWN = isFull() ? 200 : 6;
const DRAWN_ENTRIES_MAX = 2000;
const DRAWN_VALUE_BYTES_MAX = [0, 1, 60, 1000, 16_000];

Deno.test("shards of entries of all sizes come back from their snapshots", () => {
  const seed = numberOption("seed") ?? crypto.getRandomValues(new Uint32Array(1))[0]!;
  const rng = new Rng(seed, 0);
  for (let draw = 0; draw < DRAWN; draw++) {
    const valueBytesMax = DRAWN_VALUE_BYTES_MAX[rng.below(DRAWN_VALUE_BYTES_MAX.length)]!;
    const entries = rng.below(Math.min(DRAWN_ENTRIES_MAX, Math.ceil(2 ** 22 / (valueBytesMax + 1))));
    const arenaWordsPerShard = (entries + 1) * blockWords(8, valueBytesMax, UNIT_WORDS_MIN);
    const store = SharedStore.create({ shards: 1, entriesPerShard: entries + 1, arenaWordsPerShard }, Abort.create());
    const expected = new Map<string, string>();
    for (let i = 0; i < entries; i++) {
      // Any byte that text can hold, from those that JSON escapes to the greatest of one byte.
      const value = String.fromCharCode(rng.below(128)).repeat(rng.below(valueBytesMax + 1));
      expected.set(String(i).padStart(1 + rng.below(8), "0"), value);
    }
    for (const [key, value] of expected) store.put(PaddedBytes.of(key), PaddedBytes.of(value));
    for (const serializer of SERIALIZER_NAMES) {
      const codec = CODECS[serializer];
      const out = new OutputBuffer();
      const length = codec.encode(store.viewShard(0), out);
      const reader = codec.read(out.bytes.subarray(0, length));
      const read = new Map<string, string>();
      while (reader.next()) read.set(reader.key.toString(), reader.value.toString());
      assertEquals(read, expected, `seed ${seed}, draw ${draw}, ${serializer}`);
    }
  }
});

for (const { entries, valueBytes } of SHAPES) {
  for (const serializer of SERIALIZER_NAMES) {
    Deno.test(`a shard of ${entries} entries of ${valueBytes} bytes comes back from its ${serializer} snapshot`, () => {
      const arenaWordsPerShard = entries * blockWords(8, valueBytes, UNIT_WORDS_MIN);
      const store = SharedStore.create({ shards: 1, entriesPerShard: entries, arenaWordsPerShard }, Abort.create());
      const key = new PaddedBytes(8);
      const value = PaddedBytes.of("v".repeat(valueBytes));
      for (let i = 0; i < entries; i++) {
        key.setString(String(i).padStart(8, "0"));
        store.put(key, value);
      }
      const codec = CODECS[serializer];
      const out = new OutputBuffer();
      const length = codec.encode(store.viewShard(0), out);
      const reader = codec.read(out.bytes.subarray(0, length));
      let read = 0, keySum = 0, wrong = 0;
      while (reader.next()) {
        keySum += Number(reader.key.toString());
        if (reader.value.length !== valueBytes || reader.value.bytes[valueBytes - 1] !== 0x76) wrong++;
        read++;
      }
      assertEquals([read, keySum, wrong], [entries, entries * (entries - 1) / 2, 0]);
    });
  }
}
