/**
 * Tests of the condition variable: no lost wake-up, no more wake-ups than asked for, and waits that end with the run.
 *
 * @module
 */
import { assert, assertEquals, assertFalse, assertLess, assertLessOrEqual, assertThrows } from "@std/assert";
import { Abort, AbortError } from "../../lib/sync/abort.ts";
import { Condition } from "../../lib/sync/condition.ts";
import { lock, tryLock, unlock, UNLOCKED } from "../../lib/sync/mutex.ts";
import {
  CONDITION,
  CONDITION_TEST_WORDS,
  type ConditionConfig,
  type ConditionResult,
  CONSUMED,
  MUTEX,
  PASSED,
  PERMITS,
  PRODUCED,
  RETURNS,
  TURN,
} from "./condition_worker.ts";
import { NO_TICK_MS, runCrew, until } from "./crew.ts";

/** Where a condition counts its waiters, as its layout says. */
const WAITERS = CONDITION + 1;

/** The shared memory of one test. */
class Fixture {
  readonly words = new Int32Array(new SharedArrayBuffer(CONDITION_TEST_WORDS * Int32Array.BYTES_PER_ELEMENT));
  readonly abort: Abort;
  readonly condition: Condition;

  constructor(tickMs = NO_TICK_MS) {
    this.abort = Abort.create({ tickMs });
    this.condition = new Condition(this.words, { index: CONDITION, mutex: MUTEX, abort: this.abort });
  }

  configs(kind: ConditionConfig["kind"], workers: number, turns: number): ConditionConfig[] {
    const { words, abort } = this;
    return Array.from({ length: workers }, (_, worker) => {
      return { words, abort: abort.handle(), kind, worker, workers, turns };
    });
  }

  run(configs: ConditionConfig[], meanwhile = () => Promise.resolve()): Promise<ConditionResult[]> {
    const { words, abort } = this;
    return runCrew<ConditionConfig, ConditionResult>(spawn, configs, { abort, words, meanwhile });
  }

  /** Until this many workers wait, or are so close to it that only a wake-up lets them go on. */
  async untilWaiting(count: number): Promise<void> {
    await until(() => Atomics.load(this.words, WAITERS) === count);
  }

  /** Lets some workers pass, who must still be notified. */
  permit(count: number): void {
    lock(this.words, MUTEX, this.abort);
    this.words[PERMITS] = count;
    unlock(this.words, MUTEX);
  }

  async untilPassed(count: number): Promise<void> {
    await until(() => Atomics.load(this.words, PASSED) === count);
  }
}

function spawn(): Worker {
  return new Worker(new URL("./condition_worker.ts", import.meta.url), { type: "module" });
}

for (const workers of [1, 2, 4, 8]) {
  Deno.test(`Condition.notifyOne() loses no turn when ${workers} workers take turns, each waiting for their own`, async () => {
    const fixture = new Fixture();
    const turns = 1_600 / workers;
    await fixture.run(fixture.configs("ring", workers, turns));
    assertEquals(fixture.words[TURN], workers * turns);
    assertEquals(fixture.words[MUTEX], UNLOCKED);
  });

  Deno.test(`Condition.notifyAll() loses no turn when ${workers} workers take turns, all waiting for the same`, async () => {
    const fixture = new Fixture();
    const turns = 800 / workers;
    await fixture.run(fixture.configs("crowd", workers, turns));
    assertEquals(fixture.words[TURN], workers * turns);
    assertEquals(fixture.words[MUTEX], UNLOCKED);
    assertEquals(fixture.words[WAITERS], 0);
  });
}

for (const pairs of [1, 2, 4]) {
  Deno.test(`Condition.notifyOne() hands every value over when ${pairs} producers feed ${pairs} consumers`, async () => {
    const fixture = new Fixture();
    const turns = 4_000 / pairs;
    const results = await fixture.run([
      ...fixture.configs("produce", pairs, turns),
      ...fixture.configs("consume", pairs, turns),
    ]);
    const sums = results.map(({ sum }) => sum);
    const produced = sums.slice(0, pairs).reduce((total, sum) => total + sum, 0);
    const consumed = sums.slice(pairs).reduce((total, sum) => total + sum, 0);
    assertEquals(produced, pairs * turns * (turns - 1) / 2);
    assertEquals(consumed, produced);
    assertEquals([fixture.words[PRODUCED], fixture.words[CONSUMED]], [pairs * turns, pairs * turns]);
    assertEquals(fixture.words[WAITERS], 0);
  });
}

Deno.test("Condition.notifyOne() wakes no crowd for one permit", async () => {
  const fixture = new Fixture();
  const workers = 8;
  const turns = 5;
  const permits = workers * turns;
  await fixture.run(fixture.configs("pass", workers, turns), async () => {
    for (let passed = 0; passed < permits; passed++) {
      // Those who have taken all their turns are gone, so that towards the end fewer than all may wait.
      await until(() => passed > permits - workers * 2 || Atomics.load(fixture.words, WAITERS) > workers / 2);
      fixture.permit(1);
      fixture.condition.notifyOne();
      await fixture.untilPassed(passed + 1);
    }
  });
  // One return for each permit, and few for those who were about to sleep when another was notified.
  assertLessOrEqual(fixture.words[RETURNS]!, 2 * permits);
});

Deno.test("Condition.notifyAll() wakes everyone who waits", async () => {
  const fixture = new Fixture();
  const workers = 8;
  await fixture.run(fixture.configs("pass", workers, 1), async () => {
    await fixture.untilWaiting(workers);
    fixture.permit(workers);
    fixture.condition.notifyAll();
    await fixture.untilPassed(workers);
  });
  assertEquals(fixture.words[PERMITS], 0);
});

Deno.test("Condition.notifyOne() and notifyAll() do no harm when the predicate is false", async () => {
  const fixture = new Fixture();
  const workers = 4;
  await fixture.run(fixture.configs("pass", workers, 1), async () => {
    for (let i = 0; i < 20; i++) {
      await fixture.untilWaiting(workers);
      if (i % 2 === 0) fixture.condition.notifyAll();
      else fixture.condition.notifyOne();
    }
    await fixture.untilWaiting(workers);
    assertEquals(fixture.words[PASSED], 0);
    fixture.permit(workers);
    fixture.condition.notifyAll();
  });
  assertEquals(fixture.words[PASSED], workers);
});

Deno.test("Condition.notifyOne() and notifyAll() do nothing when nobody waits", () => {
  const { words, condition } = new Fixture();
  const before = [...words];
  condition.notifyOne();
  condition.notifyAll();
  assertEquals([...words], before);
});

Deno.test("Condition.wait() returns with the mutex after a tick when nobody notifies", () => {
  const { words, condition, abort } = new Fixture(5);
  lock(words, MUTEX, abort);
  condition.wait();
  assertFalse(tryLock(words, MUTEX));
  unlock(words, MUTEX);
  assertEquals(words[WAITERS], 0);
});

Deno.test("Condition.wait() throws AbortError, without the mutex, when the run has failed", () => {
  const { words, condition, abort } = new Fixture(5);
  lock(words, MUTEX, abort);
  abort.raise();
  assertThrows(() => condition.wait(), AbortError);
  assert(tryLock(words, MUTEX));
  assertEquals(words[WAITERS], 0);
});

Deno.test("Condition.wait() throws AbortError in every waiter when the run fails", async () => {
  const fixture = new Fixture(20);
  const workers = 4;
  let raisedMs = NaN;
  const results = await fixture.run(fixture.configs("pass", workers, 1), async () => {
    await fixture.untilWaiting(workers);
    fixture.abort.raise();
    raisedMs = performance.now();
  });
  assertEquals(results.map(({ aborted }) => aborted), Array(workers).fill(true));
  assertLess(performance.now() - raisedMs, 5_000);
  assert(tryLock(fixture.words, MUTEX));
  assertEquals(fixture.words[WAITERS], 0);
});
