/**
 * Tests of the seed's workload: its keys, its shares, and that a seed repeats it.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { READ, UPDATE } from "../../lib/load/operation.ts";
import { Rng } from "../../lib/load/rng.ts";
import {
  DistinctSeedWorkload,
  SEED_KEY_COUNT,
  SEED_VALUE,
  SeedWorkload,
  writeSeedKey,
} from "../../lib/load/seed_workload.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";

const ascii = new TextEncoder();

/** The number of the seed's key in the buffer. */
function numberOf(key: PaddedBytes): number {
  return Number(key.toString().slice("Key".length));
}

Deno.test("writeSeedKey() writes Key and the number, padded with zeros to whole words, for every number", () => {
  const key = new PaddedBytes(8);
  // In an order that often goes from longer to shorter keys, so that the bytes of one would show in the next.
  for (let i = 0; i < 100_000; i++) {
    const n = i * 48_271 % 100_000;
    const length = 3 + (n < 10 ? 1 : n < 100 ? 2 : n < 1000 ? 3 : n < 10_000 ? 4 : 5);
    writeSeedKey(n, key);
    let rest = n;
    let right = key.length === length;
    for (let at = length - 1; at >= 3; at--, rest = Math.trunc(rest / 10)) right &&= key.bytes[at] === 0x30 + rest % 10;
    right &&= key.bytes[0] === 0x4b && key.bytes[1] === 0x65 && key.bytes[2] === 0x79;
    for (let at = length; at < (length + 3 & ~3); at++) right &&= key.bytes[at] === 0;
    if (!right) throw new Error(`Key${n} is ${key.toString()}, bytes ${key.bytes}`);
  }
});

Deno.test("writeSeedKey() writes the text that anyone else would write", () => {
  const key = new PaddedBytes(8);
  for (const n of [0, 9, 10, 99, 100, 999, 1000, 9999, 10_000, 10_001, 65_535, 65_536, 90_909, 99_999]) {
    writeSeedKey(n, key);
    assertEquals(key.bytes.subarray(0, key.length), ascii.encode(`Key${n}`));
    const words = (key.length + 3) >> 2;
    assertEquals(key.words.subarray(0, words), PaddedBytes.of(`Key${n}`).words.subarray(0, words));
  }
});

Deno.test("SeedWorkload.next() chooses puts nine times of ten", () => {
  const workload = new SeedWorkload(new Rng(1));
  let puts = 0;
  for (let i = 0; i < 200_000; i++) {
    workload.next();
    if (workload.kind === UPDATE) puts++;
  }
  assert(Math.abs(puts / 200_000 - 0.9) < 0.005, `${puts} of 200000`);
});

Deno.test("SeedWorkload.next() chooses keys uniformly from all of the seed's", () => {
  const workload = new SeedWorkload(new Rng(2));
  const operations = 256 * 1000;
  const high = new Array<number>(256).fill(0);
  const low = new Array<number>(256).fill(0);
  const seen = new Set<number>();
  for (let i = 0; i < operations; i++) {
    workload.next();
    const n = numberOf(workload.key);
    seen.add(n);
    high[n >> 8]!++;
    low[n & 255]!++;
  }
  for (const counts of [high, low]) {
    const statistic = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    // With 255 degrees of freedom it is outside of these bounds less than once in ten thousand.
    assert(statistic > 177 && statistic < 347, `chi-square ${statistic}`);
  }
  assert([...seen].every((n) => Number.isInteger(n) && n >= 0 && n < SEED_KEY_COUNT));
  // After four draws per key, one key in e^3.9 is still to come.
  assert(Math.abs(seen.size / SEED_KEY_COUNT - (1 - Math.exp(-operations / SEED_KEY_COUNT))) < 0.005, `${seen.size}`);
});

Deno.test("SeedWorkload.next() chooses puts and keys independently", () => {
  const workload = new SeedWorkload(new Rng(3));
  const gets = new Array<number>(16).fill(0);
  for (let i = 0; i < 160_000; i++) {
    workload.next();
    if (workload.kind === READ) gets[numberOf(workload.key) >> 12]!++;
  }
  // 10,000 operations in each sixteenth of the keys, of which 1000 are gets; five standard deviations.
  for (const count of gets) assert(Math.abs(count - 1000) < 5 * 30, `${gets}`);
});

Deno.test("SeedWorkload.next() repeats the same operations when the seed is the same", () => {
  const [first, again, other] = [new Rng(7, 1), new Rng(7, 1), new Rng(7, 2)].map(operationsOf);
  assertEquals(again, first);
  assert(JSON.stringify(other) !== JSON.stringify(first));
});

Deno.test("SeedWorkload has the seed's value and reuses its buffers", () => {
  const workload = new SeedWorkload(new Rng(1));
  const { key, value } = workload;
  workload.next();
  assertStrictEquals(workload.key, key);
  assertStrictEquals(workload.value, value);
  assertStrictEquals(SEED_VALUE, "foo");
  assertEquals(value.toString(), "foo");
});

function operationsOf(rng: Rng): string[] {
  const workload = new SeedWorkload(rng);
  return Array.from({ length: 1000 }, () => {
    workload.next();
    return `${workload.kind === UPDATE ? "put" : "get"} ${workload.key.toString()}`;
  });
}

Deno.test("DistinctSeedWorkload does the seed's operations, and no two puts of its threads have the same value", () => {
  const values = new Set<string>();
  let puts = 0;
  for (const thread of [0, 1]) {
    const seed = new SeedWorkload(new Rng(1, thread));
    const distinct = new DistinctSeedWorkload(new Rng(1, thread), { thread, threads: 2 });
    for (let i = 0; i < 1000; i++) {
      seed.next();
      distinct.next();
      assertEquals([distinct.kind, distinct.key.toString()], [seed.kind, seed.key.toString()]);
      if (distinct.kind !== UPDATE) continue;
      puts++;
      values.add(distinct.value.toString());
      assertMatch(distinct.value.toString(), /^foo\d+$/);
    }
  }
  assertEquals(values.size, puts);
});
