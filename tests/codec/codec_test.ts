/**
 * Tests of what holds for every codec: what was put comes back, and what was damaged does not.
 *
 * @module
 */
import { decode, type Snapshot } from "./decode.ts";
import { assert, assertEquals, assertInstanceOf, assertMatch, assertStrictEquals } from "@std/assert";
import { encodeCbor } from "@std/cbor";
import { cborCodec } from "../../lib/codec/cbor.ts";
import { type Codec, FORMAT } from "../../lib/codec/codec.ts";
import { CorruptSnapshotError } from "../../lib/codec/snapshot_reader.ts";
import { crc32, crc32Hex } from "../../lib/codec/crc32.ts";
import { jsonCodec } from "../../lib/codec/json.ts";
import { rawCodec } from "../../lib/codec/raw.ts";
import { OutputBuffer } from "../../lib/codec/output_buffer.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
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

import fc from "fast-check";

const CODECS: readonly Codec[] = [jsonCodec, cborCodec, rawCodec];

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
      const snapshot = decode(codec, encodeEntries(codec, entries));
      assertSnapshot(snapshot, { shard: 0, shards: 1, version: entries.length, entries });
    }));
  });

  Deno.test(`${name}.decode() gives each hostile text back when it is a key and when it is a value`, () => {
    for (const text of HOSTILE_TEXTS) {
      const entries: Entry[] = [[text, text], ["other", "value"]];
      const snapshot = decode(codec, encodeEntries(codec, entries));
      assertSnapshot(snapshot, { shard: 0, shards: 1, version: 2, entries });
    }
  });

  Deno.test(`${name}.decode() keeps keys apart that differ in a leading U+FEFF only`, () => {
    const entries: Entry[] = [["a", "1"], ["\ufeffa", "\ufeff2"], ["\ufeff\ufeffa", "3"]];
    const snapshot = decode(codec, encodeEntries(codec, entries));
    assertSnapshot(snapshot, { shard: 0, shards: 1, version: 3, entries });
  });

  Deno.test(`${name}.decode() gives keys and values back when they are longer than 64 KiB`, () => {
    for (const length of [65_535, 65_536, 65_537, 70_003]) {
      for (const edge of ["x", '"', "\n", "é", "\u{1f600}"]) {
        const entries: Entry[] = [
          [textOfLength(length, "key", edge), textOfLength(length, edge, edge)],
          ["Key1", "foo"],
        ];
        const snapshot = decode(codec, encodeEntries(codec, entries));
        assertSnapshot(snapshot, { shard: 0, shards: 1, version: 2, entries });
      }
    }
  });

  Deno.test(`${name}.decode() gives the last values once when puts overwrite and outgrow earlier ones`, () => {
    fc.assert(fc.property(anyPuts, (puts) => {
      const snapshot = decode(codec, encodeEntries(codec, puts));
      assertSnapshot(snapshot, { shard: 0, shards: 1, version: puts.length, entries: entriesOf(puts) });
    }));
  });

  Deno.test(`${name}.decode() gives each shard its own entries when there are several`, () => {
    const entries = Array.from({ length: 300 }, (_, n): Entry => [`Key${n}`, `value ${n}`]);
    const store = storeOf(entries, 7);
    const out = new OutputBuffer();
    const found: [string, unknown][] = [];
    for (let shard = 0; shard < 7; shard++) {
      const snapshot = decode(codec, encodeShard(codec, store, { shard, out }));
      assertEquals([snapshot.shard, snapshot.shards], [shard, 7]);
      assertEquals(snapshot.version, Object.keys(snapshot.entries).length);
      found.push(...Object.entries(snapshot.entries));
    }
    assertEquals(found.length, entries.length);
    assertEquals(sortedEntries(Object.fromEntries(found)), sortedEntries(Object.fromEntries(entries)));
  });

  Deno.test(`${name}.decode() gives the version as a number when it needs up to 52 bits`, () => {
    const store = storeOf([["Key1", "foo"]]);
    const versions = [0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 40, 2 ** 52];
    for (const version of versions) {
      store.restoreVersion(0, version);
      assertStrictEquals(decode(codec, encodeShard(codec, store)).version, version);
    }
  });

  Deno.test(`${name}.encode() writes an empty map when nothing was put`, () => {
    const snapshot = decode(codec, encodeEntries(codec, []));
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
    assertSnapshot(decode(codec, bytes), { shard: 0, shards: 1, version: 40, entries });
  });

  Deno.test(`${name}.encode() grows its buffer when a key or a value alone outgrows it`, () => {
    for (const length of [1, 2, 3, 4, 7, 8, 30, 100, 1000, 10_000]) {
      const long = "\x01".repeat(length);
      for (const entries of [[[long, ""]], [["", long]], [[long, long]], [["", long], [long, ""]]] as Entry[][]) {
        const bytes = encodeShard(codec, storeOf(entries), { out: new OutputBuffer(0) });
        assertSnapshot(decode(codec, bytes), { shard: 0, shards: 1, version: entries.length, entries });
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
    decode(codec, bytes);
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

  Deno.test(`${name}.decode() refuses a version from which puts could not be counted on`, () => {
    const store = storeOf([["Key1", "foo"]]);
    for (const version of [2 ** 52 + 1, Number.MAX_SAFE_INTEGER]) {
      store.restoreVersion(0, version);
      const error = assertCorrupt(codec, encodeShard(codec, store));
      assertEquals(error.message, `its version is ${version}, too high for puts to be counted`);
    }
  });

  Deno.test(`${name}.decode() ${codec.name === "raw" ? "gives back" : "refuses"} texts that are not UTF-8`, () => {
    // Each stands in the place of a text of as many bytes; surrogates, overlong forms, what lies beyond U+10FFFF,
    // fragments.
    const broken = [
      "ff",
      "80",
      "c3",
      "c080",
      "c1bf",
      "e28c",
      "eda080",
      "edbfbf",
      "e08080",
      "f0808080",
      "f4908080",
      "f5808080",
    ];
    for (const hex of broken) {
      const bytes = Uint8Array.from(hex.match(/../g) ?? [], (digits) => parseInt(digits, 16));
      const key = PaddedBytes.of(`"key${"x".repeat(bytes.length)}`);
      const value = PaddedBytes.of("value");
      for (const text of [key, value]) {
        const store = SharedStore.create({ shards: 1, entriesPerShard: 2, arenaWordsPerShard: 64 }, Abort.create());
        const broken = new PaddedBytes(20);
        broken.setString(text.toString());
        broken.bytes.set(bytes, text.length - bytes.length);
        const other = PaddedBytes.of("other");
        store.put(text === key ? broken : other, text === key ? other : broken);
        const encoded = encodeShard(codec, store);
        if (codec.name === "raw") {
          const reader = codec.read(encoded);
          const found = [];
          while (reader.next()) {
            found.push(...[reader.key, reader.value].map(({ bytes, length }) => bytes.slice(0, length)));
          }
          assertEquals(
            found.map(String).sort(),
            [broken, other].map(({ bytes, length }) => String(bytes.slice(0, length))).sort(),
          );
        } else {
          assertMatch(assertCorrupt(codec, encoded).message, /^its text at byte \d+ is not UTF-8$/);
        }
      }
    }
  });
}

Deno.test("all codecs give equal snapshots when the store is the same", () => {
  fc.assert(fc.property(anyPuts, (puts) => {
    const store = storeOf(puts);
    const [json, ...others] = CODECS.map((codec) => decode(codec, encodeShard(codec, store)));
    assert(json !== undefined);
    for (const other of others) assertSnapshot(other, { ...json, entries: Object.entries(json.entries) });
  }));
});

/** Files of these entries, whatever their head says. */
function forge(codec: Codec, head: Record<string, unknown>, entries: Record<string, string>): Uint8Array<ArrayBuffer> {
  return codec === cborCodec ? cborFile({ ...head, entries }) : jsonFile({ ...head, entries });
}

/** A snapshot's members before its entries. */
const HEAD = { format: FORMAT, shard: 2, shards: 3, version: 9, count: 2 };
const ENTRIES = { Key1: "foo", Key2: "bar" };

/** Changes to them, and what must be said of each. */
const WRONG_MEMBERS: readonly (readonly [Record<string, unknown>, string])[] = [
  [{ format: "kvlab/2" }, 'its format is not "kvlab/1"'],
  [{ shards: 0 }, "its shards is 0"],
  [{ shard: 3 }, "its shard is 3"],
  [
    { version: Number.MAX_SAFE_INTEGER },
    `its version is ${Number.MAX_SAFE_INTEGER}, too high for puts to be counted`,
  ],
  [{ count: 2 ** 40 }, `its count is ${2 ** 40}`],
];

for (const codec of [jsonCodec, cborCodec]) {
  Deno.test(`${codec.name}Codec.decode() names the wrong member when the checksum is right`, () => {
    const sound = decode(codec, forge(codec, HEAD, ENTRIES));
    assertSnapshot(sound, { shard: 2, shards: 3, version: 9, entries: Object.entries(ENTRIES) });
    for (const [change, message] of WRONG_MEMBERS) {
      assertEquals(assertCorrupt(codec, forge(codec, { ...HEAD, ...change }, ENTRIES)).message, message);
    }
    for (const count of [0, 1, 3]) {
      assertMatch(
        assertCorrupt(codec, forge(codec, { ...HEAD, count }, ENTRIES)).message,
        /^its count is [013], but it has/,
      );
    }
  });

  Deno.test(`${codec.name}Codec.decode() refuses members that are missing, unknown, repeated or of another type`, () => {
    for (const name of Object.keys(HEAD)) {
      const { [name as keyof typeof HEAD]: _, ...others } = HEAD;
      assertCorrupt(codec, forge(codec, others, ENTRIES));
      for (const value of ["2", null, -1, 0.5, {}, true]) {
        assertCorrupt(codec, forge(codec, { ...HEAD, [name]: value }, ENTRIES));
      }
    }
    assertCorrupt(codec, forge(codec, { ...HEAD, more: 1 }, ENTRIES));
    assertCorrupt(codec, forge(codec, { more: 1, ...HEAD }, ENTRIES));
    assertCorrupt(codec, forge(codec, HEAD, { ...ENTRIES, Key2: 7 } as unknown as Record<string, string>));
  });
}

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
  assert(bytes.length >= 1024 && bytes.length < 3000, `${bytes.length} bytes`);
  return bytes;
}

function assertCorrupt(codec: Codec, bytes: Uint8Array<ArrayBuffer>): CorruptSnapshotError {
  try {
    decode(codec, bytes);
  } catch (error) {
    assertInstanceOf(error, CorruptSnapshotError);
    return error;
  }
  throw new Error(`${bytes.length} bytes were taken for a snapshot`);
}
