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
import { entryWords } from "../../lib/store/shard.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { isFull } from "./campaign.ts";

/** More entries than a `Map` takes (2^24), and more text than a string does (2^29 bytes). */
const SHAPES = isFull()
  ? [{ entries: 17_000_000, valueBytes: 3 }, { entries: 600, valueBytes: 2 ** 20 }]
  : [{ entries: 200_000, valueBytes: 3 }, { entries: 20, valueBytes: 2 ** 20 }];

for (const { entries, valueBytes } of SHAPES) {
  for (const serializer of SERIALIZER_NAMES) {
    Deno.test(`a shard of ${entries} entries of ${valueBytes} bytes comes back from its ${serializer} snapshot`, () => {
      const arenaWordsPerShard = entries * entryWords(8, valueBytes);
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
