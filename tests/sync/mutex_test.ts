/**
 * Tests of the mutex: only one holder at a time, no lost wake-up, and waits that end with the run.
 *
 * @module
 */
import { assert, assertEquals, assertFalse, assertLess } from "@std/assert";
import { Abort } from "../../lib/sync/abort.ts";
import { CONTENDED, lock, LOCKED, tryLock, unlock, UNLOCKED } from "../../lib/sync/mutex.ts";
import { NO_TICK_MS, runCrew, until } from "./crew.ts";
import { COUNTERS, MUTEX, MUTEX_TEST_WORDS, type MutexConfig, type MutexResult } from "./mutex_worker.ts";

function newWords(count: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT));
}

function spawn(): Worker {
  return new Worker(new URL("./mutex_worker.ts", import.meta.url), { type: "module" });
}

for (const workers of [1, 2, 4, 8]) {
  Deno.test(`lock() lets one at a time in when ${workers} workers count together`, async () => {
    const words = newWords(MUTEX_TEST_WORDS);
    const abort = Abort.create({ tickMs: NO_TICK_MS });
    const amount = { rounds: 25, turns: 2_000, lateRounds: 25, lateTurns: 200 };
    const configs = Array.from({ length: workers }, (_, worker): MutexConfig => {
      return { words, abort: abort.handle(), kind: "count", worker, workers, ...amount };
    });

    const results = await runCrew<MutexConfig, MutexResult>(spawn, configs, { abort, words });

    assertEquals(results.map(({ torn }) => torn), Array(workers).fill(0));
    const total = workers * (amount.rounds * amount.turns + amount.lateRounds * amount.lateTurns);
    assertEquals(COUNTERS.map((counter) => words[counter]), COUNTERS.map(() => total));
    assertEquals(words[MUTEX], UNLOCKED);
  });
}

Deno.test("lock() throws AbortError, without the lock, when the run fails while another thread holds it", async () => {
  const words = newWords(MUTEX_TEST_WORDS);
  const abort = Abort.create({ tickMs: 20 });
  const workers = 3;
  const amount = { rounds: 1, turns: 1, lateRounds: 0, lateTurns: 0 };
  const config: MutexConfig = { words, abort: abort.handle(), kind: "wait", worker: 0, workers, ...amount };
  lock(words, MUTEX, abort);

  let raisedMs = NaN;
  const meanwhile = async () => {
    await until(() => Atomics.load(words, MUTEX) === CONTENDED);
    abort.raise();
    raisedMs = performance.now();
  };
  const results = await runCrew<MutexConfig, MutexResult>(spawn, Array(workers).fill(config), {
    abort,
    words,
    meanwhile,
  });

  assertEquals(results.map(({ aborted }) => aborted), Array(workers).fill(true));
  assertLess(performance.now() - raisedMs, 5_000);
  assertFalse(tryLock(words, MUTEX));
  unlock(words, MUTEX);
  assert(tryLock(words, MUTEX));
});

Deno.test("lock() takes a free lock even when the run has failed", () => {
  const words = newWords(1);
  const abort = Abort.create();
  abort.raise();
  lock(words, 0, abort);
  assertEquals(words[0], LOCKED);
});

Deno.test("tryLock() takes a free lock and refuses a held one, contended or not", () => {
  const words = newWords(3);
  assert(tryLock(words, 1));
  assertEquals([...words], [UNLOCKED, LOCKED, UNLOCKED]);
  assertFalse(tryLock(words, 1));
  assertEquals(words[1], LOCKED);
  words[1] = CONTENDED;
  assertFalse(tryLock(words, 1));
  assertEquals(words[1], CONTENDED);
});

Deno.test("unlock() frees a lock, contended or not, and leaves its neighbours alone", () => {
  for (const state of [LOCKED, CONTENDED]) {
    const words = Int32Array.of(state, state, state);
    const shared = newWords(3);
    shared.set(words);
    unlock(shared, 1);
    assertEquals([...shared], [state, UNLOCKED, state]);
    assert(tryLock(shared, 1));
  }
});
