/**
 * Tests of the flusher, sweep by sweep: which shards it writes, and in which order.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import { Ledger } from "../../../lib/persist/ledger.ts";
import type { Writer } from "../../../lib/persist/writer.ts";
import { Flusher } from "../../../lib/persist/policy/periodic.ts";
import { Abort, AbortError } from "../../../lib/sync/abort.ts";
import { Clock } from "../../../lib/sync/clock.ts";
import { Doorbell } from "../../../lib/sync/doorbell.ts";
import { DRAINING, Phase, RUNNING } from "../../../lib/sync/phase.ts";

/** Sweeps over a ledger; `onWrite` stands for a shard's writing, and says when it is enough. */
function sweep(
  dirtySinceMs: readonly number[],
  onWrite: (shard: number, parts: { ledger: Ledger; phase: Phase; abort: Abort }) => void,
) {
  const abort = Abort.create();
  const phase = Phase.create();
  const ledger = Ledger.create(dirtySinceMs.length);
  for (const [shard, sinceMs] of dirtySinceMs.entries()) if (sinceMs > 0) ledger.markDirty(shard, sinceMs);
  phase.advance(RUNNING);
  const written: number[] = [];
  const writer = {
    files: dirtySinceMs.length,
    maintain: () => false,
    isBehind: false,
    writeFile(shard: number) {
      written.push(shard);
      ledger.take(shard);
      onWrite(shard, { ledger, phase, abort });
    },
  } as unknown as Writer;
  const shards = dirtySinceMs.length;
  const flusher = new Flusher({
    ledger,
    writer,
    clock: Clock.create(),
    doorbell: Doorbell.create(abort),
    phase,
    shards,
    periodMs: 0.01,
  });
  return { written, run: () => flusher.run() };
}

Deno.test("Flusher.run() writes the dirty shards alone, the one that has been so longest first", () => {
  const { written, run } = sweep([30, 0, 10, 40, 0, 20], (shard, { phase }) => {
    if (shard === 3) phase.advance(DRAINING);
  });
  assertEquals(run().flushes, 1);
  assertEquals(written, [2, 5, 0, 3]);
});

Deno.test("Flusher.run() writes a shard that turns dirty during a sweep in the next one, after older ones", () => {
  let turns = 0;
  const { written, run } = sweep([10, 20, 0], (_, { ledger, phase }) => {
    turns++;
    if (turns === 1) {
      ledger.markDirty(0, 200);
      ledger.markDirty(2, 100);
    }
    if (turns === 4) phase.advance(DRAINING);
  });
  assertEquals(run().flushes, 2);
  assertEquals(written, [0, 1, 2, 0]);
});

Deno.test("Flusher.run() ends with the run's failure", () => {
  const { run } = sweep([10], (_, { abort }) => abort.raise());
  assertThrows(run, AbortError);
});

Deno.test("Flusher.run() counts sweeps that outlast their period", () => {
  const { run } = sweep([10, 20], (shard, { phase }) => {
    const endsAtMs = performance.now() + 2;
    while (performance.now() < endsAtMs);
    if (shard === 1) phase.advance(DRAINING);
  });
  const { flushes, flushOverruns, flushMsMax } = run();
  assertEquals([flushes, flushOverruns, flushMsMax >= 4], [1, 1, true]);
});
