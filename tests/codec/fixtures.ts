/**
 * What the codecs' tests share: stores filled with given puts, what snapshots of them must hold, and files made by
 * hand.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { encodeCbor } from "@std/cbor";
import fc from "fast-check";
import { crc32 } from "node:zlib";
import type { Codec } from "../../lib/codec/codec.ts";
import { OutputBuffer } from "../../lib/codec/output_buffer.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { blockWords } from "../../lib/store/space.ts";
import { UNIT_WORDS_MIN } from "../../lib/store/store_size.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { liveEntries } from "../store/arena.ts";

/** A key and its value. */
export type Entry = readonly [key: string, value: string];

/** Length of a text as UTF-8. */
export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** A store with just enough room for these puts, and the puts applied. */
export function storeOf(puts: readonly Entry[], shards = 1): SharedStore {
  const words = puts.map(([key, value]) => blockWords(utf8Length(key), utf8Length(value), UNIT_WORDS_MIN));
  const arenaWordsPerShard = Math.max(1, words.reduce((sum, count) => sum + count, 0));
  const size = { shards, entriesPerShard: Math.max(1, puts.length), arenaWordsPerShard };
  const store = SharedStore.create(size, Abort.create());
  for (const [key, value] of puts) store.putString(key, value);
  return store;
}

/** The entries that puts leave in one shard, in a snapshot's order: that of their places in the arena. */
export function entriesOf(puts: readonly Entry[]): Entry[] {
  const entries = liveEntries(storeOf(puts).viewShard(0));
  assertEquals(entries, new Map(puts));
  return [...entries];
}

/** The bytes of one shard's snapshot. */
export function encodeShard(
  codec: Codec,
  store: SharedStore,
  options: { shard?: number; out?: OutputBuffer } = {},
): Uint8Array<ArrayBuffer> {
  const { shard = 0, out = new OutputBuffer() } = options;
  const length = codec.encode(store.viewShard(shard), out);
  return out.bytes.slice(0, length);
}

/** The bytes of a snapshot of these entries. */
export function encodeEntries(codec: Codec, entries: readonly Entry[]): Uint8Array<ArrayBuffer> {
  return encodeShard(codec, storeOf(entries));
}

/** A map's entries, sorted by key, so that two maps can be compared whatever their keys are called. */
export function sortedEntries(entries: object): [string, unknown][] {
  return Object.entries(entries).sort(([a], [b]) => a < b ? -1 : 1);
}

/** A CRC-32 as eight digits, computed without the library under test. */
export function crcOf(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(8, "0");
}

/** A JSON file with any members, and the right checksum behind them. */
export function jsonFile(
  { entries, ...head }: { entries: object; [member: string]: unknown },
): Uint8Array<ArrayBuffer> {
  const members = JSON.stringify(head).slice(0, -1);
  const lines = Object.entries(entries).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  return jsonFileOfText(`${members},"entries":{\n${lines.join(",\n")}\n}`);
}

/** As {@linkcode jsonFile}, from the text in front of the checksum. */
export function jsonFileOfText(text: string): Uint8Array<ArrayBuffer> {
  const covered = new TextEncoder().encode(text);
  return new TextEncoder().encode(`${text},"crc32":"${crcOf(covered)}"}\n`);
}

/** Length of what stands in a CBOR file from the key of the checksum on. */
export const CBOR_TRAILER_LENGTH = 15;

/** A CBOR file with any members, and the right checksum behind them. */
export function cborFile(members: Record<string, unknown>): Uint8Array<ArrayBuffer> {
  const document = { ...members, crc32: "00000000" } as Parameters<typeof encodeCbor>[0];
  return cborFileOfBytes(encodeCbor(document).slice(0, -CBOR_TRAILER_LENGTH));
}

/** As {@linkcode cborFile}, from the bytes in front of the checksum. */
export function cborFileOfBytes(covered: Uint8Array): Uint8Array<ArrayBuffer> {
  const ascii = new TextEncoder();
  return concat(covered, ascii.encode("\x65crc32\x68"), ascii.encode(crcOf(covered)));
}

/** The parts one after another. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}

/** Texts that a serializer, a parser or a JavaScript object is known to trip over. */
export const HOSTILE_TEXTS: readonly string[] = [
  "",
  "\0",
  "\t\n\r",
  "\x1f",
  "\x7f\x80\x9f",
  '"',
  "\\",
  '\\"',
  "\\u0041",
  '","x":"',
  "\u2028\u2029",
  "\ufeff",
  "\ufeffafter",
  "\ufeff\ufeff",
  "before\ufeff",
  "\ufffd\uffff",
  "ß€\u{1f600}\u{10ffff}",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "length",
  "format",
  "entries",
  "crc32",
  "0",
  "7",
  "-1",
  "4294967294",
  "1e3",
];

/** Where words, the heads of CBOR and the copies by eight bytes change their ways. */
const EDGE_LENGTHS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 15, 16, 17, 22, 23, 24, 25, 31, 32, 33, 255, 256, 257];

/** Text of an exact length in UTF-8, with something that may want care at its start and its end. */
export function textOfLength(length: number, start: string, end: string): string {
  const room = length - utf8Length(start) - utf8Length(end);
  return room < 0 ? "x".repeat(length) : start + "x".repeat(room) + end;
}

const edgeCharacter = fc.constantFrom(
  "",
  "x",
  '"',
  "\\",
  "\n",
  "\0",
  "/",
  "0",
  "[",
  "]",
  "\x7f",
  "é",
  "€",
  "\u{1f600}",
);
const edgeText = fc.tuple(fc.constantFrom(...EDGE_LENGTHS), edgeCharacter, edgeCharacter)
  .map(([length, start, end]) => textOfLength(length, start, end));

/** Any text that UTF-8 can express. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  edgeText,
  fc.string({ unit: "binary" }),
  fc.string({ unit: "binary-ascii" }),
  fc.string({ unit: "grapheme-composite" }),
);

/** Entries with keys of their own. */
export const anyEntries: fc.Arbitrary<Entry[]> = fc.uniqueArray(fc.tuple(anyText, anyText), {
  selector: ([key]) => key,
  maxLength: 20,
});

/** Puts that often repeat a key, with shorter and longer values. */
export const anyPuts: fc.Arbitrary<Entry[]> = fc.array(
  fc.tuple(fc.oneof({ weight: 3, arbitrary: fc.constantFrom("a", "Key1", '"', "é\n") }, anyText), anyText),
  { maxLength: 30 },
);

/** Whether `@std/cbor` reads the text as it is: it drops a U+FEFF in front, and refuses keys that objects know. */
export function isReadByStdCbor(text: string): boolean {
  return !text.startsWith("\ufeff") && !(text in {});
}

/**
 * Whether JSON.parse is sure to read the key as it is: it may take an escaped one for another, as `json.ts` explains.
 */
export function isReadByJsonParse(key: string): boolean {
  return JSON.stringify(key) === `"${key}"`;
}
