/**
 * Tests of the write meter: writers count apart, and everyone sees the sums.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { summarize } from "../../lib/metrics/summaries.ts";
import { WriteMeter } from "../../lib/persist/write_meter.ts";

Deno.test("WriteMeter adds up what its writers have counted, for whoever attaches", () => {
  const meter = WriteMeter.create(2);
  const [file, load] = [meter.writer(0), WriteMeter.attach(structuredClone(meter.handle())).writer(1)];
  file.countSnapshot(100);
  file.countSnapshot(20);
  file.countSuperseded(5);
  file.countBlocks(2, 30);
  load.countRecords(4, 50);
  load.countBytes(8);
  file.countCheckpoint();
  load.countSync();
  file.countTimeToPersist(3);
  load.countSnapshot(7);
  assertEquals(meter.totals, {
    snapshotsWritten: 3,
    snapshotsSuperseded: 5,
    blocksWritten: 2,
    recordsWritten: 4,
    checkpoints: 1,
    syncs: 1,
    bytesWritten: 215,
  });
  assertEquals([file.snapshotsWritten, file.bytesWritten], [2, 150]);
  assertEquals([load.snapshotsWritten, load.bytesWritten], [1, 65]);
  assertEquals(meter.timesToPersist.map((counts) => summarize([counts])?.count ?? 0), [1, 0]);
});
