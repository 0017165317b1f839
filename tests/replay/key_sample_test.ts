/**
 * Tests of counting distinct keys: exact while they fit, close to it beyond.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { KeySample } from "../../lib/replay/key_sample.ts";
import { hashKey } from "../../lib/store/hash.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";

/** Adds keys `from` to `to`, each with as many words as its last digit and one more. */
function add(sample: KeySample, from: number, to: number): void {
  const key = new PaddedBytes(16);
  for (let i = from; i < to; i++) {
    key.setString(`key${i}`);
    sample.add(hashKey(key.words, key.length), key, 1 + i % 10);
  }
}

Deno.test("KeySample counts each key once, with its greatest size, while they fit", () => {
  const sample = new KeySample();
  add(sample, 0, 20_000);
  add(sample, 5_000, 20_000);
  const key = PaddedBytes.of("key0");
  sample.add(hashKey(key.words, key.length), key, 500);
  sample.add(hashKey(key.words, key.length), key, 2);
  const { keys, isExact, entryWords, entryWordsSquared } = sample.totals;
  assertEquals([keys, isExact, entryWords], [20_000, true, 20_000 * 5.5 + 499]);
  assertEquals(entryWordsSquared, 2000 * 385 + 500 ** 2 - 1);
});

Deno.test("KeySample estimates how many there are once they no longer fit", () => {
  const sample = new KeySample({ keysMax: 10_000 });
  add(sample, 0, 300_000);
  const { keys, isExact, entryWords } = sample.totals;
  assertEquals(isExact, false);
  assert(Math.abs(keys / 300_000 - 1) < 0.05, `${keys}`);
  assert(Math.abs(entryWords / (300_000 * 5.5) - 1) < 0.06, `${entryWords}`);
});
