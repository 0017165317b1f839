/**
 * The histogram files: the distributions of latencies in the forms that HdrHistogram's tools read.
 *
 * @module
 */
import { type Histogram, HistogramLogWriter } from "hdr-histogram-js";

/** Latencies of one kind of operation, in nanoseconds. */
export interface NamedHistogram {
  /** Without commas, spaces and line ends. */
  readonly name: string;
  readonly histogram: Histogram;
}

/** From when to when the latencies were measured, in milliseconds since the epoch. */
export interface HistogramInterval {
  readonly startMs: number;
  readonly endMs: number;
}

const NS_PER_US = 1e3;
const NS_PER_MS = 1e6;
const MS_PER_SEC = 1e3;

/** How finely HdrHistogram's tools divide each half of the distance to 100%. */
const TICKS_PER_HALF_DISTANCE = 5;

/** The percentiles of one histogram in microseconds, as HdrHistogram's plotter reads them from a `.hgrm` file. */
export function hgrmText(histogram: Histogram): string {
  return histogram.outputPercentileDistribution(TICKS_PER_HALF_DISTANCE, NS_PER_US);
}

/**
 * All histograms whole, as HdrHistogram's log readers read them from a `.hlog` file of format 1.3: an interval each,
 * tagged with its name. Times of intervals are in seconds since the start, which a comment gives; values are in
 * nanoseconds, and the greatest in milliseconds, as the format has it.
 */
export function hlogText(histograms: readonly NamedHistogram[], { startMs, endMs }: HistogramInterval): string {
  let text = "";
  const writer = new HistogramLogWriter((piece) => text += piece);
  writer.outputLogFormatVersion();
  // The writer's own line of the start time is in local time, and has an empty line after it.
  const start = new Date(Math.round(startMs));
  writer.outputComment(
    `[StartTime: ${(start.getTime() / MS_PER_SEC).toFixed(3)} (seconds since epoch), ${start.toISOString()}]`,
  );
  writer.outputLegend();
  for (const { name, histogram } of histograms) {
    const { tag } = histogram;
    histogram.tag = name;
    try {
      writer.outputIntervalHistogram(histogram, 0, (endMs - startMs) / MS_PER_SEC, NS_PER_MS);
    } finally {
      histogram.tag = tag;
    }
  }
  return text;
}
