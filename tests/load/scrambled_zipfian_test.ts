/**
 * Tests of the scrambled zipfian distribution: the records that YCSB chooses, as often as it chooses them.
 *
 * @module
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { fnvModulo, zeta } from "../../lib/load/zipfian.ts";
import { ScrambledZipfianDistribution } from "../../lib/load/distribution.ts";
import { Rng } from "../../lib/load/rng.ts";
import { countNumbers } from "./statistics.ts";

const ZETA = 26.46902820178302;

/** YCSB's ScrambledZipfianGenerator with its defaults, but for where its random fractions come from. */
function ycsbRecord(fraction: number, itemCount: number): number {
  const [theta, items] = [0.99, 10_000_000_000 + 1];
  const alpha = 1 / (1 - theta);
  const eta = (1 - (2 / items) ** (1 - theta)) / (1 - (1 + 0.5 ** theta) / ZETA);
  const uz = fraction * ZETA;
  let rank = Math.trunc(items * (eta * fraction - eta + 1) ** alpha);
  if (uz < 1) rank = 0;
  else if (uz < 1 + 0.5 ** theta) rank = 1;

  let hash = 0xcbf29ce484222325n;
  for (let value = BigInt(rank), i = 0; i < 8; i++, value >>= 8n) {
    hash = BigInt.asIntN(64, (hash ^ (value & 0xffn)) * 1_099_511_628_211n);
  }
  return Number((hash < 0n ? -hash : hash) % BigInt(itemCount));
}

Deno.test("ScrambledZipfianDistribution.next() chooses the record that YCSB would", () => {
  for (const records of [1, 2, 1000, 10_000_000, 2 ** 31 - 1]) {
    const distribution = new ScrambledZipfianDistribution(new Rng(31), { records, theta: 0.99 });
    const fractions = new Rng(31);
    const pairs = Array.from({ length: 5000 }, () => [distribution.next(), ycsbRecord(fractions.fraction(), records)]);
    assertEquals(pairs.filter(([a, b]) => a !== b), []);
  }
});

Deno.test("ScrambledZipfianDistribution.next() chooses the hash of rank 0 most often, as often as zeta says", () => {
  const draws = 500_000;
  const records = 100_000;
  const distribution = new ScrambledZipfianDistribution(new Rng(32), { records, theta: 0.99 });
  const counts = countNumbers(() => distribution.next(), { draws, bound: records });
  const most = Math.max(...counts);
  assertStrictEquals(counts.indexOf(most), fnvModulo(0, 0, records));
  // Others of the ten billion ranks have the same record, but hardly more than one in the number of records.
  const expected = draws / ZETA;
  assert(Math.abs(most - expected) < 5 * Math.sqrt(expected), `${most}, expected ${expected}`);
});

Deno.test("ScrambledZipfianDistribution.next() has the same most popular rank whatever theta and the records are", () => {
  for (const theta of [0.9, 0.999]) {
    for (const records of [1000, 99_991]) {
      const distribution = new ScrambledZipfianDistribution(new Rng(33), { records, theta });
      const counts = countNumbers(() => distribution.next(), { draws: 100_000, bound: records });
      assertStrictEquals(counts.indexOf(Math.max(...counts)), fnvModulo(0, 0, records));
      const expected = 100_000 / zeta(10_000_000_001, theta);
      const most = counts[fnvModulo(0, 0, records)]!;
      // In a thousand records, the hot one is also that of ten million ranks more.
      const others = 100_000 / records;
      assert(Math.abs(most - expected - others / 2) < others / 2 + 5 * Math.sqrt(expected), `${most}, not ${expected}`);
    }
  }
});

Deno.test("ScrambledZipfianDistribution.next() chooses the top record of 1,000 as often as --help says: 3.9% of the time", () => {
  const distribution = new ScrambledZipfianDistribution(new Rng(7), { records: 1000, theta: 0.99 });
  const counts = new Uint32Array(1000);
  const draws = 200_000;
  for (let i = 0; i < draws; i++) counts[distribution.next()]!++;
  const share = Math.max(...counts) / draws;
  assert(Math.abs(share - 0.039) < 0.002, String(share));
});
