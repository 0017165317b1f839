/**
 * Tests of the store's size: what fits 32-bit indices, and what is refused.
 *
 * @module
 */
import { assertThrows } from "@std/assert";
import { checkStoreSize } from "../../lib/store/store_size.ts";

Deno.test("checkStoreSize() refuses a store whose words no 31 bits could count, though each shard is small", () => {
  const shard = { entriesPerShard: 1, arenaWordsPerShard: 2 ** 20 - 1024 };
  checkStoreSize({ shards: 2047, ...shard });
  const error = () => checkStoreSize({ shards: 2 ** 12, ...shard });
  assertThrows(error, RangeError, "words of all shards");
});
