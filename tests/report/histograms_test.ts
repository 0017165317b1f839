import { assert, assertAlmostEquals, assertEquals, assertLess, assertMatch } from "@std/assert";
import { build, type Histogram, HistogramLogReader, listTags } from "hdr-histogram-js";
import { hgrmText, hlogText } from "../../lib/report/histograms.ts";

/** 2026-01-02T03:04:05.678Z. */
const START_MS = 1_767_323_045_677.9;

/** Latencies from 1 µs up, each ten times as long as the one before, and a sixteenth as often. */
function latencies(count: number): Histogram {
  const histogram = build({ bitBucketSize: 64, autoResize: true, numberOfSignificantValueDigits: 3 });
  for (let valueNs = 1000; count >= 1; valueNs *= 10, count /= 16) histogram.recordValueWithCount(valueNs, count);
  return histogram;
}

/** What two equal histograms have in common; their greatest values are only equal to their digits. */
function contentOf(histogram: Histogram) {
  const percentiles = [0, 10, 50, 90, 99, 99.9, 99.999].map((percentile) => histogram.getValueAtPercentile(percentile));
  return { percentiles, totalCount: histogram.totalCount, mean: histogram.mean };
}

Deno.test("hlogText() is read back by HdrHistogram's reader, each histogram with its name and interval", () => {
  const histograms = [
    { name: "read", histogram: latencies(16 ** 10) },
    { name: "read_modify_write", histogram: latencies(1) },
    { name: "insert", histogram: latencies(0) },
  ];
  const text = hlogText(histograms, { startMs: START_MS, endMs: START_MS + 10_500 });
  assertEquals(listTags(text), ["read", "read_modify_write", "insert"]);
  const reader = new HistogramLogReader(text, 64);
  for (const { name, histogram } of histograms) {
    const found = reader.nextIntervalHistogram();
    assert(found !== null, name);
    assertEquals(found.tag, name);
    assertEquals(contentOf(found), contentOf(histogram));
    assertAlmostEquals(found.maxValue, histogram.maxValue, histogram.maxValue / 1000);
    assertAlmostEquals(found.startTimeStampMsec, START_MS, 0.5);
    assertAlmostEquals(found.endTimeStampMsec, START_MS + 10_500, 0.5);
  }
  assertEquals(reader.nextIntervalHistogram(), null);
});

Deno.test("hlogText() has the lines of format 1.3, none of them empty, and the greatest value in milliseconds", () => {
  const histogram = latencies(16 ** 3);
  const text = hlogText([{ name: "update", histogram }], { startMs: START_MS, endMs: START_MS + 250 });
  const [version, start, legend, interval, ...rest] = text.split("\n");
  assertEquals(version, "#[Histogram log format version 1.3]");
  assertEquals(start, "#[StartTime: 1767323045.678 (seconds since epoch), 2026-01-02T03:04:05.678Z]");
  assertEquals(legend, '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"');
  // The fourth kind of latency is 1 ms.
  assertMatch(interval ?? "", /^Tag=update,0\.000,0\.250,1\.0\d\d,HISTFAAA[\w+/]+=*$/);
  assertEquals(rest, [""]);
});

Deno.test("hlogText() leaves the histograms as they were", () => {
  const histogram = latencies(16 ** 3);
  histogram.tag = "mine";
  hlogText([{ name: "update", histogram }], { startMs: START_MS, endMs: START_MS });
  assertEquals(histogram.tag, "mine");
});

/** The rows of a percentile distribution: value, percentile, count up to it. */
function hgrmRows(text: string): number[][] {
  const [header = "", empty, ...lines] = text.trimEnd().split("\n");
  assertEquals([header.trim().split(/\s+/), empty], [["Value", "Percentile", "TotalCount", "1/(1-Percentile)"], ""]);
  return lines.filter((line) => !line.startsWith("#")).map((line) => line.trim().split(/\s+/).slice(0, 3).map(Number));
}

Deno.test("hgrmText() has percentiles in microseconds up to the total count", () => {
  const histogram = latencies(16 ** 10);
  const text = hgrmText(histogram);
  assertMatch(text, new RegExp(`^#\\[Max     = .*, Total count    = +${histogram.totalCount}\\]$`, "m"));
  const rows = hgrmRows(text);
  const [[firstUs = 0] = []] = rows;
  assertAlmostEquals(firstUs, 1, 0.001);
  const [lastUs = 0, percentile, count] = rows.at(-1) ?? [];
  assertEquals([percentile, count], [1, histogram.totalCount]);
  // 1 µs, then ten times as long ten times over.
  assertLess(Math.abs(lastUs / 1e10 - 1), 0.001);
  for (const [index, row] of rows.entries()) assert(index === 0 || (row[1] ?? 0) >= (rows[index - 1]?.[1] ?? 0));
});

Deno.test("hgrmText() of no latency has no rows, and no NaN", () => {
  const text = hgrmText(latencies(0));
  assertEquals(hgrmRows(text), []);
  assertMatch(text, /Total count {4}= +0\]/);
  assert(!/NaN|Infinity|∞/.test(text), text);
});
