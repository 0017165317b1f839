/**
 * Tests of what holds for every codec: what was put comes back, and what was damaged does not.
 *
 * @module
 */
import { assert, assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import { encodeCbor } from "@std/cbor";
import fc from "fast-check";
import { cborCodec } from "../../lib/codec/cbor.ts";
import { checkSnapshot, type Codec, crc32, crc32Hex, FORMAT, type Snapshot } from "../../lib/codec/codec.ts";
import { CorruptSnapshotError } from "../../lib/codec/corrupt_snapshot_error.ts";
import { jsonCodec } from "../../lib/codec/json.ts";
import { OutputBuffer } from "../../lib/codec/output_buffer.ts";
import {
  anyEntries,
  anyPuts,
  cborFile,
  encodeEntries,
  encodeShard,
  entriesOf,
  type Entry,
  HOSTILE_TEXTS,
  jsonFile,
  sortedEntries,
  storeOf,
  textOfLength,
} from "./fixtures.ts";

const CODECS: readonly Codec[] = [jsonCodec, cborCodec];
const FILE_OF = { json: jsonFile, cbor: cborFile };

function assertSnapshot(actual: Snapshot, expected: Omit<Snapshot, "entries"> & { entries: readonly Entry[] }): void {
  const { entries, ...rest } = actual;
  const { entries: expectedEntries, ...expectedRest } = expected;
  assertEquals(rest, expectedRest);
  assertEquals(sortedEntries(entries), sortedEntries(Object.fromEntries(expectedEntries)));
}

for (const codec of CODECS) {
  const name = `${codec.name}Codec`;

  Deno.test(`${name}.decode() gives what was put when the text is anything`, () => {
    fc.assert(fc.property(anyEntries, (entries) => {
      const snapshot = codec.decode(encodeEntries(codec, entries));
      assertSnapshot(snapshot, { shard: 0, shards: 1, version: entries.length, entries });
    }));
  });

  Deno.test(`${name}.decode() gives each hostile text back when it is a key and when it is a value`, () => {
    for (const text of HOSTILE_TEXTS) {
      const entries: Entry[] = [[text, text], ["other", "value"]];
      const snapshot = codec.decode(encodeEntries(codec, entries));
      assertSnapshot(snapshot, { shard: 0, shards: 1, version: 2, entries });
    }
  });

  Deno.test(`${name}.decode() keeps keys apart that differ in a leading U+FEFF only`, () => {
    const entries: Entry[] = [["a", "1"], ["\ufeffa", "\ufeff2"], ["\ufeff\ufeffa", "3"]];
    const snapshot = codec.decode(encodeEntries(codec, entries));
    assertSnapshot(snapshot, { shard: 0, shards: 1, version: 3, entries });
  });

  Deno.test(`${name}.decode() gives keys and values back when they are longer than 64 KiB`, () => {
    for (const length of [65_535, 65_536, 65_537, 70_003]) {
      for (const edge of ["x", '"', "\n", "é", "\u{1f600}"]) {
        const entries: Entry[] = [
          [textOfLength(length, "key", edge), textOfLength(length, edge, edge)],
          ["Key1", "foo"],
        ];
        const snapshot = codec.decode(encodeEntries(codec, entries));
        assertSnapshot(snapshot, { shard: 0, shards: 1, version: 2, entries });
      }
    }
  });

  Deno.test(`${name}.decode() gives the last values once when puts overwrite and outgrow earlier ones`, () => {
    fc.assert(fc.property(anyPuts, (puts) => {
      const snapshot = codec.decode(encodeEntries(codec, puts));
      assertSnapshot(snapshot, { shard: 0, shards: 1, version: puts.length, entries: entriesOf(puts) });
    }));
  });

  Deno.test(`${name}.decode() gives each shard its own entries when there are several`, () => {
    const entries = Array.from({ length: 300 }, (_, n): Entry => [`Key${n}`, `value ${n}`]);
    const store = storeOf(entries, 7);
    const out = new OutputBuffer();
    const found: [string, unknown][] = [];
    for (let shard = 0; shard < 7; shard++) {
      const snapshot = codec.decode(encodeShard(codec, store, { shard, out }));
      assertEquals([snapshot.shard, snapshot.shards], [shard, 7]);
      assertEquals(snapshot.version, Object.keys(snapshot.entries).length);
      found.push(...Object.entries(snapshot.entries));
    }
    assertEquals(found.length, entries.length);
    assertEquals(sortedEntries(Object.fromEntries(found)), sortedEntries(Object.fromEntries(entries)));
  });

  Deno.test(`${name}.decode() gives the version as a number when it needs up to 53 bits`, () => {
    const store = storeOf([["Key1", "foo"]]);
    const versions = [0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 40, 2 ** 53 - 1];
    for (const version of versions) {
      store.restoreVersion(0, version);
      assertStrictEquals(codec.decode(encodeShard(codec, store)).version, version);
    }
  });

  Deno.test(`${name}.encode() writes an empty map when nothing was put`, () => {
    const snapshot = codec.decode(encodeEntries(codec, []));
    assertSnapshot(snapshot, { shard: 0, shards: 1, version: 0, entries: [] });
  });

  Deno.test(`${name}.encode() writes the same bytes when its buffer starts small or was used before`, () => {
    const reused = new OutputBuffer(0);
    fc.assert(fc.property(anyPuts, fc.nat(300), (puts, capacity) => {
      const store = storeOf(puts);
      const bytes = encodeShard(codec, store, { out: new OutputBuffer(1 << 20) });
      assertEquals(encodeShard(codec, store, { out: new OutputBuffer(capacity) }), bytes);
      assertEquals(encodeShard(codec, store, { out: reused }), bytes);
    }));
  });

  Deno.test(`${name}.encode() grows its buffer when escapes make the text six times as long`, () => {
    const entries = Array.from({ length: 40 }, (_, n): Entry => [`${n}${"\x01".repeat(50)}`, "\x1f".repeat(9 * n)]);
    const store = storeOf(entries);
    const bytes = encodeShard(codec, store, { out: new OutputBuffer(1 << 20) });
    for (let capacity = 0; capacity <= bytes.length + 16; capacity += 97) {
      assertEquals(encodeShard(codec, store, { out: new OutputBuffer(capacity) }), bytes);
    }
    assertSnapshot(codec.decode(bytes), { shard: 0, shards: 1, version: 40, entries });
  });

  Deno.test(`${name}.encode() grows its buffer when a key or a value alone outgrows it`, () => {
    for (const length of [1, 2, 3, 4, 7, 8, 30, 100, 1000, 10_000]) {
      const long = "\x01".repeat(length);
      for (const entries of [[[long, ""]], [["", long]], [[long, long]], [["", long], [long, ""]]] as Entry[][]) {
        const bytes = encodeShard(codec, storeOf(entries), { out: new OutputBuffer(0) });
        assertSnapshot(codec.decode(bytes), { shard: 0, shards: 1, version: entries.length, entries });
      }
    }
  });

  Deno.test(`${name}.decode() refuses a snapshot when it is cut short anywhere`, () => {
    const bytes = soundSnapshot(codec);
    for (let length = 0; length < bytes.length; length++) assertCorrupt(codec, bytes.slice(0, length));
  });

  Deno.test(`${name}.decode() refuses a snapshot when any one bit is flipped`, () => {
    const bytes = soundSnapshot(codec);
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const mask = 1 << (bit & 7);
      bytes[bit >> 3]! ^= mask;
      assertCorrupt(codec, bytes);
      bytes[bit >> 3]! ^= mask;
    }
    codec.decode(bytes);
  });

  Deno.test(`${name}.decode() refuses a snapshot when bytes follow it`, () => {
    const bytes = soundSnapshot(codec);
    for (const tail of ["\0", "\n", "}", "x".repeat(100)]) {
      assertCorrupt(codec, Uint8Array.of(...bytes, ...new TextEncoder().encode(tail)));
    }
  });

  Deno.test(`${name}.decode() refuses random bytes`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void assertCorrupt(codec, Uint8Array.from(bytes))),
    );
  });

  Deno.test(`${name}.decode() refuses what is no snapshot at all`, () => {
    const ascii = new TextEncoder();
    for (const text of ["", " ", "\n", "null", "[]", "{}", '"kvlab/1"', `{"format":"${FORMAT}"}\n`, "crc32"]) {
      assertCorrupt(codec, ascii.encode(text));
    }
    assertCorrupt(codec, Uint8Array.from(encodeCbor({ format: FORMAT, entries: {} })));
    assertCorrupt(codec, new Uint8Array(4096));
  });

  Deno.test(`${name}.decode() refuses the other codec's snapshot`, () => {
    for (const other of CODECS) if (other !== codec) assertCorrupt(codec, soundSnapshot(other));
  });

  Deno.test(`${name}.decode() takes a file made elsewhere when its members and its checksum are right`, () => {
    const snapshot = codec.decode(FILE_OF[codec.name](MEMBERS));
    assertSnapshot(snapshot, { shard: 2, shards: 3, version: 9, entries: [["Key1", "foo"], ["Key2", "bar"]] });
  });

  Deno.test(`${name}.decode() names the wrong member when the checksum is right`, () => {
    for (const [change, message] of WRONG_MEMBERS) {
      const error = assertCorrupt(codec, FILE_OF[codec.name]({ ...MEMBERS, ...change }));
      assertEquals(error.message, message);
    }
  });

  Deno.test(`${name}.decode() refuses members of types that a snapshot never has when the checksum is right`, () => {
    for (const [change, message] of WRONG_TYPES) {
      const error = assertCorrupt(codec, FILE_OF[codec.name]({ ...MEMBERS, ...change }));
      assertEquals(error.message, codec === cborCodec ? "it is not the CBOR of a snapshot" : message);
    }
  });

  Deno.test(`${name}.decode() names the member that is missing when the checksum is right`, () => {
    for (const [member, message] of MISSING_MEMBERS) {
      const { [member]: _, ...others } = MEMBERS;
      assertEquals(assertCorrupt(codec, FILE_OF[codec.name](others)).message, message);
    }
  });
}

Deno.test("jsonCodec.decode() and cborCodec.decode() give equal snapshots when the store is the same", () => {
  fc.assert(fc.property(anyPuts, (puts) => {
    const store = storeOf(puts);
    const [json, cbor] = CODECS.map((codec) => codec.decode(encodeShard(codec, store)));
    assert(json !== undefined && cbor !== undefined);
    assertSnapshot(cbor, { ...json, entries: Object.entries(json.entries) });
  }));
});

Deno.test("checkSnapshot() refuses documents that are no maps", () => {
  for (const document of [undefined, null, 0, "", true, [], new Uint8Array(2)]) {
    assertThrows(() => checkSnapshot(document), CorruptSnapshotError, "does not hold a map");
  }
});

Deno.test("crc32() gives the checksum that the CRC catalogue lists, of the first bytes only", () => {
  const bytes = new TextEncoder().encode("123456789 and more");
  assertEquals(crc32Hex(crc32(bytes, 9)), "cbf43926");
  assertEquals(crc32Hex(crc32(bytes, 0)), "00000000");
});

Deno.test("crc32Hex() gives eight digits when the number is small", () => {
  for (const [crc, text] of [[0, "00000000"], [0xabc, "00000abc"], [0xffff_ffff, "ffffffff"]] as const) {
    assertEquals(crc32Hex(crc), text);
  }
});

/** A snapshot of more than a KiB, with escapes and without. */
function soundSnapshot(codec: Codec): Uint8Array<ArrayBuffer> {
  const entries = Array.from({ length: 75 }, (_, n): Entry => [`Key${n}`, n % 5 === 0 ? `"é\n${n}` : "foo bar"]);
  const bytes = encodeEntries(codec, entries);
  assert(bytes.length >= 1024 && bytes.length < 1600, `${bytes.length} bytes`);
  return bytes;
}

function assertCorrupt(codec: Codec, bytes: Uint8Array<ArrayBuffer>): CorruptSnapshotError {
  try {
    codec.decode(bytes);
  } catch (error) {
    assertInstanceOf(error, CorruptSnapshotError);
    return error;
  }
  throw new Error(`${bytes.length} bytes were taken for a snapshot`);
}

/** A snapshot's members before its checksum. */
const MEMBERS = { format: FORMAT, shard: 2, shards: 3, version: 9, count: 2, entries: { Key1: "foo", Key2: "bar" } };

/** Changes to them, and what must be said of each. */
const WRONG_MEMBERS: readonly (readonly [Record<string, unknown>, string])[] = [
  [{ format: "kvlab/2" }, 'its format is "kvlab/2", not "kvlab/1"'],
  [{ format: 1 }, 'its format is 1, not "kvlab/1"'],
  [{ shards: 0 }, "its shards is 0"],
  [{ shards: "3" }, 'its shards is "3"'],
  [{ shard: 3 }, "its shard is 3"],
  [{ shard: 4 }, "its shard is 4"],
  [{ shard: {} }, "its shard is {}"],
  [{ version: "x".repeat(100) }, `its version is "${"x".repeat(39)}`],
  [{ count: 1 }, "its count is 1, but it has 2 entries"],
  [{ count: 3 }, "its count is 3, but it has 2 entries"],
  [{ count: "2" }, 'its count is "2", but it has 2 entries'],
  [{ entries: {} }, "its count is 2, but it has 0 entries"],
  [{ entries: "Key1" }, "its entries are not a map"],
  [{ entries: { Key1: "foo", Key2: 7 } }, "a value is not text"],
  [{ entries: { Key1: "foo", Key2: {} } }, "a value is not text"],
];

/** The same, of types that JSON tells apart from others and that kvlab's CBOR does without. */
const WRONG_TYPES: readonly (readonly [Record<string, unknown>, string])[] = [
  [{ format: null }, 'its format is null, not "kvlab/1"'],
  [{ shards: -3 }, "its shards is -3"],
  [{ shard: -1 }, "its shard is -1"],
  [{ shard: 0.5 }, "its shard is 0.5"],
  [{ version: -1 }, "its version is -1"],
  [{ version: 2 ** 53 }, "its version is 9007199254740992"],
  [{ count: true }, "its count is true, but it has 2 entries"],
  [{ entries: null }, "its entries are not a map"],
  [{ entries: ["Key1", "foo"] }, "its entries are not a map"],
  [{ entries: { Key1: "foo", Key2: null } }, "a value is not text"],
];

const MISSING_MEMBERS: readonly (readonly [keyof typeof MEMBERS, string])[] = [
  ["format", 'its format is missing, not "kvlab/1"'],
  ["shard", "its shard is missing"],
  ["shards", "its shards is missing"],
  ["version", "its version is missing"],
  ["count", "its count is missing, but it has 2 entries"],
  ["entries", "its entries are not a map"],
];
