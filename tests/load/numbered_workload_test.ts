/**
 * Tests of the numbered workload: each put can be told from all others, and from its thread and place alone; beside
 * that it is the mix that was asked for.
 *
 * @module
 */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { deflateSync } from "node:zlib";
import {
  formatNumberedValue,
  NUMBERED_SEED_MIX,
  NUMBERED_VALUE_BYTES_MIN,
  NumberedWorkload,
  parseNumberedValue,
} from "../../lib/load/numbered_workload.ts";
import { DELETE, INSERT, OPERATION_KINDS, READ } from "../../lib/load/operation.ts";
import { Rng } from "../../lib/load/rng.ts";
import { DISTRIBUTION_NAMES, type MixOptions } from "../../lib/load/workload.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { mixOf } from "./mixes.ts";
import { assertByChance, countNumbers } from "./statistics.ts";

const OPERATIONS = 20_000;
const SIZES = { valueBytesMin: NUMBERED_VALUE_BYTES_MIN, valueBytesMax: 200 };

function newWorkload(mix: MixOptions, options: { thread?: number; threads?: number; seed?: number; round?: number }) {
  const { thread = 0, threads = 1, seed = 1, round = 3 } = options;
  return new NumberedWorkload(new Rng(seed, 2 * thread), mix, { round, thread, threads });
}

/** A thread's first operations: their keys and records, and the values of those that put. */
function operations(mix: MixOptions, options: Parameters<typeof newWorkload>[1]) {
  const workload = newWorkload(mix, options);
  return Array.from({ length: OPERATIONS }, () => {
    workload.next();
    const { key, kind, record, value } = workload;
    return { key: key.toString(), kind, record, value: kind === READ ? undefined : value.toString() };
  });
}

Deno.test("NumberedWorkload.next() counts deletes with the puts", () => {
  const mix = mixOf("a", { ...SIZES, shares: [0.2, 0.3, 0.1, 0.1, 0.3, 0] });
  const writes = operations(mix, {}).filter(({ kind }) => kind !== READ);
  assert(writes.some(({ kind }) => kind === DELETE));
  for (const [i, { kind, value }] of writes.entries()) {
    if (kind !== DELETE) assertEquals(parseNumberedValue(PaddedBytes.of(value ?? ""))?.sequence, i + 1);
  }
});

for (
  const mix of [
    NUMBERED_SEED_MIX,
    mixOf("a", SIZES),
    mixOf("b", { ...SIZES, compressible: 0.1 }),
    mixOf("d", SIZES),
    mixOf("f", SIZES),
  ]
) {
  Deno.test(`NumberedWorkload.next() numbers a thread's puts of workload ${mix.name} from 1 without a gap`, () => {
    const values = operations(mix, { thread: 1, threads: 3 }).flatMap(({ value }) => value ?? []);
    assertGreater(values.length, 100);
    const expected = values.map((_, i) => ({ round: 3, thread: 1, sequence: i + 1 }));
    assertEquals(values.map((value) => parseNumberedValue(PaddedBytes.of(value))), expected);
    for (const { length } of values) assert(length >= mix.valueBytesMin && length <= mix.valueBytesMax, `${length}`);
  });

  for (const threads of [1, 3, 7]) {
    Deno.test(`NumberedWorkload.next() gives ${threads} threads keys of their own of workload ${mix.name}`, () => {
      for (let thread = 0; thread < threads; thread++) {
        for (const { key, kind, record } of operations(mix, { thread, threads })) {
          assertEquals([record % threads, Number(key.slice("user".length))], [thread, record]);
          assert(record < mix.keyCountMax);
          if (mix.distribution !== "latest") assertEquals(record >= mix.keyCount, kind === INSERT);
        }
      }
    });
  }
}

Deno.test("NumberedWorkload.next() chooses the kinds of operations by the mix's shares", () => {
  const shares = [0.2, 0.2, 0.1, 0.3, 0.15, 0.05];
  const workload = newWorkload(mixOf("a", { ...SIZES, shares, distribution: "uniform" }), {});
  const nextKind = () => {
    workload.next();
    return workload.kind;
  };
  const counts = countNumbers(nextKind, { draws: OPERATIONS, bound: OPERATION_KINDS });
  assertByChance(counts, shares.map((share) => share * OPERATIONS));
});

for (const distribution of DISTRIBUTION_NAMES) {
  Deno.test(`NumberedWorkload.next() repeats its ${distribution} operations with the same seed alone`, () => {
    const mix = mixOf("a", { ...SIZES, distribution });
    const place = { thread: 2, threads: 4 };
    assertEquals(operations(mix, place), operations(mix, place));
    const [one, other] = [1, 2].map((seed) => operations(mix, { ...place, seed }).map(({ key }) => key).join());
    assert(one !== other);
  });
}

Deno.test("NumberedWorkload.next() gives values that shrink as asked for, number and all", () => {
  const mix = mixOf("a", { valueBytesMin: 400, valueBytesMax: 400, compressible: 0.5 });
  const text = operations(mix, {}).flatMap(({ value }) => value ?? []).join("");
  const shrunk = deflateSync(text, { level: 1 }).length / text.length;
  // Compressors find most of a number in the one before.
  assert(shrunk > 0.44 && shrunk < 0.54, `${shrunk}`);
});

Deno.test("NumberedWorkload.nextWrite() goes through the same puts and deletes, without the reads", () => {
  const mix = mixOf("f", { ...SIZES, shares: [0.4, 0, 0, 0.4, 0.2, 0] });
  const expected = operations(mix, {}).filter(({ kind }) => kind !== READ);
  const workload = newWorkload(mix, {});
  const writes = expected.map(() => {
    workload.nextWrite();
    const { key, kind, record, value } = workload;
    return { key: key.toString(), kind, record, value: value.toString() };
  });
  assertEquals(writes, expected);
});

Deno.test("formatNumberedValue() makes values of one length, which parseNumberedValue() reads, whatever follows", () => {
  for (const round of [0, 1, 999_999, 9_999_999]) {
    for (const thread of [0, 9, 9999]) {
      for (const sequence of [0, 1, 9_999_999_999]) {
        const text = formatNumberedValue({ round, thread, sequence });
        assertEquals(text.length, NUMBERED_VALUE_BYTES_MIN);
        for (const rest of ["", "0", "xyz"]) {
          assertEquals(parseNumberedValue(PaddedBytes.of(text + rest)), { round, thread, sequence });
        }
      }
    }
  }
});

Deno.test("parseNumberedValue() makes no number of any other value", () => {
  const text = formatNumberedValue({ round: 1, thread: 2, sequence: 3 });
  const others = Array.from(text, (_, i) => text.slice(0, i) + "x" + text.slice(i + 1));
  for (const other of ["", "foo", text.slice(0, -1), ...others]) {
    assertEquals(parseNumberedValue(PaddedBytes.of(other)), undefined, other);
  }
});
