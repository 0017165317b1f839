/**
 * Room of the exposure sampler: the gauges over the time of a run.
 *
 * @module
 */
import type { Exposure, ExposureGauge } from "../persist/exposure.ts";
import { createTimeHistogram, type Histogram, recordTime } from "../persist/time_histogram.ts";

/** How a quantity was spread over time. */
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
  /** The shard that at any time had most writes at risk, and how many. */
  readonly worstShard: number;
  readonly worstShardWrites: number;
}

const SAMPLE_PERIOD_MS = 10;
/** Reading the gauges takes at most one part in so many of the time. */
const READING_SHARE = 200;

/** Samples one gauge from its start to its stop; each sample counts for the time until the next. */
export class ExposureSampler {
  readonly #read: (out: Exposure) => void;
  readonly #writes = new WeightedDistribution();
  readonly #ageMs = new WeightedDistribution();
  readonly #sample: Exposure = { writes: 0, ageMs: 0, worstShard: 0, worstShardWrites: 0 };
  #worstShard = 0;
  #worstShardWrites = 0;
  #sampledAtMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(gauge: ExposureGauge, crash: "process-crash" | "power-loss") {
    this.#read = crash === "process-crash" ? (out) => gauge.readProcessCrash(out) : (out) => gauge.readPowerLoss(out);
  }

  start(): void {
    this.#sampledAtMs = performance.now();
    this.#takeSample();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#countSample(performance.now());
  }

  get summary(): ExposureSummary {
    return {
      writes: this.#writes.summary,
      ageMs: this.#ageMs.summary,
      worstShard: this.#worstShard,
      worstShardWrites: this.#worstShardWrites,
    };
  }

  #takeSample(): void {
    const startedAtMs = performance.now();
    this.#countSample(startedAtMs);
    this.#read(this.#sample);
    if (this.#sample.worstShardWrites > this.#worstShardWrites) {
      this.#worstShard = this.#sample.worstShard;
      this.#worstShardWrites = this.#sample.worstShardWrites;
    }
    const tookMs = performance.now() - startedAtMs;
    this.#timer = setTimeout(() => this.#takeSample(), Math.max(SAMPLE_PERIOD_MS, tookMs * READING_SHARE));
  }

  /** Counts the sample before for the time since. */
  #countSample(nowMs: number): void {
    this.#writes.add(this.#sample.writes, nowMs - this.#sampledAtMs);
    this.#ageMs.add(this.#sample.ageMs, nowMs - this.#sampledAtMs);
    this.#sampledAtMs = nowMs;
  }
}

/** Values, each with the time that it lasted. */
class WeightedDistribution {
  /** Of thousandths of the values. */
  readonly #histogram: Histogram = createTimeHistogram();
  #sum = 0;
  #weight = 0;
  #max = 0;

  add(value: number, durationMs: number): void {
    this.#sum += value * durationMs;
    this.#weight += durationMs;
    this.#max = Math.max(this.#max, value);
    recordTime(this.#histogram, value, Math.round(durationMs * 1000));
  }

  get summary(): Distribution {
    return {
      mean: this.#weight === 0 ? 0 : this.#sum / this.#weight,
      p50: this.#percentile(50),
      p99: this.#percentile(99),
      max: this.#max,
    };
  }

  #percentile(percent: number): number {
    return Math.min(this.#max, this.#histogram.getValueAtPercentile(percent) / 1000);
  }
}
