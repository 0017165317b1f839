/**
 * Tests of the clock: the same time in every thread.
 *
 * @module
 */
import { assert, assertEquals, assertGreaterOrEqual, assertLess } from "@std/assert";
import { Abort } from "../../lib/sync/abort.ts";
import { Clock } from "../../lib/sync/clock.ts";
import { LINE_BYTES } from "../../lib/sync/layout.ts";
import { ANSWER, ANSWER_MS, type ClockConfig, REQUEST, TRIES } from "./clock_worker.ts";
import { runCrew, until } from "./crew.ts";

const WORKERS = 2;
const DIFFERENCE_MS_MAX = 0.1;
const ANSWER_MS_MAX = 10_000;

function spawn(): Worker {
  return new Worker(new URL("./clock_worker.ts", import.meta.url), { type: "module" });
}

/** By how much the worker's clock is ahead, taking its answer to be from the middle of the exchange. */
function differenceMs({ words, doubles }: ClockConfig, clock: Clock, request: number): number {
  const askedMs = clock.nowMs();
  Atomics.store(words, REQUEST, request);
  while (Atomics.load(words, ANSWER) < request) {
    if (clock.nowMs() - askedMs > ANSWER_MS_MAX) throw new Error(`No answer within ${ANSWER_MS_MAX} ms`);
  }
  return doubles[ANSWER_MS]! - (askedMs + clock.nowMs()) / 2;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

Deno.test("Clock.nowMs() is the same time in two workers and the main thread", async () => {
  const clock = Clock.create();
  const abort = Abort.create();
  const buffer = new SharedArrayBuffer(WORKERS * LINE_BYTES);
  const configs = Array.from({ length: WORKERS }, (_, worker): ClockConfig => ({
    clock: clock.handle(),
    abort: abort.handle(),
    words: new Int32Array(buffer, worker * LINE_BYTES, LINE_BYTES / Int32Array.BYTES_PER_ELEMENT),
    doubles: new Float64Array(buffer, worker * LINE_BYTES, LINE_BYTES / Float64Array.BYTES_PER_ELEMENT),
  }));
  const medians: number[] = [];

  const results = await runCrew<ClockConfig, boolean>(spawn, configs, {
    abort,
    words: new Int32Array(buffer),
    meanwhile: async () => {
      // One worker after the other, so that the answers come at once even from two cores.
      for (const config of configs) {
        Atomics.store(config.words, REQUEST, 1);
        await until(() => Atomics.load(config.words, ANSWER) === 1);
        const differences = Array.from({ length: TRIES - 1 }, (_, i) => differenceMs(config, clock, i + 2));
        medians.push(median(differences));
      }
    },
  });

  for (const difference of medians) assertLess(Math.abs(difference), DIFFERENCE_MS_MAX);
  assertEquals(results, Array(WORKERS).fill(true));
});

Deno.test("Clock.nowMs() counts from the clock's creation and never goes back", () => {
  const clock = Clock.create();
  const attached = Clock.attach(structuredClone(clock.handle()));
  const startMs = performance.now();
  let beforeMs = clock.nowMs();
  assertGreaterOrEqual(beforeMs, 0);
  for (let i = 0; i < 1_000; i++) {
    const nowMs = (i % 2 === 0 ? clock : attached).nowMs();
    assert(nowMs >= beforeMs);
    beforeMs = nowMs;
  }
  const elapsedMs = performance.now() - startMs;
  assertLess(beforeMs - elapsedMs, 1_000);
});
