/**
 * Tests of the series, with a meter, gauges and a time set by hand.
 *
 * @module
 */
import { Rng } from "../../lib/load/rng.ts";
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { HITS, LoadMeter } from "../../lib/load/load_meter.ts";
import { READ, READ_MODIFY_WRITE, UPDATE } from "../../lib/load/operation.ts";
import type { FileReadings } from "../../lib/run/file_run.ts";
import { SeriesRecorder } from "../../lib/run/series.ts";
import { NO_WRITES } from "../../lib/persist/write_meter.ts";
import { FakeTime } from "./fake_time.ts";

const INTERVAL_MS = 100;

function readings(values: Partial<FileReadings> = {}): FileReadings {
  const processCrash = { writes: 0, ageMs: 0, worstShard: 0, worstShardWrites: 0 };
  return { ...NO_WRITES, processCrash, ...values };
}

Deno.test("SeriesRecorder has a row for each interval, of what all threads did in it", () => {
  const meter = LoadMeter.create(2);
  const [one, other] = meter.threads;
  // What was there before the load, such as a preload, does not count.
  one!.counts[UPDATE] = 1_000;
  one!.countLatency(UPDATE, 500);
  const recorder = new SeriesRecorder({ meter, intervalMs: INTERVAL_MS, latencies: true });
  using time = new FakeTime();
  recorder.start();
  one!.counts[READ]! += 5;
  one!.counts[HITS]! += 2;
  other!.counts[UPDATE]! += 10;
  for (let i = 0; i < 10; i++) other!.countLatency(UPDATE, 2);
  time.pass(INTERVAL_MS);
  other!.counts[READ_MODIFY_WRITE]! += 4;
  for (let i = 0; i < 4; i++) other!.countLatency(READ_MODIFY_WRITE, 8);
  time.pass(2 * INTERVAL_MS);
  recorder.stop();
  recorder.finish();

  const rows = recorder.rows;
  assertEquals(rows.map(({ endMs }) => endMs), [100, 200, 300]);
  assertEquals(rows.map(({ durationMs }) => durationMs), [100, 100, 100]);
  assertEquals(rows.map(({ ops, reads, writes }) => [ops, reads, writes]), [[15, 5, 10], [4, 4, 4], [0, 0, 0]]);
  assertEquals(rows.map(({ opsPerSec }) => opsPerSec), [150, 40, 0]);
  assertEquals(rows.map(({ latency }) => latency?.count), [10, 4, undefined]);
  assertAlmostEquals(rows[0]!.latency!.maxMs, 2, 0.002);
  assertAlmostEquals(rows[1]!.latency!.minMs, 8, 0.008);
  assert(rows.every(({ file }) => file === undefined));
});

Deno.test("SeriesRecorder gives what is left at the end the last row, with all that was counted until then", () => {
  for (const lastMs of [50, 0.001]) {
    const meter = LoadMeter.create(1);
    const { counts } = meter.threads[0]!;
    const recorder = new SeriesRecorder({ meter, intervalMs: INTERVAL_MS, latencies: false });
    using time = new FakeTime();
    recorder.start();
    time.pass(INTERVAL_MS + lastMs);
    counts[READ] = 10;
    recorder.stop();
    // A thread finishes its operation.
    time.pass(1);
    counts[READ] = 11;
    recorder.finish();
    assertEquals(recorder.rows.map(({ ops }) => ops), [0, 11]);
    assertAlmostEquals(recorder.rows[1]!.endMs, INTERVAL_MS + lastMs, 1e-6);
    time.pass(10 * INTERVAL_MS);
    assertEquals(recorder.rows.length, 2, "nothing is recorded after the stop");
  }
});

Deno.test("SeriesRecorder has rows at multiples of the interval that sum to the totals, however wrong the timer goes", () => {
  const rng = new Rng(7);
  for (let round = 0; round < 200; round++) {
    const meter = LoadMeter.create(1);
    const { counts } = meter.threads[0]!;
    let bytesWritten = 0;
    const readFiles = () => readings({ bytesWritten });
    const recorder = new SeriesRecorder({ meter, intervalMs: INTERVAL_MS, latencies: false, readFiles });
    // Fires up to a millisecond early, or up to three intervals late.
    using time = new FakeTime((delayMs) => {
      const kind = rng.below(4);
      const wrongMs = kind === 0 ? 3 * rng.below(100_000) / 1000 : kind === 1 ? -rng.below(1000) / 1000 : 0;
      return Math.max(0.01, delayMs + wrongMs);
    });
    recorder.start();
    for (let step = 0; step < 50; step++) {
      time.pass(rng.below(40_000) / 1000);
      counts[READ]! += rng.below(100);
      counts[UPDATE]! += rng.below(100);
      bytesWritten += rng.below(1000);
    }
    recorder.stop();
    counts[UPDATE]! += 5;
    bytesWritten += 77;
    recorder.finish();
    const { rows } = recorder;
    const sum = (of: (row: typeof rows[number]) => number) => rows.reduce((total, row) => total + of(row), 0);
    assertEquals(
      [sum(({ reads }) => reads), sum(({ writes }) => writes), sum(({ file }) => file!.bytesWritten)],
      [counts[READ]!, counts[UPDATE]!, bytesWritten],
    );
    for (const [index, { endMs, durationMs }] of rows.slice(0, -1).entries()) {
      assertAlmostEquals(endMs / INTERVAL_MS, Math.round(endMs / INTERVAL_MS), 1e-9);
      assert(durationMs >= INTERVAL_MS - 1e-6, `row ${index} of ${durationMs} ms`);
    }
  }
});

Deno.test("SeriesRecorder has the gauges of an interval's end, and what was written in it", () => {
  const meter = LoadMeter.create(1);
  let now = readings({ snapshotsWritten: 50, bytesWritten: 5_000 });
  const recorder = new SeriesRecorder({
    meter,
    intervalMs: INTERVAL_MS,
    latencies: false,
    readFiles: () => now,
  });
  using time = new FakeTime();
  recorder.start();
  const processCrash = { writes: 9, ageMs: 4, worstShard: 1, worstShardWrites: 9 };
  now = readings({ snapshotsWritten: 60, bytesWritten: 5_700, processCrash, queued: 3 });
  time.pass(INTERVAL_MS);
  const powerLoss = { writes: 20, ageMs: 8, worstShard: 1, worstShardWrites: 9 };
  now = readings({ snapshotsWritten: 61, bytesWritten: 5_701, powerLoss });
  time.pass(INTERVAL_MS);
  recorder.stop();
  assertEquals(recorder.rows.map(({ file }) => file), [
    { processCrashWrites: 9, processCrashAgeMs: 4, queued: 3, snapshotsWritten: 10, bytesWritten: 700 },
    {
      processCrashWrites: 0,
      processCrashAgeMs: 0,
      powerLossWrites: 20,
      powerLossAgeMs: 8,
      snapshotsWritten: 1,
      bytesWritten: 1,
    },
  ]);
});
