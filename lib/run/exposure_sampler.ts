/**
 * Samples the gauges over the time of a run.
 *
 * @module
 */
import type { Exposure, ExposureGauge, GaugedCrash } from "../persist/exposure.ts";
import { type BucketCounts, countValue, createBuckets } from "../metrics/histogram.ts";
import { summarize } from "../metrics/summaries.ts";

/** How a quantity was distributed over time. */
export interface Distribution {
  readonly mean: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** What one kind of crash would have lost, over the time of a run. */
export interface ExposureSummary {
  readonly writes: Distribution;
  /** Age of the oldest write at risk, in milliseconds. */
  readonly ageMs: Distribution;
  /** The shard with the most writes at risk at any one time, and how many. */
  readonly worstShard: number;
  readonly worstShardWrites: number;
}

const SAMPLE_PERIOD_MS = 10;
/** Reading the gauges takes at most one part in this many of the time. */
const READING_SHARE = 200;

/** The time between two readings is split into this many steps; the age counts as its value at the middle of each. */
const AGE_STEPS = 8;

/** Samples one gauge from start to stop. Each sample counts for the time until the next. */
export class ExposureSampler {
  readonly #read: (out: Exposure) => void;
  readonly #writes = new WeightedDistribution();
  readonly #ageMs = new WeightedDistribution({ step: 1e-6 });
  readonly #sample: Exposure = { writes: 0, ageMs: 0, worstShard: 0, worstShardWrites: 0 };
  #worstShard = 0;
  #worstShardWrites = 0;
  #sampledAtMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(gauge: ExposureGauge, crash: GaugedCrash) {
    this.#read = (out) => gauge.read(crash, out);
  }

  start(): void {
    this.#sampledAtMs = performance.now();
    this.#read(this.#sample);
    this.#takeSample();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#countUntil(performance.now());
  }

  /**
   * What was sampled. What is at risk for a short time may fall between two readings, on a busy machine all of it, so
   * the greatest age is at least that of a write of which is known that it was at risk for so long.
   */
  summary({ ageMsMin }: { ageMsMin: number }): ExposureSummary {
    const [writes, ageMs] = [this.#writes.summary(), this.#ageMs.summary()];
    return {
      writes: { ...writes, max: Math.max(writes.max, ageMsMin > 0 ? 1 : 0) },
      ageMs: { ...ageMs, max: Math.max(ageMs.max, ageMsMin) },
      worstShard: this.#worstShard,
      worstShardWrites: this.#worstShardWrites,
    };
  }

  #takeSample(): void {
    const startedAtMs = performance.now();
    this.#countUntil(startedAtMs);
    if (this.#sample.worstShardWrites > this.#worstShardWrites) {
      this.#worstShard = this.#sample.worstShard;
      this.#worstShardWrites = this.#sample.worstShardWrites;
    }
    const tookMs = performance.now() - startedAtMs;
    this.#timer = setTimeout(() => this.#takeSample(), Math.max(SAMPLE_PERIOD_MS, tookMs * READING_SHARE));
  }

  /**
   * Reads the gauge and accounts for the time since the previous reading: with the number of writes it found then, and
   * with an age that has been growing throughout if the oldest write was already there, as when nothing moves.
   */
  #countUntil(nowMs: number): void {
    const gapMs = nowMs - this.#sampledAtMs;
    const { writes, ageMs } = this.#sample;
    this.#writes.add(writes, gapMs);
    this.#read(this.#sample);
    this.#sampledAtMs = nowMs;
    const grownFromMs = this.#sample.ageMs - gapMs;
    for (let step = 0; step < AGE_STEPS; step++) {
      const age = grownFromMs >= 0 ? grownFromMs + gapMs * (step + 0.5) / AGE_STEPS : ageMs;
      this.#ageMs.add(age, gapMs / AGE_STEPS);
    }
    this.#writes.add(this.#sample.writes, 0);
    this.#ageMs.add(this.#sample.ageMs, 0);
  }
}

/** A distribution of values weighted by how long each lasted. */
class WeightedDistribution {
  /** By value in steps, weighted by microseconds. */
  readonly #counts: BucketCounts = createBuckets();
  readonly #step: number;
  #sum = 0;
  #weight = 0;
  #max = 0;

  /** @param options values at least `step` apart can be told apart */
  constructor({ step }: { step: number } = { step: 1 }) {
    this.#step = step;
  }

  add(value: number, durationMs: number): void {
    this.#sum += value * durationMs;
    this.#weight += durationMs;
    this.#max = Math.max(this.#max, value);
    countValue(this.#counts, value / this.#step, Math.max(0, Math.round(durationMs * 1000)));
  }

  summary(): Distribution {
    const summary = summarize([this.#counts]);
    const shown = (steps = 0) => Math.min(this.#max, steps * this.#step);
    return {
      mean: this.#weight === 0 ? 0 : this.#sum / this.#weight,
      p50: shown(summary?.p50),
      p99: shown(summary?.p99),
      max: this.#max,
    };
  }
}
