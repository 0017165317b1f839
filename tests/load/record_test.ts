/**
 * Tests of the records: keys that are their numbers, and values of random text.
 *
 * @module
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { keyBytesMin, RecordKeys, RecordValues } from "../../lib/load/record.ts";
import { Rng } from "../../lib/load/rng.ts";
import type { PaddedBytes } from "../../lib/store/padded_bytes.ts";
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

Deno.test("RecordValues.write() writes printable ASCII without quote and backslash, and every letter of it", () => {
  const values = new RecordValues(new Rng(71), { valueBytesMin: 0, valueBytesMax: 300 });
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

Deno.test("RecordValues.write() gives all lengths of the range equally often", () => {
  for (const [valueBytesMin, valueBytesMax] of [[0, 9], [1, 100], [97, 99]] as const) {
    const values = new RecordValues(new Rng(72), { valueBytesMin, valueBytesMax });
    const value = values.createValue();
    const nextLength = () => {
      values.write(value);
      return value.length - valueBytesMin;
    };
    assertByChance(countNumbers(nextLength, { draws: 50_000, bound: valueBytesMax - valueBytesMin + 1 }));
  }
});

Deno.test("RecordValues.write() gives one length when least and greatest are the same, however long", () => {
  for (const length of [0, 1, 3, 4, 5, 100, 3_000_000]) {
    const values = new RecordValues(new Rng(73), { valueBytesMin: length, valueBytesMax: length });
    const value = values.createValue();
    const { bytes } = value;
    for (let i = 0; i < 3; i++) values.write(value);
    assertStrictEquals(value.length, length);
    assertStrictEquals(value.bytes, bytes);
    assert(bytes.subarray(0, length).every((byte) => byte >= 0x20));
  }
});

Deno.test("RecordValues.write() hardly ever repeats a value, but does so with the same seed", () => {
  const [first, again, other] = [1, 1, 2].map((seed) => {
    const values = new RecordValues(new Rng(seed), { valueBytesMin: 16, valueBytesMax: 16 });
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

Deno.test("RecordValues.write() never repeats a value of four bytes or more, whichever thread writes it", () => {
  for (const length of [4, 5, 100]) {
    const threads = 3;
    const seen = new Set<string>();
    for (let thread = 0; thread < threads; thread++) {
      const options = { valueBytesMin: length, valueBytesMax: length };
      const values = new RecordValues(new Rng(74, thread), options, { thread, threads });
      const value = values.createValue();
      for (let i = 0; i < 20_000; i++) {
        values.write(value);
        seen.add(value.toString().slice(0, 4));
      }
    }
    assertStrictEquals(seen.size, threads * 20_000);
  }
});
