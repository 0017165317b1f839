/**
 * Histogram files: a run's latencies in the formats that HdrHistogram's tools read.
 *
 * @module
 */
import { OPERATION_NAMES } from "../load/operation.ts";
import type { HistogramInterval } from "../report/histograms.ts";
import type { RunResult } from "../run/run_result.ts";

/** The files that a run may write with this prefix. */
export function histogramPaths(prefix: string): string[] {
  return [...OPERATION_NAMES.map((operation) => hgrmPath(prefix, operation)), hlogPath(prefix)];
}

/** A file to write. */
export interface OutputText {
  readonly path: string;
  readonly text: string;
}

/** One file of percentiles for each kind of operation, and one log with all histograms. */
export async function histogramFiles(
  prefix: string,
  result: RunResult,
  interval: HistogramInterval,
): Promise<OutputText[]> {
  // Loaded only when there is something to write, because it takes longer to import than the rest of kvlab.
  const { hdrOf } = await import("../metrics/hdr.ts");
  const { hgrmText, hlogText } = await import("../report/histograms.ts");
  const histograms = result.operations.flatMap(({ operation, latencyCounts }) =>
    latencyCounts === undefined ? [] : [{ name: operation, histogram: hdrOf(latencyCounts) }]
  );
  return [
    ...histograms.map(({ name, histogram }) => ({ path: hgrmPath(prefix, name), text: hgrmText(histogram) })),
    { path: hlogPath(prefix), text: hlogText(histograms, interval) },
  ];
}

function hgrmPath(prefix: string, operation: string): string {
  return `${prefix}-${operation}.hgrm`;
}

function hlogPath(prefix: string): string {
  return `${prefix}.hlog`;
}
