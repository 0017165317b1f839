import { assert, assertAlmostEquals, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import type { BackendOptions } from "../../lib/backend/backend.ts";
import type { MixOptions } from "../../lib/load/workload.ts";
import { resultJson } from "../../lib/result/result_document.ts";
import { optionsObject } from "../../lib/result/option/options.ts";
import { summaryText } from "../../lib/report/result_text.ts";
import { VERSION } from "../../lib/version.ts";
import {
  asynchronousBackend,
  fileResult,
  machine,
  memoryOptions,
  memoryResult,
  mixResult,
  persisted,
  swept,
  synchronousBackend,
  threadOf,
} from "./fixtures.ts";

/** The machine as the document shows it. */
const machineObject = {
  cpu_count: 4,
  cpu_model: "A CPU @ 2 GHz",
  memory_bytes: 17_179_869_184,
  os: "linux",
  kernel: "6.1.0",
  arch: "x86_64",
  deno_version: "2.9.6",
  v8_version: "15.0",
};

/** What a thread's row says of a thread that never waited, for a lock or for the queue. */
const notBlocked = { blocked_on_lock_sec: 0, blocked_on_queue_sec: 0 };

/** `Key0` to `Key65535` have 4.83 digits on average; the value is `foo`. */
const MEAN_SEED_PUT_BYTES = 3 + (10 * 1 + 90 * 2 + 900 * 3 + 9_000 * 4 + 55_536 * 5) / 65_536 + 3;

Deno.test("resultJson() is one object with two spaces of indent and a trailing line feed", () => {
  const text = resultJson(memoryResult, machine);
  assert(
    text.startsWith(
      `{\n  "schema": "kvlab-result/1",\n  "kvlab": "${VERSION}",\n  "total_ops": 1708513,\n  "total_runtime_sec": 10.000090816,\n`,
    ),
  );
  assert(text.endsWith("\n}\n"));
});

Deno.test("resultJson() gives a memory run's figures, options, threads and machine, and nothing of files", () => {
  const { total_ops_per_sec, average_ops_per_sec, threads, ...rest } = JSON.parse(resultJson(memoryResult, machine));
  assertAlmostEquals(total_ops_per_sec, 1_708_513 / 10.000090816, 1e-6);
  assertAlmostEquals(average_ops_per_sec, 42_712.69, 0.005);
  assertEquals(rest, {
    schema: "kvlab-result/1",
    kvlab: VERSION,
    total_ops: 1_708_513,
    total_runtime_sec: 10.000090816,
    reads: 170_851,
    writes: 1_537_662,
    hits: 168_006,
    blocked_on_lock_sec: 0,
    blocked_on_lock_share: 0,
    stopped_by: null,
    promises: { process_crash: "everything", power_loss: "everything", failover: null },
    phases: [],
    operations: [],
    seed: 123,
    options: { threads: 4, load_time_sec: 10, pattern: "consistent", workload: "seed", backend: "memory" },
    arguments: ["--threads=4", "--latency-sample=0", "--seed=123", "memory"],
    machine: machineObject,
  });
  assertEquals(threads.map(({ thread }: { thread: number }) => thread), [0, 1, 2, 3]);
});

Deno.test("resultJson() gives a file run's drain, files, set-aside files and signal", () => {
  const { total_ops_per_sec_with_drain, ...rest } = JSON.parse(resultJson(fileResult, machine));
  assertAlmostEquals(total_ops_per_sec_with_drain, 2_000 / 2.50025, 1e-9);
  assertEquals(rest, {
    schema: "kvlab-result/1",
    kvlab: VERSION,
    total_ops: 2_000,
    total_runtime_sec: 2,
    total_ops_per_sec: 1_000,
    average_ops_per_sec: 750,
    reads: 300,
    writes: 1_700,
    hits: 100,
    blocked_on_lock_sec: 0,
    blocked_on_lock_share: 0,
    blocked_on_queue_sec: 0,
    blocked_on_queue_share: 0,
    drain_sec: 0.50025,
    files: 120,
    files_loaded: 119,
    entries_loaded: 65_000,
    reopen_sec: 0.0456,
    files_set_aside: 1,
    snapshots_written: 1_700,
    snapshots_superseded: 300,
    bytes_written: 13_600_000,
    write_amplification: 13_600_000 / (1_700 * MEAN_SEED_PUT_BYTES),
    process_crash_writes_mean: 12.5,
    process_crash_writes_p50: 10,
    process_crash_writes_p99: 100,
    process_crash_writes_max: 128,
    process_crash_worst_shard: 7,
    process_crash_worst_shard_writes: 30,
    process_crash_age_mean_sec: 0.0015,
    process_crash_age_p50_sec: 0.001,
    process_crash_age_p99_sec: 0.009,
    process_crash_age_max_sec: 0.01225,
    process_crash_writes_bound: 1_026,
    time_to_persist_mean_sec: 0.002,
    time_to_persist_p50_sec: 0.0015,
    time_to_persist_p99_sec: 0.008,
    time_to_persist_max_sec: 0.013,
    broken_bounds: [],
    power_loss: "everything",
    file_system: null,
    phases: [],
    operations: [],
    stopped_by: "SIGINT",
    promises: {
      process_crash: "at most 1026 writes",
      power_loss: "everything that was never synced (--sync=none)",
      failover: null,
      process_crash_writes_bound: 1026,
    },
    set_aside_files: [{
      path: "DIR/shard-0007-of-0120.json",
      backup_path: "DIR/shard-0007-of-0120.json.corrupt-20260102T030405Z",
      reason: "wrong crc32",
    }],
    seed: 123,
    options: {
      threads: 2,
      load_time_sec: 2.5,
      pattern: "consistent",
      workload: "seed",
      backend: "file",
      output: "DIR",
      file_count: 120,
      serializer: "json",
      queue_depth: 1024,
      queue_memory_bytes: 268_435_456,
      layout: "snapshot",
      replace: "rename",
      sync: "none",
    },
    arguments: [
      "--threads=2",
      "--load-time-sec=2.5",
      "--latency-sample=0",
      "--seed=123",
      "file",
      "--output=DIR",
      "--file-count=120",
      "--queue-depth=1024",
    ],
    threads: [
      { thread: 0, ops: 1_000, reads: 100, writes: 900, hits: 90, runtime_sec: 2, ops_per_sec: 500, ...notBlocked },
      { thread: 1, ops: 1_000, reads: 200, writes: 800, hits: 10, runtime_sec: 1, ops_per_sec: 1_000, ...notBlocked },
    ],
    machine: machineObject,
  });
});

Deno.test("resultJson() names the options of each backend and policy by their flags", () => {
  const base = { threads: 4, load_time_sec: 10, pattern: "consistent", workload: "seed" };
  const cases: [BackendOptions, Record<string, unknown>][] = [
    [{ kind: "memory" }, { ...base, backend: "memory" }],
    [
      synchronousBackend,
      {
        ...base,
        backend: "file",
        output: null,
        file_count: 1,
        serializer: "cbor",
        write_period_us: 500,
        layout: "snapshot",
        replace: "rename",
        sync: "none",
      },
    ],
    [asynchronousBackend, {
      ...base,
      backend: "file",
      output: "DIR",
      file_count: 120,
      serializer: "json",
      queue_depth: 1024,
      queue_memory_bytes: 268_435_456,
      layout: "snapshot",
      replace: "rename",
      sync: "none",
    }],
    [{
      ...synchronousBackend,
      policy: { kind: "periodic", flushPeriodUs: 50_000 },
      layout: { kind: "snapshot", replace: "alternate" },
      sync: "full",
    }, {
      ...base,
      backend: "file",
      output: null,
      file_count: 1,
      serializer: "cbor",
      flush_period_us: 50_000,
      layout: "snapshot",
      replace: "alternate",
      sync: "full",
    }],
  ];
  for (const [backend, expected] of cases) {
    const { options } = JSON.parse(
      resultJson({ ...memoryResult, options: { ...memoryOptions, backend }, threads: [] }, machine),
    );
    assertEquals(options, expected);
  }
});

Deno.test("optionsObject() gives what is on, and leaves out what is off", () => {
  const open = {
    ...memoryOptions,
    pattern: "unthrottled",
    ratePerSec: 10_000,
    ops: 1_000_000,
    warmupMs: 250,
    latencySample: 7,
    intervalMs: 100,
  } as const;
  assertEquals(optionsObject(open), {
    threads: 4,
    ops: 1_000_000,
    warmup_sec: 0.25,
    rate_per_sec: 10_000,
    latency_sample: 7,
    interval_sec: 0.1,
    workload: "seed",
    backend: "memory",
  });
  for (const deviceProbe of [true, false]) {
    assertEquals(optionsObject({ ...memoryOptions, backend: { ...synchronousBackend, deviceProbe } }), {
      ...optionsObject({ ...memoryOptions, backend: synchronousBackend }),
      device_probe: deviceProbe,
    });
  }
});

Deno.test("optionsObject() gives a mix by the names of its flags, and its shares by operation", () => {
  const mix: MixOptions = {
    kind: "mix",
    name: "d",
    shares: [0.95, 0, 0.05, 0],
    keyCount: 1000,
    keyCountMax: 2000,
    keyBytes: 16,
    valueBytesMin: 64,
    valueBytesMax: 1024,
    compressible: 1,
    distribution: "latest",
    zipfTheta: 0.99,
    preload: true,
  };
  const optionsOf = (workload: MixOptions) => optionsObject({ ...memoryOptions, workload });
  const expected = {
    threads: 4,
    load_time_sec: 10,
    pattern: "consistent",
    workload: "d",
    shares: { read: 0.95, insert: 0.05 },
    keys: 1000,
    max_keys: 2000,
    key_size_bytes: 16,
    value_size_bytes_min: 64,
    value_size_bytes_max: 1024,
    distribution: "latest",
    zipf_theta: 0.99,
    preload: true,
    backend: "memory",
  };
  assertEquals(optionsOf(mix), expected);
  assertEquals(optionsOf({ ...mix, compressible: 0.25 }), { ...expected, compressible: 0.25 });
  const { max_keys: _maxKeys, zipf_theta: _zipfTheta, ...rest } = expected;
  assertEquals(
    optionsOf({
      ...mix,
      name: "f",
      shares: [0, 0.5, 0, 0.5],
      keyCountMax: 1000,
      distribution: "hotspot",
      preload: false,
    }),
    {
      ...rest,
      workload: "f",
      shares: { update: 0.5, read_modify_write: 0.5 },
      distribution: "hotspot",
      preload: false,
    },
  );
});

Deno.test("resultJson() keeps a period of microseconds and a time of seconds free of binary noise", () => {
  for (const periodUs of [1, 7, 33, 500, 1_001, 4_294_967_295]) {
    const backend: BackendOptions = {
      ...synchronousBackend,
      policy: { kind: "synchronous", writePeriodUs: periodUs },
    };
    const options = { ...memoryOptions, loadTimeMs: 1000 * 0.07, backend };
    const parsed = JSON.parse(resultJson({ ...memoryResult, options, threads: [] }, machine)).options;
    assertEquals([parsed.write_period_us, parsed.load_time_sec], [periodUs, 0.07]);
  }
});

Deno.test("resultJson() has the figures that the text result opens with, under their names there", () => {
  for (const result of [memoryResult, fileResult, mixResult]) {
    const parsed = JSON.parse(resultJson(result, machine));
    const [lines = ""] = summaryText(result).split("\n\n");
    for (const line of lines.trimEnd().split("\n")) {
      const [name = "", value = ""] = line.split(": ");
      const field = /^[\d.]+s$/.test(value) ? `${name}_sec` : name;
      assert(field in parsed, `${field} is missing`);
      if (value.endsWith("s")) assertEquals(`${parsed[field]}s`, value);
    }
  }
});

Deno.test("resultJson() has finite numbers when no thread ran or no time passed", () => {
  const idle = threadOf({ thread: 0, runtimeMs: 0, reads: 0, writes: 0, hits: 0 });
  const instant = { ...idle, ops: 1, writes: 1 };
  const file = { ...persisted, drainMs: 0 };
  for (const threads of [[], [idle], [instant, idle]]) {
    const text = resultJson({
      ...memoryResult,
      promises: fileResult.promises,
      options: fileResult.options,
      threads,
      file,
    }, machine);
    // JSON.stringify() turns NaN and Infinity into null.
    assertFalse(
      text.replace('"stopped_by": null', "").replace('"file_system": null', "").replace('"failover": null', "")
        .includes("null"),
    );
    assertStringIncludes(text, '"total_ops_per_sec": 0,\n  "average_ops_per_sec": 0,\n');
    assertStringIncludes(text, '"total_ops_per_sec_with_drain": 0,\n');
  }
});

Deno.test("resultJson() keeps hostile paths and reasons whole", () => {
  for (const text of ['"', "\\", "a\nb", "\u0000", "\u2028", "\ud800", "ключ", "🗝"]) {
    const filesSetAside = [{ path: text, backupPath: text, reason: text }];
    const parsed = JSON.parse(resultJson({ ...fileResult, file: { ...persisted, filesSetAside } }, machine));
    assertEquals(parsed.set_aside_files, [{ path: text, backup_path: text, reason: text }]);
  }
});

Deno.test("resultJson() gives sweeps, the bound on the age, and the gauge of a power loss where it is measured", () => {
  const parsed = JSON.parse(resultJson({ ...fileResult, file: swept }, machine));
  assertEquals(
    [parsed.sweeps, parsed.sweep_overruns, parsed.sweep_max_sec, parsed.process_crash_age_bound_sec],
    [40, 2, 0.0605, 0.121],
  );
  assertEquals([parsed.power_loss, parsed.power_loss_writes_max, parsed.power_loss_age_max_sec], [
    "measured",
    140,
    0.014,
  ]);
});

Deno.test("resultJson() says by null what it may not know of the machine", () => {
  const unknown = { ...machine, cpuModel: null, memoryBytes: null, kernel: null };
  assertEquals(JSON.parse(resultJson(memoryResult, unknown)).machine, {
    ...machineObject,
    cpu_model: null,
    memory_bytes: null,
    kernel: null,
  });
});

Deno.test("resultJson() gives phases, latencies, blocked times and the series of a mix in an open loop", () => {
  const { phases, operations, threads, series, ...figures } = JSON.parse(resultJson(mixResult, machine));
  assertEquals(phases, [{ phase: "preload", duration_sec: 0.5 }, { phase: "load", duration_sec: 2 }]);
  const latency = {
    count: 50,
    min_sec: 0.000001,
    mean_sec: 0.000002,
    p50_sec: 0.000002,
    p90_sec: 0.000003,
    p99_sec: 0.000004,
    p999_sec: 0.000005,
    max_sec: 0.012345,
  };
  assertEquals(operations, [
    { operation: "read", count: 1_500, latency, uncorrected_latency: { ...latency, max_sec: 0.001 } },
    { operation: "read_modify_write", count: 500 },
  ]);
  assertEquals(threads[0].blocked_on_queue_sec, 0.25);
  assertEquals([figures.total_ops, figures.reads, figures.writes], [2_000, 2_000, 500]);
  assertEquals([figures.blocked_on_queue_sec, figures.blocked_on_queue_share], [0.25, 0.125]);
  assertEquals([figures.rate_asked, figures.rate_reached, figures.missed_starts], [1_000, 999.5, 3]);
  assertEquals(figures.never_begun, 2);
  assertEquals([figures.timer_late_p50_sec, figures.timer_late_p99_sec], [0.00006, 0.00009]);
  assertEquals([figures.preload_keys, figures.preload_keys_per_sec, figures.preload_sec], [1_000, 2_000, 0.5]);
  assertEquals([figures.wait_asked_mean_sec, figures.wait_mean_sec], [0.00001, 0.00007]);
  assertEquals([figures.file_system, figures.device_fsyncs_per_sec], ["ext4", 500]);
  assertEquals(series, [
    {
      end_sec: 1,
      duration_sec: 1,
      ops: 1_000,
      ops_per_sec: 1_000,
      reads: 900,
      writes: 300,
      latency,
      process_crash_writes: 7,
      process_crash_age_sec: 0.0015,
      queued: 4,
      snapshots_written: 20,
      bytes_written: 9_000,
    },
    { end_sec: 2, duration_sec: 1, ops: 0, ops_per_sec: 0, reads: 0, writes: 0 },
  ]);
});
