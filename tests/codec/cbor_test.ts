/**
 * Tests of the CBOR codec: any CBOR decoder must read its bytes.
 *
 * @module
 */
import { decode } from "./decode.ts";
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { type CborType, decodeCbor } from "@std/cbor";
import { cborCodec } from "../../lib/codec/cbor.ts";
import { CorruptSnapshotError } from "../../lib/codec/snapshot_reader.ts";
import { jsonCodec } from "../../lib/codec/json.ts";
import {
  anyPuts,
  CBOR_TRAILER_LENGTH,
  cborFile,
  cborFileOfBytes,
  crcOf,
  encodeEntries,
  encodeShard,
  entriesOf,
  type Entry,
  HOSTILE_TEXTS,
  isReadByJsonParse,
  isReadByStdCbor,
  sortedEntries,
  storeOf,
  textOfLength,
} from "./fixtures.ts";

import fc from "fast-check";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Puts whose texts `@std/cbor` gives back as they are. */
const plainPuts = anyPuts.map((puts) => puts.filter((put) => put.every(isReadByStdCbor)));

/** The same with keys that an object keeps in order of arrival, and whose length `@std/cbor` estimates right. */
const orderedPuts = plainPuts.map((puts) => puts.filter(([key]) => /^[^0-9\x80-\u{10ffff}][\0-\x7f]*$/u.test(key)));

function documentOf(bytes: Uint8Array<ArrayBuffer>): { [name: string]: CborType } {
  const document = decodeCbor(bytes);
  assert(typeof document === "object" && document !== null && Object.getPrototypeOf(document) === Object.prototype);
  return document as { [name: string]: CborType };
}

Deno.test("cborCodec.encode() writes the documented bytes", () => {
  const bytes = encodeEntries(cborCodec, [["Key1", "foo"], ["é", ""], ["Key1", "baz"]]);
  assertEquals(
    utf8.decode(bytes.map((byte) => byte >= 0x80 ? 0x2e : byte)).replaceAll(/[^\x20-\x7f]/g, "."),
    `.fformatgkvlab/1eshard.fshards.gversion.ecount.gentries.dKey1cbazb..\`ecrc32h${
      crcOf(bytes.subarray(0, -CBOR_TRAILER_LENGTH))
    }`,
  );
});

Deno.test("cborCodec.encode() writes a document that decodeCbor() reads", () => {
  fc.assert(fc.property(plainPuts, (puts) => {
    const expected = entriesOf(puts);
    const { entries, crc32, ...rest } = documentOf(encodeEntries(cborCodec, puts));
    assertEquals(rest, { format: "kvlab/1", shard: 0, shards: 1, version: puts.length, count: expected.length });
    assertEquals(sortedEntries(entries as object), sortedEntries(Object.fromEntries(expected)));
    assert(typeof crc32 === "string" && /^[0-9a-f]{8}$/.test(crc32));
  }));
});

Deno.test("cborCodec.encode() writes the document that JSON.parse() reads from the JSON codec", () => {
  fc.assert(fc.property(plainPuts, (puts) => {
    const store = storeOf(puts.filter(([key]) => isReadByJsonParse(key)));
    const { crc32: _cborCrc, ...cbor } = documentOf(encodeShard(cborCodec, store));
    const { crc32: _jsonCrc, ...json } = JSON.parse(utf8.decode(encodeShard(jsonCodec, store)));
    assertEquals(cbor, json);
  }));
});

Deno.test("cborCodec.encode() writes byte for byte what encodeCbor() writes of the same document", () => {
  fc.assert(fc.property(orderedPuts, (puts) => {
    const bytes = encodeEntries(cborCodec, puts);
    const expected = entriesOf(puts);
    const document = {
      format: "kvlab/1",
      shard: 0,
      shards: 1,
      version: puts.length,
      count: expected.length,
      entries: Object.fromEntries(expected),
    };
    assertEquals(bytes, cborFile(document));
  }));
});

Deno.test("cborCodec.encode() writes the shortest head when a length needs more bytes than the one before", () => {
  for (const length of [0, 1, 22, 23, 24, 25, 255, 256, 257, 65_535, 65_536, 65_537]) {
    const key = textOfLength(length, "", "k");
    const value = textOfLength(length, "é", "€");
    const entries = { [key]: value, z: "" };
    const bytes = encodeEntries(cborCodec, Object.entries(entries));
    assertEquals(bytes, cborFile({ format: "kvlab/1", shard: 0, shards: 1, version: 2, count: 2, entries }));
    assertEquals(documentOf(bytes).entries, entries);
  }
});

Deno.test("cborCodec.encode() writes the shortest head when there are many entries", () => {
  for (const count of [23, 24, 255, 256, 1000]) {
    const entries = Array.from({ length: count }, (_, n): Entry => [`Key${n}`, "foo"]);
    const members = { format: "kvlab/1", shard: 0, shards: 1, version: count, count };
    assertEquals(encodeEntries(cborCodec, entries), cborFile({ ...members, entries: Object.fromEntries(entries) }));
  }
});

Deno.test("cborCodec.encode() writes a version that decodeCbor() reads when it needs up to 53 bits", () => {
  const store = storeOf([["Key1", "foo"]]);
  for (const version of [0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 40, 2 ** 53 - 1]) {
    store.restoreVersion(0, version);
    assertStrictEquals(Number(documentOf(encodeShard(cborCodec, store)).version), version);
  }
});

Deno.test("cborCodec.encode() writes the members in the documented order", () => {
  const document = documentOf(encodeEntries(cborCodec, [["Key1", "foo"]]));
  assertEquals(Object.keys(document), ["format", "shard", "shards", "version", "count", "entries", "crc32"]);
});

Deno.test("cborCodec.encode() writes an entry once when its value was overwritten and outgrew its place", () => {
  const puts: Entry[] = [["a", "1"], ["b", "2"], ["a", "x".repeat(17)], ["b", "3"], ["a", "1"], ["a", "x".repeat(33)]];
  const entries = { b: "3", a: "x".repeat(33) };
  const members = { format: "kvlab/1", shard: 0, shards: 1, version: 6, count: 2, entries };
  assertEquals(encodeEntries(cborCodec, puts), cborFile(members));
});

Deno.test("cborCodec.encode() states the CRC-32 of all bytes before its key", () => {
  const bytes = encodeEntries(cborCodec, HOSTILE_TEXTS.map((text): Entry => [text, text]));
  const covered = bytes.subarray(0, -CBOR_TRAILER_LENGTH);
  assertEquals(utf8.decode(bytes.subarray(-8)), crcOf(covered));
  assertEquals(bytes, cborFileOfBytes(covered));
});

Deno.test("cborCodec.decode() refuses what is no CBOR of a snapshot when the checksum is right", () => {
  const sound = encodeEntries(cborCodec, [["Key1", "foo"]]).subarray(0, -CBOR_TRAILER_LENGTH);
  decode(cborCodec, cborFileOfBytes(sound));
  const heads = [[], [0x00], [0x17], [0x60], [0x80], [0xa0], [0xbf], [0xa7, 0x01], [0xf6], [0xfb], [0x1c], [
    0xff,
  ]];
  for (const head of heads) assertRefused(cborFileOfBytes(Uint8Array.from(head)));
  for (let length = 0; length < sound.length; length++) assertRefused(cborFileOfBytes(sound.subarray(0, length)));
  for (const more of [[0x00], [0x60, 0x60]]) assertRefused(cborFileOfBytes(Uint8Array.of(...sound, ...more)));
});

Deno.test("cborCodec.decode() refuses lengths that reach past the end when the checksum is right", () => {
  const members = encodeEntries(cborCodec, []).subarray(0, -CBOR_TRAILER_LENGTH - 1);
  const entries = [
    [0xa1, 0x61, 0x61, 0x77],
    [0xa1, 0x61, 0x61, 0x78, 0xff],
    [0xa1, 0x61, 0x61, 0x7a, 0xff, 0xff, 0xff, 0xff],
    [0xa1, 0x61, 0x61, 0x7b, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    [0xa1, 0x61, 0x61, 0x7b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    [0xbb, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  ];
  for (const bytes of entries) assertRefused(cborFileOfBytes(Uint8Array.of(...members, ...bytes)));
});

Deno.test("cborCodec.decode() refuses bytes that are no UTF-8 when the checksum is right", () => {
  const bytes = encodeEntries(cborCodec, [["Key1", "foo"]]).slice(0, -CBOR_TRAILER_LENGTH);
  bytes[bytes.length - 1] = 0xff;
  assertRefused(cborFileOfBytes(bytes));
});

Deno.test("cborCodec.decode() refuses a key that is there twice when the checksum is right", () => {
  const sound = encodeEntries(cborCodec, [["k1", "foo"], ["k2", "bar"]]).slice(0, -CBOR_TRAILER_LENGTH);
  const second = sound.lastIndexOf("2".charCodeAt(0));
  sound[second] = "1".charCodeAt(0);
  assertRefused(cborFileOfBytes(sound));
});

Deno.test("cborCodec.decode() refuses maps nested without end when the checksum is right", () => {
  const nested = new Uint8Array(300_000).map((_, i) => i % 3 === 0 ? 0xa1 : 0x61);
  assertRefused(cborFileOfBytes(nested));
});

Deno.test("cborCodec.decode() refuses a head that is longer than it must be when the checksum is right", () => {
  const sound = encodeEntries(cborCodec, [["Key1", "foo"]]).subarray(0, -CBOR_TRAILER_LENGTH);
  const value = sound.lastIndexOf(0x63);
  for (const head of [[0x78, 3], [0x79, 0, 3], [0x7a, 0, 0, 0, 3], [0x7b, 0, 0, 0, 0, 0, 0, 0, 3]]) {
    assertRefused(cborFileOfBytes(Uint8Array.of(...sound.subarray(0, value), ...head, ...sound.subarray(value + 1))));
  }
});

Deno.test("cborCodec.decode() refuses a count that does not agree with the map when the checksum is right", () => {
  assertRefused(cborFile({ format: "kvlab/1", shard: 0, shards: 1, version: 1, count: 2, entries: { a: "b" } }));
});

function assertRefused(bytes: Uint8Array<ArrayBuffer>): void {
  assertThrows(() => decode(cborCodec, bytes), CorruptSnapshotError);
}
