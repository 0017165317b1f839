/**
 * Room of the exposure sampler: the gauges over the time of a run.
 *
 * @module
 */
import type { Exposure, ExposureGauge } from "../persist/exposure.ts";
import { type BucketCounts, countValue, createBuckets } from "../metrics/histogram.ts";
import { summarize } from "../metrics/summaries.ts";

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
  readonly #ageMs = new WeightedDistribution({ step: 1e-6 });
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

  async summary(): Promise<ExposureSummary> {
    return {
      writes: await this.#writes.summary(),
      ageMs: await this.#ageMs.summary(),
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
  /** In steps; weighed by microseconds. */
  readonly #counts: BucketCounts = createBuckets();
  readonly #step: number;
  #sum = 0;
  #weight = 0;
  #max = 0;

  /** @param options values are told apart by at least this `step` */
  constructor({ step }: { step: number } = { step: 1 }) {
    this.#step = step;
  }

  add(value: number, durationMs: number): void {
    this.#sum += value * durationMs;
    this.#weight += durationMs;
    this.#max = Math.max(this.#max, value);
    countValue(this.#counts, value / this.#step, Math.max(0, Math.round(durationMs * 1000)));
  }

  async summary(): Promise<Distribution> {
    const summary = await summarize({ counts: [this.#counts] });
    const shown = (steps = 0) => Math.min(this.#max, steps * this.#step);
    return {
      mean: this.#weight === 0 ? 0 : this.#sum / this.#weight,
      p50: shown(summary?.p50),
      p99: shown(summary?.p99),
      max: this.#max,
    };
  }
}
