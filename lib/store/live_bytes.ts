/**
 * How much data a store holds.
 *
 * @module
 */
import { ENTRY_KEY_LENGTH, ENTRY_VALUE_LENGTH, nextEntry } from "./shard.ts";
import type { SharedStore } from "./shared_store.ts";

/** Bytes of all keys and of their values. The caller knows that nobody writes. */
export function liveBytes(store: SharedStore): number {
  const { words, size: { shards, pages } } = store;
  let bytes = 0;
  for (let shard = 0; shard < shards; shard++) {
    if (pages === undefined) bytes += bytesIn(words, store.arenaStart(shard), store.arenaEnd(shard));
    else {
      const { pages } = store;
      for (let page = 0; page < pages.pagesInUse(shard); page++) {
        bytes += bytesIn(words, pages.start(shard, page), pages.end(shard, page));
      }
    }
  }
  return bytes;
}

/** Bytes of the entries in a row that are not dead: those have negative lengths. */
function bytesIn(words: Int32Array<SharedArrayBuffer>, start: number, end: number): number {
  let bytes = 0;
  for (let entry = start; entry < end; entry = nextEntry(words, entry)) {
    const keyLength = words[entry + ENTRY_KEY_LENGTH]!;
    if (keyLength >= 0) bytes += keyLength + words[entry + ENTRY_VALUE_LENGTH]!;
  }
  return bytes;
}
