/**
 * Tests of how much a store says it holds, against a map of what was put.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { liveBytes } from "../../lib/store/live_bytes.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { Abort } from "../../lib/sync/abort.ts";

for (const pages of [undefined, { words: 64, jsonRoom: false }, { words: 64, jsonRoom: true }]) {
  Deno.test(
    `liveBytes() is the sum of keys and values, ${pages === undefined ? "without" : "in"} pages${
      pages?.jsonRoom ? " with room for JSON" : ""
    }`,
    () => {
      const value = fc.option(fc.string({ maxLength: 40 }));
      const puts = fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), value), { maxLength: 200 });
      fc.assert(fc.property(puts, (puts) => {
        const size = { shards: 3, entriesPerShard: 64, arenaWordsPerShard: 2 ** 14, ...(pages && { pages }) };
        const store = SharedStore.create(size, Abort.create());
        const expected = new Map<string, string>();
        for (const [key, value] of puts) {
          if (value === null) {
            store.delete(PaddedBytes.of(`key${key}`));
            expected.delete(`key${key}`);
          } else {
            store.putString(`key${key}`, value);
            expected.set(`key${key}`, value);
          }
        }
        const encoder = new TextEncoder();
        const bytes = [...expected].flat().reduce((sum, text) => sum + encoder.encode(text).length, 0);
        assertEquals(liveBytes(store), bytes);
      }));
    },
  );
}
