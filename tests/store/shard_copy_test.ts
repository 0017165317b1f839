/**
 * Tests of the shard copy: encoded, it gives the bytes that the shard itself would have given when it was copied.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { CODECS } from "../../lib/codec/codecs.ts";
import { OutputBuffer } from "../../lib/codec/output_buffer.ts";
import type { ShardView } from "../../lib/store/shard.ts";
import { ShardCopy } from "../../lib/store/shard_copy.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { Abort } from "../../lib/sync/abort.ts";

function encode(codec: typeof CODECS[keyof typeof CODECS], view: ShardView): Uint8Array {
  const out = new OutputBuffer();
  const length = codec.encode(view, out);
  return out.bytes.slice(0, length);
}

for (const codec of Object.values(CODECS)) {
  Deno.test(`ShardCopy.copy() keeps what the shard held, whatever is put afterwards: ${codec.name}`, () => {
    const size = { shards: 2, entriesPerShard: 2_000, arenaWordsPerShard: 100_000 };
    const store = SharedStore.create(size, Abort.create());
    const copy = new ShardCopy();
    // Empty, then small, then larger than the copy was before, with entries that have moved and text to escape.
    for (const entries of [0, 3, 1_500]) {
      for (let i = 0; i < entries; i++) store.putString(`key ${i}`, `"${entries}"`.repeat(1 + i % 3));
      for (const shard of [0, 1]) {
        const expected = encode(codec, store.viewShard(shard));
        copy.copy(store.viewShard(shard));
        for (let i = 0; i < entries; i++) store.putString(`key ${i}`, "!");
        assertEquals(encode(codec, copy.view), expected);
        for (let i = 0; i < entries; i++) store.putString(`key ${i}`, `"${entries}"`.repeat(1 + i % 3));
      }
    }
  });
}
