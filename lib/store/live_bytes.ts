/**
 * How much data a store holds.
 *
 * @module
 */
import { PAGE_END } from "./pages.ts";
import { ENTRY_KEY_LENGTH, ENTRY_VALUE_LENGTH, nextEntry } from "./shard.ts";
import type { SharedStore } from "./shared_store.ts";

/** Bytes of all keys and of their values. The caller knows that nobody writes. */
export function liveBytes(store: SharedStore): number {
  const { words, size } = store;
  const pageWords = size.pages?.words ?? 0;
  let bytes = 0;
  for (let shard = 0; shard < size.shards; shard++) {
    const start = store.arenaStart(shard);
    const end = store.arenaEnd(shard);
    for (let entry = start; entry < end;) {
      const keyLength = words[entry + ENTRY_KEY_LENGTH]!;
      if (keyLength === PAGE_END) {
        entry += pageWords - (entry - start) % pageWords;
        continue;
      }
      // A dead entry's is negative.
      if (keyLength >= 0) bytes += keyLength + words[entry + ENTRY_VALUE_LENGTH]!;
      entry = nextEntry(words, entry);
    }
  }
  return bytes;
}
