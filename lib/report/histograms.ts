/**
 * The histogram files: distributions of latencies in the formats of HdrHistogram's tools, by its library.
 *
 * Importing that takes longer than starting a worker, so this module is imported only when there is something to write.
 *
 * @module
 */
import { build, type Histogram, HistogramLogWriter } from "hdr-histogram-js";
import { bucketStart, HISTOGRAM_VALUE_MAX } from "../metrics/histogram.ts";

/** Latencies of one kind of operation, in nanoseconds. */
export interface NamedHistogram {
  /** Without commas, spaces and line ends. */
  readonly name: string;
  readonly histogram: Histogram;
}

/** When the latencies were measured, in milliseconds since the epoch. */
export interface HistogramInterval {
  readonly startMs: number;
  readonly endMs: number;
}

const NS_PER_US = 1e3;
const NS_PER_MS = 1e6;
const MS_PER_SEC = 1e3;

/** How finely HdrHistogram's tools divide each half of the distance to 100%. */
const TICKS_PER_HALF_DISTANCE = 5;

/** Adds up bucket counts, such as those of several threads, in a histogram of the library. */
export function hdrOf(counts: readonly Float64Array[]): Histogram {
  const histogram = build({
    bitBucketSize: 64,
    highestTrackableValue: HISTOGRAM_VALUE_MAX,
    numberOfSignificantValueDigits: 3,
  });
  for (const buckets of counts) {
    for (const [bucket, count] of buckets.entries()) {
      // Recorded as the bucket's greatest number, like HdrHistogram's own percentiles.
      if (count > 0) histogram.recordValueWithCount(bucketStart(bucket + 1) - 1, count);
    }
  }
  return histogram;
}

/** The percentiles of one histogram in microseconds, in the `.hgrm` format of HdrHistogram's plotter. */
export function hgrmText(histogram: Histogram): string {
  return histogram.outputPercentileDistribution(TICKS_PER_HALF_DISTANCE, NS_PER_US);
}

/**
 * All histograms in full, in HdrHistogram's log format 1.3 (`.hlog`): one interval each, tagged with its name. As the
 * format requires, interval times are in seconds since the start, which a comment gives, and the greatest value is in
 * milliseconds; the values themselves are in nanoseconds.
 */
export function hlogText(histograms: readonly NamedHistogram[], { startMs, endMs }: HistogramInterval): string {
  let text = "";
  const writer = new HistogramLogWriter((piece) => text += piece);
  writer.outputLogFormatVersion();
  // The writer's own start-time line is in local time, and has an empty line after it.
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
