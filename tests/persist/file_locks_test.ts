/**
 * Tests of the file locks: whoever waits for a turn sleeps through no change that came after it looked.
 *
 * @module
 */
import { assertEquals, assertLess, assertThrows } from "@std/assert";
import { FileLocks } from "../../lib/persist/file_locks.ts";
import { Abort, AbortError } from "../../lib/sync/abort.ts";

const LONG_MS = 10_000;

Deno.test("FileLocks.waitForTurn() returns at once when the lock has been given back since the epoch was read", () => {
  const locks = FileLocks.create(2, Abort.create({ tickMs: LONG_MS }));
  const other = FileLocks.attach(structuredClone(locks.handle()));
  for (const comesFirst of [true, false]) {
    if (!comesFirst) other.lock(1);
    const joined = locks.join(1);
    if (comesFirst) other.lock(1);
    const group = locks.group(1, joined);
    const epoch = locks.epoch(1, group);
    // The other thread is faster than this one's falling asleep.
    other.unlock(1);
    const startedAtMs = performance.now();
    locks.waitForTurn(1, group, epoch);
    assertLess(performance.now() - startedAtMs, LONG_MS / 2);
    locks.leave(1, group);
  }
});

Deno.test("FileLocks.group() tells those whom the turn at hand serves from those who wait for the next", () => {
  const locks = FileLocks.create(1, Abort.create());
  const joinedBefore = locks.join(0);
  locks.lock(0);
  const joinedMeanwhile = locks.join(0);
  const [served, next] = [locks.group(0, joinedBefore), locks.group(0, joinedMeanwhile)];
  assertEquals(served + next, 1);
  const epochs = [locks.epoch(0, served), locks.epoch(0, next)];
  locks.unlock(0);
  assertEquals([locks.epoch(0, served), locks.epoch(0, next)], epochs.map((epoch) => epoch + 1));
  // The next turn serves whom none has served yet.
  locks.lock(0);
  assertEquals(locks.group(0, joinedMeanwhile), next);
});

Deno.test("FileLocks.tryLock() takes a file's lock once, and no other file's", () => {
  const locks = FileLocks.create(2, Abort.create());
  assertEquals([locks.tryLock(0), locks.tryLock(0), locks.tryLock(1)], [true, false, true]);
  locks.unlock(0);
  assertEquals(locks.tryLock(0), true);
});

Deno.test("FileLocks.waitForTurn() throws when the run has failed", () => {
  const abort = Abort.create({ tickMs: 1 });
  const locks = FileLocks.create(1, abort);
  abort.raise();
  assertThrows(() => locks.waitForTurn(0, 0, locks.epoch(0, 0)), AbortError);
});
