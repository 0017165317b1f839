/**
 * Tests of the record codecs: what is noted comes back, others' parsers read it too, and what was damaged does not.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { decodeCbor } from "@std/cbor";
import fc from "fast-check";
import { crc32 } from "node:zlib";
import {
  NO_VALUE,
  RECORD_HEADER_WORDS,
  type RecordCodec,
  type RecordRun,
  recordWords,
  RUN_EXCESS_BYTES,
} from "../../../lib/codec/record/record_codec.ts";
import { RECORD_CODECS } from "../../../lib/codec/codecs.ts";
import { OutputBuffer } from "../../../lib/codec/output_buffer.ts";
import { PaddedBytes } from "../../../lib/store/padded_bytes.ts";
import { anyEntries, type Entry, HOSTILE_TEXTS, isReadByStdCbor } from "../fixtures.ts";

const SHARD = 7;
const FIRST_VERSION = 2 ** 32 - 2;

/** What a record says: a put, or a delete, which has no value. */
type Noted = readonly [key: string, value: string | null];

/** Puts and deletes of any text, empty text among it. */
const anyRecords = fc.tuple(anyEntries, fc.infiniteStream(fc.boolean())).map(([entries, deletes]) =>
  entries.map(([key, value]): Noted => [key, deletes.next().value ? null : value])
);

/** Records as puts and deletes note them. */
function runOf(entries: readonly Noted[]): RecordRun {
  const texts = entries.map(([key, value]) => [PaddedBytes.of(key), PaddedBytes.of(value ?? "")] as const);
  const end = texts.reduce((sum, [key, value]) => sum + recordWords(key.length, value.length), 0);
  const buffer = new SharedArrayBuffer(end * 4 + RUN_EXCESS_BYTES);
  const words = new Int32Array(buffer, 0, end);
  let at = 0;
  for (const [index, [key, value]] of texts.entries()) {
    // deno-lint-ignore no-control-regex -- these are what JSON escapes
    const isSpecial = /[\x00-\x1f"\\]/.test(entries[index]![0]);
    words[at] = key.length * 2 + (isSpecial ? 1 : 0);
    words[at + 1] = entries[index]![1] === null ? NO_VALUE : value.length;
    words.set(key.words.subarray(0, (key.length + 3) >> 2), at + RECORD_HEADER_WORDS);
    words.set(value.words.subarray(0, (value.length + 3) >> 2), at + RECORD_HEADER_WORDS + ((key.length + 3) >> 2));
    at += recordWords(key.length, value.length);
  }
  return { shard: SHARD, version: FIRST_VERSION, words, bytes: new DataView(buffer), start: 0, end };
}

function encode(codec: RecordCodec, entries: readonly Noted[]): Uint8Array<ArrayBuffer> {
  const run = runOf(entries);
  const out = new OutputBuffer(0);
  const end = codec.encode(run, out, 0);
  assertEquals(run.version, FIRST_VERSION + entries.length);
  return out.bytes.slice(0, end);
}

/** All records from the front of the bytes, up to the first that is none. */
function decode(
  codec: RecordCodec,
  bytes: Uint8Array<ArrayBuffer>,
): (readonly [number, number, string, string | null])[] {
  const reader = codec.reader(bytes);
  const records = [];
  for (let at = 0; at < bytes.length;) {
    at = reader.read(at);
    if (at < 0) break;
    const value = reader.isDelete ? null : reader.value.toString();
    records.push([reader.shard, reader.version, reader.key.toString(), value] as const);
  }
  return records;
}

function expected(entries: readonly Noted[]) {
  return entries.map(([key, value], i) => [SHARD, FIRST_VERSION + i, key, value] as const);
}

for (const codec of Object.values(RECORD_CODECS)) {
  Deno.test(`${codec.name} records come back whatever their text`, () => {
    fc.assert(fc.property(anyRecords, (records) => {
      assertEquals(decode(codec, encode(codec, records)), expected(records));
    }));
    const hostile = HOSTILE_TEXTS.map((text): Entry => [text, text]);
    assertEquals(decode(codec, encode(codec, hostile)), expected(hostile));
  });

  Deno.test(`${codec.name} records of any length come back, and short ones have the same checksum as long ones`, () => {
    const entries = Array.from({ length: 600 }, (_, n): Entry => [`k${n}`, "é".repeat(n)]);
    assertEquals(decode(codec, encode(codec, entries)), expected(entries));
  });

  Deno.test(`${codec.name} records come back from beyond the first 2 GiB of memory`, () => {
    const entries = HOSTILE_TEXTS.map((text): Entry => [text, text]);
    const near = runOf(entries);
    const start = 2 ** 31 / 4;
    // The system provides only what is written to.
    const buffer = new SharedArrayBuffer(2 ** 31 + 4 * near.end + RUN_EXCESS_BYTES);
    const words = new Int32Array(buffer);
    words.set(near.words, start);
    const far = { ...near, words, bytes: new DataView(buffer), start, end: start + near.end };
    const out = new OutputBuffer();
    const end = codec.encode(far, out, 0);
    assertEquals(decode(codec, out.bytes.slice(0, end)), expected(entries));
  });

  Deno.test(`${codec.name} records are not read when a bit has flipped, or when they are cut short`, () => {
    for (const entries of [[["Key1", "foo"], ['k"2', "b\nar"]], [["Key1", null], ['k"2', null]]] as const) {
      const bytes = encode(codec, entries);
      const all = expected(entries);
      for (let bit = 0; bit < 8 * bytes.length; bit++) {
        const flipped = bytes.slice();
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        const read = decode(codec, flipped);
        assert(read.length < 2, `bit ${bit}`);
        assertEquals(read, all.slice(0, read.length));
      }
      for (let length = 0; length < bytes.length; length++) {
        const read = decode(codec, bytes.slice(0, length));
        assert(read.length < 2);
        assertEquals(read, all.slice(0, read.length));
      }
    }
  });

  Deno.test(`${codec.name} records are found again behind bytes that are none`, () => {
    const entries: Entry[] = [["Key1", "foo"], ["Key2", "bar"], ["Key3", "baz"]];
    const bytes = encode(codec, entries);
    bytes[2]! ^= 0xff;
    const reader = codec.reader(bytes);
    let at = 0;
    while (at >= 0 && at < bytes.length && reader.read(at) < 0) at = reader.nextStart(at);
    assertEquals([reader.version, reader.key.toString()], [FIRST_VERSION + 1, "Key2"]);
  });

  Deno.test(`${codec.name} records are not read out of zeros, or out of random bytes`, () => {
    assertEquals(decode(codec, new Uint8Array(4096)), []);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      assertEquals(decode(codec, Uint8Array.from(bytes)), []);
    }));
  });
}

Deno.test("each JSON record is one line, which JSON.parse() reads", () => {
  fc.assert(fc.property(anyRecords, (entries) => {
    const lines = new TextDecoder("utf-8", { ignoreBOM: true }).decode(encode(RECORD_CODECS.json, entries)).split("\n");
    assertEquals(lines.pop(), "");
    for (const [i, line] of lines.entries()) {
      const [shard, version, key, value, crc] = JSON.parse(line);
      assertEquals([shard, version, key, value], [...expected(entries)[i]!]);
      assert(/^[0-9a-f]{8}$/.test(crc), line);
    }
    assertEquals(lines.length, entries.length);
  }));
});

Deno.test("each JSON record's checksum covers its line up to the comma in front of it", () => {
  for (const value of ["foo", null]) {
    const [line = ""] = new TextDecoder().decode(encode(RECORD_CODECS.json, [["Key1", value]])).split("\n");
    const comma = line.lastIndexOf(",");
    assertEquals(line.slice(comma), `,"${crc32(line.slice(0, comma)).toString(16).padStart(8, "0")}"]`);
  }
});

Deno.test("each CBOR record is one item of a sequence, which @std/cbor reads", () => {
  fc.assert(
    fc.property(anyRecords.map((records) => records.filter((record) => record.every(isReadOrNull))), (entries) => {
      for (const [i, entry] of entries.entries()) {
        const [shard, version, key, value] = decodeCbor(encode(RECORD_CODECS.cbor, [entry])) as unknown[];
        assertEquals([shard, version, key, value], [SHARD, FIRST_VERSION, ...entries[i]!]);
      }
    }),
  );
});

function isReadOrNull(text: string | null): boolean {
  return text === null || isReadByStdCbor(text);
}
