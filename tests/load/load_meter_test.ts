/**
 * Tests of the load meter: threads count apart, and all see what each has counted.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import {
  HITS,
  LoadMeter,
  MISSED_STARTS,
  NEVER_BEGUN,
  PRELOADED,
  WAIT_ASKED_MS,
  WAITED_MS,
  WAITS,
} from "../../lib/load/load_meter.ts";
import { OPERATION_KINDS } from "../../lib/load/operation.ts";
import { summarize } from "../../lib/metrics/summaries.ts";

const INDICES = [0, 1, 2, 3, HITS, MISSED_STARTS, PRELOADED, WAITS, WAIT_ASKED_MS, WAITED_MS, NEVER_BEGUN];

Deno.test("LoadMeter has a place for each count", () => {
  assertEquals(new Set(INDICES).size, INDICES.length);
  const { counts } = LoadMeter.create(1).thread(0);
  for (const index of INDICES) assertEquals(counts[index], 0);
});

Deno.test("LoadMeter keeps threads, kinds and corrections apart, for whoever attaches", () => {
  const threads = 3;
  const meter = LoadMeter.create(threads);
  for (const [thread, part] of meter.threads.entries()) {
    for (const index of INDICES) part.counts[index] = 100 * thread + index;
    for (let kind = 0; kind < OPERATION_KINDS; kind++) {
      for (let i = 0; i < 1 + thread + kind; i++) part.countLatency(kind, 1);
      for (let i = 0; i < 10 + thread + kind; i++) part.countUncorrectedLatency(kind, 1);
    }
    part.timerLate[thread] = 7;
  }
  const attached = LoadMeter.attach(structuredClone(meter.handle()));
  assertEquals(attached.threads.length, threads);
  for (const [thread, part] of attached.threads.entries()) {
    assertEquals(INDICES.map((index) => part.counts[index]), INDICES.map((index) => 100 * thread + index));
    for (let kind = 0; kind < OPERATION_KINDS; kind++) {
      assertEquals(summarize([part.latencies[kind]!])?.count, 1 + thread + kind);
      assertEquals(summarize([part.uncorrectedLatencies[kind]!])?.count, 10 + thread + kind);
    }
    assertEquals(summarize([part.timerLate])?.count, 7);
  }
});
