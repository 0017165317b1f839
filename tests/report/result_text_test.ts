import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { summaryText } from "../../lib/report/result_text.ts";
import { fileResult, memoryResult, mixResult, swept, threadOf } from "./fixtures.ts";

const MEMORY_PROMISES = `\
process_crash_may_lose: everything
power_loss_may_lose: everything
failover_may_lose: not applicable: there is no second copy
`;

Deno.test("summaryText() opens with the seed's four lines and ends with the counts when the backend is memory", () => {
  assertEquals(
    summaryText(memoryResult),
    `\
total_ops: 1708513
total_runtime: 10.000090816s
total_ops_per_sec: 170849.75
average_ops_per_sec: 42712.69
reads: 170851
writes: 1537662
hits: 168006
blocked_on_lock: 0s
blocked_on_lock_share: 0.00%
process_crash_may_lose: everything
power_loss_may_lose: everything
failover_may_lose: not applicable: there is no second copy
`,
  );
});

Deno.test("summaryText() goes on with the drain, the files and the signal when the backend is file", () => {
  assertEquals(
    summaryText(fileResult),
    `\
total_ops: 2000
total_runtime: 2s
total_ops_per_sec: 1000.00
average_ops_per_sec: 750.00
reads: 300
writes: 1700
hits: 100
blocked_on_lock: 0s
blocked_on_lock_share: 0.00%
blocked_on_queue: 0s
blocked_on_queue_share: 0.00%
drain: 0.50025s
total_ops_per_sec_with_drain: 799.92
files: 120
files_loaded: 119
entries_loaded: 65000
reopen: 0.0456s
files_set_aside: 1
snapshots_written: 1700
snapshots_superseded: 300
bytes_written: 13600000
write_amplification: 738.66
process_crash_writes_mean: 12.50
process_crash_writes_p50: 10
process_crash_writes_p99: 100
process_crash_writes_max: 128
process_crash_worst_shard: 7
process_crash_worst_shard_writes: 30
process_crash_age_mean: 0.0015s
process_crash_age_p50: 0.001s
process_crash_age_p99: 0.009s
process_crash_age_max: 0.01225s
process_crash_writes_bound: 1026
time_to_persist_mean: 0.002s
time_to_persist_p50: 0.0015s
time_to_persist_p99: 0.008s
time_to_persist_max: 0.013s
process_crash_may_lose: at most 1026 writes
power_loss_may_lose: everything that was never synced (--sync=none)
failover_may_lose: not applicable: there is no second copy
power_loss: everything (--sync=none)
stopped_by: SIGINT
`,
  );
});

Deno.test("summaryText() shows zeros when no thread ran or no time passed", () => {
  const counts = `\
total_ops: 0
total_runtime: 0s
total_ops_per_sec: 0.00
average_ops_per_sec: 0.00
reads: 0
writes: 0
hits: 0
`;
  // Without a thread there is nobody to be blocked.
  assertEquals(summaryText({ ...memoryResult, threads: [] }), counts + MEMORY_PROMISES);
  const idle = threadOf({ thread: 0, runtimeMs: 0, reads: 0, writes: 0, hits: 0 });
  for (const threads of [[idle], [idle, idle]]) {
    const unblocked = "blocked_on_lock: 0s\nblocked_on_lock_share: 0.00%\n";
    assertEquals(summaryText({ ...memoryResult, threads }), counts + unblocked + MEMORY_PROMISES);
  }
});

Deno.test("summaryText() names SIGTERM when it ended the run", () => {
  assertStringIncludes(summaryText({ ...memoryResult, stoppedBy: "SIGTERM" }), "\nstopped_by: SIGTERM\n");
});

Deno.test("summaryText() gives sweeps, the bound on the age, and the gauge of a power loss where it is measured", () => {
  const lines = summaryText({ ...fileResult, file: swept }).split("\n");
  for (
    const line of [
      "sweeps: 40",
      "sweep_overruns: 2",
      "sweep_max: 0.0605s",
      "process_crash_age_bound: 0.121s",
      "power_loss_writes_max: 140",
      "power_loss_age_p99: 0.01s",
      "power_loss_worst_shard: 8",
    ]
  ) assert(lines.includes(line), line);
  assert(!lines.some((line) => line.startsWith("power_loss:")));
});

Deno.test("summaryText() gives rate, waits, blocked time, preload and device, and the latencies as a table", () => {
  const text = summaryText(mixResult);
  const [first = "", table] = text.split("\n\n");
  for (
    const line of [
      "rate_asked: 1000.00",
      "rate_reached: 999.50",
      "missed_starts: 3",
      "timer_late_p99: 0.00009s",
      "wait_asked_mean: 0.00001s",
      "wait_mean: 0.00007s",
      "blocked_on_queue: 0.25s",
      "blocked_on_queue_share: 12.50%",
      "preload: 0.5s",
      "preload_keys_per_sec: 2000.00",
      "device_renames_per_sec: 5000.00",
      "file_system: ext4",
    ]
  ) assert(first.split("\n").includes(line), line);
  assertEquals(
    table,
    `\
latency of every 10th from the intended start, in µs  timed    min   mean    p50    p90    p99  p99.9     max
read                                                     50  1.000  2.000  2.000  3.000  4.000  5.000  12,345
read, uncorrected                                        50  1.000  2.000  2.000  3.000  4.000  5.000   1,000
`,
  );
});
