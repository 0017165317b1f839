/**
 * Tests of the exposure sampler, with a gauge and a time set by hand.
 *
 * @module
 */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { FakeTime } from "./fake_time.ts";
import type { Exposure, ExposureGauge, GaugedCrash } from "../../lib/persist/exposure.ts";
import { ExposureSampler } from "../../lib/run/exposure_sampler.ts";

const PERIOD_MS = 10;

/** A gauge that shows what it is set to. */
class HandGauge {
  shown: Exposure = { writes: 0, ageMs: 0, worstShard: 0, worstShardWrites: 0 };
  readonly reads: GaugedCrash[] = [];

  read(crash: GaugedCrash, out: Exposure): void {
    this.reads.push(crash);
    Object.assign(out, this.shown);
  }

  asGauge(): ExposureGauge {
    return this as unknown as ExposureGauge;
  }
}

Deno.test("ExposureSampler weighs what it reads by how long it lasted", async () => {
  using time = new FakeTime();
  const gauge = new HandGauge();
  const sampler = new ExposureSampler(gauge.asGauge(), "processCrash");
  gauge.shown = { writes: 100, ageMs: 5, worstShard: 3, worstShardWrites: 60 };
  sampler.start();
  for (let i = 0; i < 8; i++) time.pass(PERIOD_MS);
  gauge.shown = { writes: 0, ageMs: 0, worstShard: 0, worstShardWrites: 0 };
  for (let i = 0; i < 2; i++) time.pass(PERIOD_MS);
  sampler.stop();

  // The sample of the change itself is taken at the end of the ninth period.
  const { writes, ageMs, worstShard, worstShardWrites } = await sampler.summary({ ageMsMin: 0 });
  assertAlmostEquals(writes.mean, 90, 1e-6);
  assertAlmostEquals(writes.p50, 100, 1);
  assertEquals(writes.max, 100);
  assertAlmostEquals(ageMs.mean, 4.5, 1e-6);
  assertEquals([worstShard, worstShardWrites], [3, 60]);
  assertEquals(new Set(gauge.reads), new Set(["processCrash"]));
});

Deno.test("ExposureSampler keeps the worst shard of all time", async () => {
  using time = new FakeTime();
  const gauge = new HandGauge();
  const sampler = new ExposureSampler(gauge.asGauge(), "powerLoss");
  for (const [worstShard, worstShardWrites] of [[1, 5], [2, 50], [3, 7]] as const) {
    gauge.shown = { writes: 100, ageMs: 1, worstShard, worstShardWrites };
    if (worstShard === 1) sampler.start();
    else time.pass(PERIOD_MS);
  }
  sampler.stop();
  const { worstShard, worstShardWrites } = await sampler.summary({ ageMsMin: 0 });
  assertEquals([worstShard, worstShardWrites], [2, 50]);
  assertEquals(new Set(gauge.reads), new Set(["powerLoss"]));
});

Deno.test("ExposureSampler reads no more after its stop, and nothing took no time", async () => {
  using time = new FakeTime();
  const gauge = new HandGauge();
  const sampler = new ExposureSampler(gauge.asGauge(), "processCrash");
  sampler.start();
  sampler.stop();
  const reads = gauge.reads.length;
  time.pass(10 * PERIOD_MS);
  assertEquals(gauge.reads.length, reads);
  assertEquals((await sampler.summary({ ageMsMin: 0 })).writes, { mean: 0, p50: 0, p99: 0, max: 0 });
});

Deno.test("ExposureSampler counts a standstill for as long as it lasted, with an age that grew all the while", async () => {
  using time = new FakeTime();
  const gauge = new HandGauge();
  const sampler = new ExposureSampler(gauge.asGauge(), "processCrash");
  gauge.shown = { writes: 10, ageMs: 0, worstShard: 0, worstShardWrites: 10 };
  sampler.start();
  // The process stands still for 3 s: no timer fires, and then the oldest write is 3 s old.
  gauge.shown = { writes: 10, ageMs: 3_000, worstShard: 0, worstShardWrites: 10 };
  time.standStill(3_000);
  gauge.shown = { writes: 0, ageMs: 0, worstShard: 0, worstShardWrites: 0 };
  for (let i = 0; i < 100; i++) time.pass(PERIOD_MS);
  sampler.stop();
  const { writes, ageMs } = await sampler.summary({ ageMsMin: 0 });
  assertAlmostEquals(writes.mean, 10 * 3_010 / 4_000, 0.1);
  assertAlmostEquals(ageMs.mean, (3_000 * 1_500 + 10 * 3_000) / 4_000, 20);
  assertEquals(ageMs.max, 3_000);
});

Deno.test("ExposureSampler says no less than a write is known to have been at risk, though it read nothing", async () => {
  using time = new FakeTime();
  const gauge = new HandGauge();
  const sampler = new ExposureSampler(gauge.asGauge(), "processCrash");
  sampler.start();
  for (let i = 0; i < 3; i++) time.pass(PERIOD_MS);
  sampler.stop();
  const { writes, ageMs } = await sampler.summary({ ageMsMin: 115 });
  assertEquals([writes.max, ageMs.max], [1, 115]);
  assertEquals([writes.p99, ageMs.p99], [0, 0]);
});
