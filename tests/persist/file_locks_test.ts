/**
 * Tests of the file locks: whoever waits for an epoch sees each change that came after it read it.
 *
 * @module
 */
import { assertEquals, assertLess, assertThrows } from "@std/assert";
import { FileLocks } from "../../lib/persist/file_locks.ts";
import { Abort, AbortError } from "../../lib/sync/abort.ts";

const LONG_MS = 10_000;

Deno.test("FileLocks.waitForEpochAfter() returns at once when the lock has been given back since the epoch was read", () => {
  const locks = FileLocks.create(2, Abort.create({ tickMs: LONG_MS }));
  const other = FileLocks.attach(structuredClone(locks.handle()));
  const epoch = locks.epoch(1);
  // The other thread was faster than this one's counting itself among those who wait.
  other.lock(1);
  other.unlock(1);
  const startedAtMs = performance.now();
  locks.waitForEpochAfter(1, epoch);
  assertLess(performance.now() - startedAtMs, LONG_MS / 2);
});

Deno.test("FileLocks.tryLock() takes a file's lock once, and no other file's", () => {
  const locks = FileLocks.create(2, Abort.create());
  assertEquals([locks.tryLock(0), locks.tryLock(0), locks.tryLock(1)], [true, false, true]);
  locks.unlock(0);
  assertEquals(locks.tryLock(0), true);
});

Deno.test("FileLocks.waitForEpochAfter() throws when the run has failed", () => {
  const abort = Abort.create({ tickMs: 1 });
  const locks = FileLocks.create(1, abort);
  abort.raise();
  assertThrows(() => locks.waitForEpochAfter(0, locks.epoch(0)), AbortError);
});
