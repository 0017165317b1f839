/**
 * Tests of how much data an engine is said to hold, against what it was given.
 *
 * @module
 */
import { assertAlmostEquals, assertEquals, fail } from "@std/assert";
import type { KeyAndRoom } from "../../lib/engine/connection.ts";
import { sampledBytes } from "../../lib/run/live_bytes.ts";
import { RecordKeys } from "../../lib/load/record.ts";
import type { MixOptions } from "../../lib/load/workload.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { mixOf } from "./mixes.ts";

/** An engine that holds some records, each with a value of its own length. */
function holding(mix: MixOptions, isThere: (record: number) => boolean) {
  const records = new Map<string, Uint8Array>();
  const keys = new RecordKeys(mix);
  const key = keys.createKey();
  let bytes = 0;
  for (let record = 0; record < mix.keyCountMax; record++) {
    if (!isThere(record)) continue;
    keys.write(record, key);
    const value = new Uint8Array(record % 100);
    records.set(key.toString(), value);
    bytes += key.length + value.length;
  }
  const get = (key: PaddedBytes, out: PaddedBytes) => {
    const value = records.get(key.toString());
    if (value !== undefined) out.copy(value, 0, value.length);
    return value !== undefined;
  };
  return { bytes, get, getLater: (key: PaddedBytes, out: PaddedBytes) => Promise.resolve().then(() => get(key, out)) };
}

Deno.test("sampledBytes() is exact for few records, at once or with gets in flight", async () => {
  for (const keyCount of [1, 2, 255, 257, 8_192]) {
    const mix = mixOf("d", { keyCount, keyCountMax: keyCount, valueBytesMax: 100 });
    const { bytes, get, getLater } = holding(mix, (record) => record % 3 !== 1);
    assertEquals(await sampledBytes(mix, { get }), bytes);
    assertEquals(await sampledBytes(mix, { get: getLater }), bytes);
    const getAll = (entries: readonly KeyAndRoom[]) =>
      Promise.resolve(entries.map(({ key, value }) => get(key, value)));
    const refuse = () => fail("it has asked for one key");
    assertEquals(await sampledBytes(mix, { get: refuse, getAll }), bytes);
  }
});

Deno.test("sampledBytes() is right to some percent for many records, some of which are missing", async () => {
  const mix = mixOf("d", { keyCount: 50_000, keyCountMax: 100_000, valueBytesMax: 100 });
  // As if inserted up to there, and as if drawn at random.
  for (const isThere of [(record: number) => record < 60_000, (record: number) => record * 2654435761 % 97 < 50]) {
    const { bytes, get } = holding(mix, isThere);
    assertAlmostEquals(await sampledBytes(mix, { get }), bytes, 0.04 * bytes);
  }
});

Deno.test("sampledBytes() asks for the seed's keys", async () => {
  const all = await sampledBytes({ kind: "seed" }, {
    get: ({ length }, out) => {
      out.setString("foo");
      return length >= 4;
    },
  });
  const expected = Array.from({ length: 65_536 }, (_, n) => `Key${n}foo`.length).reduce((sum, length) => sum + length);
  assertAlmostEquals(all, expected, 0.001 * expected);
});
