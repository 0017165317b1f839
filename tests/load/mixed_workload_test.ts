/**
 * Tests of the mixed workload: its kinds, its records, and that a seed repeats it.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { MixedWorkload } from "../../lib/load/mixed_workload.ts";
import { DELETE, INSERT, OPERATION_KINDS, READ, UPDATE } from "../../lib/load/operation.ts";
import { DISTRIBUTION_NAMES, type MixOptions, PRESETS, WORKLOAD_NAMES } from "../../lib/load/workload.ts";
import { RecordsUsedUpError } from "../../lib/load/distribution.ts";
import { Rng } from "../../lib/load/rng.ts";
import { mixOf } from "./mixes.ts";
import { assertByChance, countNumbers } from "./statistics.ts";

const OPERATIONS = 20_000;

interface Operation {
  readonly kind: number;
  /** The number in the key. */
  readonly record: number;
  /** Of an operation that puts. */
  readonly value?: string;
}

function newWorkload(options: MixOptions, { seed = 1, thread = 0, threads = 1 } = {}): MixedWorkload {
  return new MixedWorkload(new Rng(seed, 2 * thread), options, { thread, threads });
}

function operationsOf(workload: MixedWorkload, count = OPERATIONS): Operation[] {
  return Array.from({ length: count }, () => {
    workload.next();
    const { kind, key, value } = workload;
    return { kind, record: Number(key.toString().slice(4)), ...(kind === READ ? {} : { value: value.toString() }) };
  });
}

const SHARES = [[0.3, 0.3, 0.1, 0.3], [0, 0, 0, 1], [0.2, 0.2, 0.1, 0.1, 0.3, 0.1], [0, 0, 0, 0, 1, 0]];

for (const shares of [...Object.values(PRESETS).map(({ shares }) => shares), ...SHARES]) {
  Deno.test(`MixedWorkload.next() chooses the kinds of operations by the shares ${shares}`, () => {
    const workload = newWorkload(mixOf("a", { shares, distribution: "uniform" }));
    const nextKind = () => {
      workload.next();
      return workload.kind;
    };
    const counts = countNumbers(nextKind, { draws: 100_000, bound: OPERATION_KINDS });
    shares.forEach((share, kind) => assert(share > 0 || counts[kind] === 0, `${counts}`));
    const some = counts.filter((_, kind) => shares[kind]! > 0);
    if (some.length > 1) assertByChance(some, shares.filter((share) => share > 0).map((share) => share * 100_000));
  });
}

Deno.test("MixedWorkload.next() never chooses a kind without a share, although the others' sum is just below 1", () => {
  // Random bits that are all ones stand above any threshold short of the end.
  class Ones extends Rng {
    override next(): number {
      return 2 ** 31 - 1;
    }
  }
  const options = mixOf("a", { shares: [0.7 - 1e-9, 0.3, 0, 0], distribution: "uniform" });
  const workload = new MixedWorkload(new Ones(0), options, { thread: 0, threads: 1 });
  assertEquals(operationsOf(workload, 3).map(({ kind }) => kind), [UPDATE, UPDATE, UPDATE]);
});

for (const distribution of DISTRIBUTION_NAMES) {
  Deno.test(`MixedWorkload.next() reads records that exist, by the distribution ${distribution}`, () => {
    for (const keyCount of [1, 2, 10, 1000]) {
      const options = mixOf("d", { shares: [0.5, 0.2, 0.2, 0.1], distribution, keyCount, keyBytes: 13 });
      const existing = new Set(Array.from({ length: keyCount }, (_, record) => record));
      for (const { kind, record } of operationsOf(newWorkload(options, { thread: 1, threads: 3 }))) {
        assertStrictEquals(existing.has(record), kind !== INSERT, `${record}`);
        existing.add(record);
      }
    }
  });
}

Deno.test("MixedWorkload.next() scans for 1 to --scan-length records, each number equally often", () => {
  const workload = newWorkload(mixOf("e", { shares: [0, 0, 0, 0, 0, 1], scanLength: 20 }));
  const nextLength = () => {
    workload.next();
    return workload.scanLength - 1;
  };
  const counts = countNumbers(nextLength, { draws: 100_000, bound: 20 });
  assertByChance(counts, Array(20).fill(5000));
});

Deno.test("MixedWorkload.next() leaves present what updates and deletes share out", () => {
  const mix = mixOf("a", { shares: [0.2, 0.3, 0, 0.2, 0.3, 0], distribution: "uniform", keyCount: 5000 });
  const present = new Set<number>();
  for (const { kind, record } of operationsOf(newWorkload(mix), 200_000)) {
    if (kind === DELETE) present.delete(record);
    else if (kind !== READ) present.add(record);
  }
  // 0.5 / (0.5 + 0.3), within four standard deviations.
  assertAlmostEquals(present.size / 5000, 0.625, 4 * Math.sqrt(0.625 * 0.375 / 5000));
});

Deno.test("MixedWorkload.next() reads what it has inserted when the distribution is latest, and only then", () => {
  for (const distribution of DISTRIBUTION_NAMES) {
    const operations = operationsOf(newWorkload(mixOf("d", { distribution })));
    const readsOfInserts = operations.filter(({ kind, record }) => kind === READ && record >= 1000).length;
    assertStrictEquals(readsOfInserts > OPERATIONS / 4, distribution === "latest");
    assertStrictEquals(readsOfInserts > 0, distribution === "latest");
  }
});

Deno.test("MixedWorkload.next() gives threads inserts of their own, without a gap", () => {
  const threads = 3;
  const inserts = Array.from({ length: threads }, (_, thread) => {
    const operations = operationsOf(newWorkload(mixOf("d"), { thread, threads }));
    return operations.filter(({ kind }) => kind === INSERT).map(({ record }) => record);
  });
  for (const [thread, records] of inserts.entries()) {
    assertEquals(records, records.map((_, i) => 1000 + thread + threads * i));
    assert(records.length > 0.04 * OPERATIONS);
  }
});

Deno.test("MixedWorkload.next() throws RecordsUsedUpError when there is no room for another insert", () => {
  const workload = newWorkload(mixOf("d", { keyCountMax: 1010 }));
  const seen: Operation[] = [];
  assertThrows(() => {
    for (;;) seen.push(...operationsOf(workload, 1));
  }, RecordsUsedUpError);
  assertStrictEquals(seen.filter(({ kind }) => kind === INSERT).length, 10);
});

for (const name of WORKLOAD_NAMES) {
  Deno.test(`MixedWorkload.next() repeats workload ${name} with the same seed and thread, and no other`, () => {
    const of = (place: { seed?: number; thread?: number; threads?: number }) => (
      JSON.stringify(operationsOf(newWorkload(mixOf(name), place), 1000))
    );
    const first = of({ seed: 7, thread: 1, threads: 4 });
    assertStrictEquals(of({ seed: 7, thread: 1, threads: 4 }), first);
    assert(of({ seed: 8, thread: 1, threads: 4 }) !== first);
    assert(of({ seed: 7, thread: 2, threads: 4 }) !== first);
  });
}

Deno.test("MixedWorkload.next() does the same operations on the same records whatever the values' lengths are", () => {
  const [short, long] = [10, 1000].map((valueBytesMax) => (
    operationsOf(newWorkload(mixOf("f", { valueBytesMax }))).map(({ kind, record }) => `${kind} ${record}`)
  ));
  assertEquals(short, long);
});

Deno.test("MixedWorkload.next() gives values of the length asked for, in the buffers that it has from the start", () => {
  const workload = newWorkload(mixOf("a", { valueBytesMin: 3, valueBytesMax: 9 }));
  const { key, value } = workload;
  const lengths = new Set(operationsOf(workload).flatMap(({ value }) => value?.length ?? []));
  assertEquals([...lengths].sort(), [3, 4, 5, 6, 7, 8, 9]);
  assertStrictEquals(workload.key, key);
  assertStrictEquals(workload.value, value);
});

Deno.test("MixedWorkload.next() makes no value for a read", () => {
  const workload = newWorkload(mixOf("a"));
  let before = "";
  for (let i = 0; i < 1000; i++) {
    workload.next();
    assertStrictEquals(workload.value.toString() === before, workload.kind === READ);
    before = workload.value.toString();
  }
});
