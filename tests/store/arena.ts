/**
 * The arena's reader: a shard's entries, decoded by the layout that `shard.ts` documents and without its code.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { ShardView } from "../../lib/store/shard.ts";

/** An entry of the arena. */
export interface ArenaEntry {
  readonly key: string;
  readonly value: string;
  /** Whether the key has moved on to another entry, or is deleted. What its value was is then unknown. */
  readonly dead: boolean;
  /** Whether the key is marked as having a byte that JSON must escape. */
  readonly special: boolean;
  readonly capacityBytes: number;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** All entries in a row, dead ones included; the walk must end exactly where the view does. */
export function arenaEntries({ words, start, end }: ShardView): ArenaEntry[] {
  const entries: ArenaEntry[] = [];
  let entry = start;
  while (entry < end) {
    const [keyLength = NaN, valueLength = NaN, capacity = NaN] = words.subarray(entry, entry + 3);
    const keyBytes = keyLength & 0x7fff_ffff;
    const capacityBytes = capacity & ~3;
    const dead = keyLength < 0;
    assert(
      dead || valueLength >= 0 && valueLength <= capacityBytes,
      `value of ${valueLength} bytes in ${capacityBytes}`,
    );
    const key = entry + 3;
    const value = key + Math.ceil(keyBytes / 4);
    entries.push({
      key: textAt(words, key, keyBytes),
      value: dead ? "" : textAt(words, value, valueLength),
      dead,
      special: (capacity & 1) !== 0,
      capacityBytes,
    });
    entry = value + capacityBytes / 4;
  }
  assertEquals(entry, end);
  return entries;
}

/** The entries that a reader of the shard must see. */
export function liveEntries(view: ShardView): Map<string, string> {
  const live = arenaEntries(view).filter(({ dead }) => !dead);
  const map = new Map(live.map(({ key, value }) => [key, value]));
  assertEquals(map.size, live.length, "a key is live twice");
  assertEquals(map.size, view.count);
  return map;
}

/** Text in whole words, whose padding must be zeros. */
function textAt(words: Int32Array<SharedArrayBuffer>, index: number, length: number): string {
  const bytes = new Uint8Array(words.slice(index, index + Math.ceil(length / 4)).buffer);
  assert(bytes.subarray(length).every((byte) => byte === 0), "padding is not zero");
  return decoder.decode(bytes.subarray(0, length));
}
