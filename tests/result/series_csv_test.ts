import { assertEquals, assertNotMatch } from "@std/assert";
import { seriesCsv } from "../../lib/result/result_csv.ts";
import type { SeriesRow } from "../../lib/run/run_result.ts";
import { parseTable } from "./csv_reading.ts";

const HEADER = "end_sec,duration_sec,ops,ops_per_sec,reads,writes," +
  "latency_count,latency_min_sec,latency_mean_sec,latency_p50_sec,latency_p90_sec,latency_p99_sec,latency_p999_sec," +
  "latency_max_sec,process_crash_writes,process_crash_age_sec,power_loss_writes,power_loss_age_sec,queued," +
  "snapshots_written,bytes_written\n";

const bare: SeriesRow = { endMs: 100, durationMs: 100.5, ops: 250, opsPerSec: 2487.5, reads: 50, writes: 200 };

const latency = {
  count: 5,
  minMs: 0.0005,
  meanMs: 0.25,
  p50Ms: 0.001,
  p90Ms: 0.5,
  p99Ms: 1,
  p999Ms: 1.5,
  maxMs: 2000,
};

Deno.test("seriesCsv() has its header when the load had no interval", () => {
  assertEquals(seriesCsv([]), HEADER);
});

Deno.test("seriesCsv() has a row for each interval, in seconds, in the order of the header", () => {
  const file = {
    processCrashWrites: 12,
    processCrashAgeMs: 34.5,
    powerLossWrites: 56,
    powerLossAgeMs: 78,
    queued: 9,
    snapshotsWritten: 10,
    bytesWritten: 11_000,
  };
  assertEquals(
    seriesCsv([{ ...bare, latency, file }, { ...bare, endMs: 200 }]),
    HEADER +
      "0.1,0.1005,250,2487.5,50,200,5,5e-7,0.00025,0.000001,0.0005,0.001,0.0015,2,12,0.0345,56,0.078,9,10,11000\n" +
      "0.2,0.1005,250,2487.5,50,200,,,,,,,,,,,,,,,\n",
  );
});

Deno.test("seriesCsv() leaves cells empty where a backend or a policy has no such thing", () => {
  const text = seriesCsv([
    { ...bare, file: { processCrashWrites: 0, processCrashAgeMs: 0, snapshotsWritten: 0, bytesWritten: 0 } },
    { ...bare, opsPerSec: NaN },
  ]);
  assertNotMatch(text, /NaN|undefined|null/);
  const [file, broken] = parseTable(text);
  assertEquals([file?.process_crash_writes, file?.process_crash_age_sec, file?.bytes_written], ["0", "0", "0"]);
  assertEquals([file?.queued, file?.power_loss_writes, file?.power_loss_age_sec], ["", "", ""]);
  assertEquals([broken?.ops_per_sec, broken?.bytes_written], ["", ""]);
});
