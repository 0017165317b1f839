/**
 * Room of the histograms' files: the latencies of a run in the forms that HdrHistogram's tools read.
 *
 * @module
 */
import { OPERATION_NAMES } from "../load/operation.ts";
import type { HistogramInterval } from "../report/histograms.ts";
import type { RunResult } from "../run/result.ts";
import { writeOutputFile } from "./output_file.ts";

/** The files that a run may write whose histograms' names begin with the prefix. */
export function histogramPaths(prefix: string): string[] {
  return [...OPERATION_NAMES.map((operation) => hgrmPath(prefix, operation)), hlogPath(prefix)];
}

/**
 * Writes the percentiles of each kind of operation to a file of its own, and all histograms to one log.
 *
 * @throws {PersistError} when that fails
 */
export async function writeHistograms(prefix: string, result: RunResult, interval: HistogramInterval): Promise<void> {
  // Loaded only where there is something to write: it takes longer to import than the rest of kvlab.
  const { hdrOf } = await import("../metrics/hdr.ts");
  const { hgrmText, hlogText } = await import("../report/histograms.ts");
  const histograms = (result.operations ?? []).flatMap(({ operation, latencyCounts }) =>
    latencyCounts === undefined ? [] : [{ name: operation, histogram: hdrOf(latencyCounts) }]
  );
  for (const { name, histogram } of histograms) writeOutputFile(hgrmPath(prefix, name), hgrmText(histogram));
  writeOutputFile(hlogPath(prefix), hlogText(histograms, interval));
}

function hgrmPath(prefix: string, operation: string): string {
  return `${prefix}-${operation}.hgrm`;
}

function hlogPath(prefix: string): string {
  return `${prefix}.hlog`;
}
