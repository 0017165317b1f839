/**
 * Tests of the records: keys that are their numbers, and values of random text.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertLess, assertStrictEquals } from "@std/assert";
import { deflateSync } from "node:zlib";
import { ClassicLevel } from "classic-level";
import fc from "fast-check";
import { createValues, keyBytesMin, RecordKeys } from "../../lib/load/record.ts";
import { Rng } from "../../lib/load/rng.ts";
import type { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { temporaryDirectory } from "../run/files.ts";
import { assertByChance, countNumbers } from "./statistics.ts";

/** Whether the bytes after the content, up to the next word, are zero, as whoever hashes and compares relies on. */
function isPadded({ bytes, length }: PaddedBytes): boolean {
  return bytes.subarray(length, (length + 3) & ~3).every((byte) => byte === 0);
}

Deno.test("keyBytesMin() is the length of user and the greatest record's number", () => {
  const counts = [1, 2, 10, 11, 100, 101, 65_536, 10_000_000, 10_000_001, 2 ** 31 - 1];
  assertEquals(counts.map(keyBytesMin), counts.map((count) => `user${count - 1}`.length));
});

Deno.test("RecordKeys.write() writes user and the number, with zeros to the key's length, for any length", () => {
  for (const keyCountMax of [1, 10, 11, 999, 10_000, 10_001, 1_000_000, 123_456_789, 2 ** 31 - 1]) {
    const edges = [0, 9, 10, 99, 100, 999, 1000, 9999, 10_000, 99_999_999, 100_000_000, keyCountMax - 1];
    const any = fc.sample(fc.nat(keyCountMax - 1), { numRuns: 100, seed: keyCountMax });
    const records = [...edges.filter((record) => record < keyCountMax), ...any];
    for (let keyBytes = keyBytesMin(keyCountMax); keyBytes <= 64; keyBytes++) {
      const keys = new RecordKeys({ keyBytes, keyCountMax });
      const key = keys.createKey();
      // One buffer for all, so that what is left of one key would show in the next.
      for (const record of records) {
        keys.write(record, key);
        assertStrictEquals(key.toString(), `user${String(record).padStart(keyBytes - 4, "0")}`);
        assert(isPadded(key), `${key.bytes}`);
      }
    }
  }
});

Deno.test("RecordKeys.write() writes every number when the numbers are few", () => {
  for (const keyBytes of [8, 9, 10, 11, 12]) {
    const keys = new RecordKeys({ keyBytes, keyCountMax: 10_000 });
    const key = keys.createKey();
    for (let i = 0; i < 10_000; i++) {
      const record = i * 4271 % 10_000;
      keys.write(record, key);
      if (Number(key.toString().slice(4)) !== record) throw new Error(`${record} is ${key.toString()}`);
    }
  }
});

Deno.test("createValues() writes printable ASCII without quote and backslash, and every letter of it", () => {
  const values = createValues(new Rng(71), { valueBytesMin: 0, valueBytesMax: 300, compressible: 1 });
  const value = values.createValue();
  const seen = new Set<number>();
  for (let i = 0; i < 2000; i++) {
    values.write(value);
    for (const byte of value.bytes.subarray(0, value.length)) seen.add(byte);
    assert(isPadded(value), `${value.bytes}`);
  }
  const printable = Array.from({ length: 95 }, (_, i) => 0x20 + i);
  assertEquals([...seen].sort((a, b) => a - b), printable.filter((byte) => byte !== 0x22 && byte !== 0x5c));
});

Deno.test("createValues() gives all lengths of the range equally often", () => {
  for (const [valueBytesMin, valueBytesMax] of [[0, 9], [1, 100], [97, 99]] as const) {
    const values = createValues(new Rng(72), { valueBytesMin, valueBytesMax, compressible: 1 });
    const value = values.createValue();
    const nextLength = () => {
      values.write(value);
      return value.length - valueBytesMin;
    };
    assertByChance(countNumbers(nextLength, { draws: 50_000, bound: valueBytesMax - valueBytesMin + 1 }));
  }
});

Deno.test("createValues() gives one length when least and greatest are the same, however long", () => {
  for (const length of [0, 1, 3, 4, 5, 100, 3_000_000]) {
    const values = createValues(new Rng(73), { valueBytesMin: length, valueBytesMax: length, compressible: 1 });
    const value = values.createValue();
    const { bytes } = value;
    for (let i = 0; i < 3; i++) values.write(value);
    assertStrictEquals(value.length, length);
    assertStrictEquals(value.bytes, bytes);
    assert(bytes.subarray(0, length).every((byte) => byte >= 0x20));
  }
});

Deno.test("createValues() hardly ever repeats a value, but does so with the same seed", () => {
  const [first, again, other] = [1, 1, 2].map((seed) => {
    const values = createValues(new Rng(seed), { valueBytesMin: 16, valueBytesMax: 16, compressible: 1 });
    const value = values.createValue();
    return Array.from({ length: 1000 }, () => {
      values.write(value);
      return value.toString();
    });
  });
  assertEquals(again, first);
  // Of the 2^18 places in the pool, two values in a thousand share one; the pools of two seeds share nothing.
  const distinct = new Set([...first ?? [], ...other ?? []]).size;
  assert(distinct >= 1990, `${distinct} of 2000`);
});

Deno.test("createValues() never repeats a value of four bytes or more, whichever thread writes it", () => {
  for (const length of [4, 5, 100]) {
    const threads = 3;
    const seen = new Set<string>();
    for (let thread = 0; thread < threads; thread++) {
      const options = { valueBytesMin: length, valueBytesMax: length, compressible: 1 };
      const values = createValues(new Rng(74, thread), options, { thread, threads });
      const value = values.createValue();
      for (let i = 0; i < 20_000; i++) {
        values.write(value);
        seen.add(value.toString().slice(0, 4));
      }
    }
    assertStrictEquals(seen.size, threads * 20_000);
  }
});

/** So many values of one length, one after another. */
function textOf(length: number, compressible: number, { count, uniqueBytes }: { count: number; uniqueBytes?: number }) {
  const place = { thread: 0, threads: 1, ...(uniqueBytes === undefined ? {} : { uniqueBytes }) };
  const values = createValues(new Rng(75), { valueBytesMin: length, valueBytesMax: length, compressible }, place);
  const value = values.createValue();
  const text = new Uint8Array(count * length);
  for (let i = 0; i < count; i++) {
    values.write(value);
    text.set(value.bytes.subarray(0, length), i * length);
  }
  return text;
}

/** To which part of its size the fastest deflate shrinks a text; it leaves text without repetition as it is. */
function deflatedPart(text: Uint8Array): number {
  return deflateSync(text, { level: 1 }).length / text.length;
}

Deno.test("createValues() gives values that shrink to the part asked for, whatever their size", () => {
  for (const length of [50, 99, 100, 101, 300, 400, 1000, 4000, 100_000]) {
    for (const compressible of [0.25, 0.5, 0.75]) {
      const text = textOf(length, compressible, { count: Math.ceil(200_000 / length) });
      // A word more or less, and what a compressor notes of each repetition.
      assertAlmostEquals(deflatedPart(text), compressible, 0.04 + 4 / length, `${length} B to ${compressible}`);
    }
    assert(deflatedPart(textOf(length, 1, { count: Math.ceil(200_000 / length) })) > 0.9);
  }
});

Deno.test("createValues() leaves values alone that have no room to repeat anything beside what tells them apart", () => {
  for (const length of [0, 1, 4, 5, 8]) {
    assertEquals(textOf(length, 0.1, { count: 100 }), textOf(length, 1, { count: 100 }));
  }
  assertEquals(textOf(28, 0.1, { count: 100, uniqueBytes: 23 }), textOf(28, 1, { count: 100, uniqueBytes: 23 }));
  // Four bytes that are unique and four that are random, and then nothing new.
  assertLess(deflatedPart(textOf(24, 0.05, { count: 10_000 })), 0.5);
});

Deno.test("createValues() pads compressible values, has every length, and begins each as it would begin anyway", () => {
  const options = { valueBytesMin: 0, valueBytesMax: 300 };
  const compressible = createValues(new Rng(76), { ...options, compressible: 0.5 });
  const random = createValues(new Rng(76), { ...options, compressible: 1 });
  const [value, other] = [compressible.createValue(), random.createValue()];
  for (let i = 0; i < 2000; i++) {
    compressible.write(value);
    random.write(other);
    assert(isPadded(value), `${value.bytes}`);
    assertStrictEquals(value.length, other.length);
    const end = Math.min(8, value.length);
    assertEquals(value.bytes.subarray(0, end), other.bytes.subarray(0, end));
  }
});

Deno.test("LevelDB keeps compressible values in about that part of the room", async () => {
  const sizes: number[] = [];
  for (const compressible of [1, 0.5, 0.2]) {
    using directory = temporaryDirectory();
    const text = textOf(400, compressible, { count: 10_000 });
    const database = new ClassicLevel<string, Uint8Array>(directory.path, { valueEncoding: "view" });
    await database.batch(
      Array.from({ length: 10_000 }, (_, i) => {
        return { type: "put", key: String(i), value: text.subarray(400 * i, 400 * (i + 1)) };
      }),
    );
    await database.compactRange("0", "a");
    sizes.push(await database.approximateSize("0", "a"));
    await database.close();
  }
  const [all = 0, half = 0, fifth = 0] = sizes;
  assertAlmostEquals(half / all, 0.5, 0.08);
  assertAlmostEquals(fifth / all, 0.2, 0.08);
});
