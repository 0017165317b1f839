/**
 * Tests of the write meter: writers count apart, and everyone sees the sums.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { hdrOf } from "../../lib/metrics/hdr.ts";
import { WriteMeter } from "../../lib/persist/write_meter.ts";

Deno.test("WriteMeter adds up what its writers have counted, for whoever attaches", () => {
  const meter = WriteMeter.create(2);
  const [file, load] = [meter.writer(0), WriteMeter.attach(structuredClone(meter.handle())).writer(1)];
  file.countWritten(100);
  file.countWritten(20);
  file.countSuperseded(5);
  file.countTimeToPersist(3);
  load.countWritten(7);
  assertEquals(meter.totals, { snapshotsWritten: 3, snapshotsSuperseded: 5, bytesWritten: 127 });
  assertEquals([file.snapshotsWritten, file.bytesWritten], [2, 120]);
  assertEquals([load.snapshotsWritten, load.bytesWritten], [1, 7]);
  assertEquals(meter.timesToPersist.map((counts) => hdrOf([counts]).totalCount), [1, 0]);
});
