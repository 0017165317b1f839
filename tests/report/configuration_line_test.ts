import { assertEquals } from "@std/assert";
import { configurationLine } from "../../lib/result/option/options.ts";
import type { MixOptions } from "../../lib/load/workload.ts";
import { asynchronousBackend, memoryOptions, synchronousBackend } from "../result/fixtures.ts";

const WORKLOAD_B: MixOptions = {
  kind: "mix",
  name: "b",
  shares: [0.95, 0.05, 0, 0],
  keyCount: 10_000_000,
  keyCountMax: 10_000_000,
  keyBytes: 16,
  valueBytesMin: 100,
  valueBytesMax: 100,
  compressible: 1,
  distribution: "zipfian",
  zipfTheta: 0.99,
  preload: true,
};

/** What the line of a mix says between the threads and the pattern. */
function mixText(workload: MixOptions): string {
  const line = configurationLine({ ...memoryOptions, workload }, "0.1.0");
  return /4 threads, (.*), consistent pattern,/.exec(line)?.[1] ?? line;
}

Deno.test("configurationLine() describes a memory run", () => {
  assertEquals(
    configurationLine(memoryOptions, "0.1.0"),
    "kvlab 0.1.0: memory, 4 threads, consistent pattern, 10 s, seed 123",
  );
});

Deno.test("configurationLine() describes an asynchronous file run", () => {
  assertEquals(
    configurationLine({ ...memoryOptions, backend: asynchronousBackend }, "0.1.0"),
    "kvlab 0.1.0: file asynchronous (queue depth 1024, 256MiB), 120 files, json, replace rename, sync none, output DIR, " +
      "4 threads, consistent pattern, 10 s, seed 123",
  );
});

Deno.test("configurationLine() describes a synchronous file run with one file, one thread and no output", () => {
  assertEquals(
    configurationLine(
      {
        threads: 1,
        loadTimeMs: 250,
        workload: { kind: "seed" },
        pattern: "unthrottled",
        seed: 0,
        backend: synchronousBackend,
      },
      "1.2.3",
    ),
    "kvlab 1.2.3: file synchronous (write period 500 µs), 1 file, cbor, replace rename, sync none, temporary directory, " +
      "1 thread, unthrottled pattern, 0.25 s, seed 0",
  );
});

Deno.test("configurationLine() stays one line when the output's name has control characters", () => {
  const backend = { ...asynchronousBackend, output: "a\nb\r\u001b[31m\u0085c" };
  assertEquals(
    configurationLine({ ...memoryOptions, backend }, "0.1.0"),
    "kvlab 0.1.0: file asynchronous (queue depth 1024, 256MiB), 120 files, json, replace rename, sync none, " +
      "output a\\x0ab\\x0d\\x1b[31m\\x85c, 4 threads, consistent pattern, 10 s, seed 123",
  );
});

Deno.test("configurationLine() describes a mix, its warm-up and what of it is timed", () => {
  assertEquals(
    configurationLine({
      ...memoryOptions,
      threads: 2,
      workload: WORKLOAD_B,
      pattern: "unthrottled",
      warmupMs: 2000,
      latencySample: 128,
      intervalMs: 1000,
      seed: 1,
    }, "0.1.0"),
    "kvlab 0.1.0: memory, 2 threads, workload b (95% read, 5% update), 10000000 keys of 16 B, values of 100 B, " +
      "zipfian 0.99, preloaded, unthrottled pattern, 10 s after 2 s of warm-up, latency of every 128th, seed 1",
  );
});

Deno.test("configurationLine() gives a rate for the pattern, and operations for the time, where they take their places", () => {
  const options = {
    ...memoryOptions,
    pattern: "unthrottled",
    ratePerSec: 10_000,
    ops: 1_000_000,
    latencySample: 1,
  } as const;
  assertEquals(
    configurationLine(options, "0.1.0"),
    "kvlab 0.1.0: memory, 4 threads, rate 10000/s, 1000000 operations, latency of every operation, seed 123",
  );
  assertEquals(
    configurationLine({ ...options, ops: 1, warmupMs: 250, intervalMs: 100 }, "0.1.0"),
    "kvlab 0.1.0: memory, 4 threads, rate 10000/s, 1 operation after 0.25 s of warm-up, latency of every operation, " +
      "intervals of 0.1 s, seed 123",
  );
});

Deno.test("configurationLine() gives of a mix what it has and nothing else", () => {
  const b = "workload b (95% read, 5% update), 10000000 keys of 16 B, values of 100 B";
  assertEquals(mixText({ ...WORKLOAD_B, preload: false }), `${b}, zipfian 0.99, not preloaded`);
  assertEquals(
    mixText({ ...WORKLOAD_B, compressible: 0.25 }),
    `${b}, compressible to 0.25, zipfian 0.99, preloaded`,
  );
  assertEquals(mixText({ ...WORKLOAD_B, distribution: "hotspot" }), `${b}, hotspot, preloaded`);
  assertEquals(mixText({ ...WORKLOAD_B, distribution: "latest", zipfTheta: 0.5 }), `${b}, latest 0.5, preloaded`);
  assertEquals(
    mixText({ ...WORKLOAD_B, name: "seed", shares: [0.1, 0.9, 0, 0], distribution: "uniform", preload: false }),
    "workload seed (10% read, 90% update), 10000000 keys of 16 B, values of 100 B, uniform, not preloaded",
  );
  assertEquals(
    mixText({ ...WORKLOAD_B, keyCount: 1, keyCountMax: 1, keyBytes: 1024, valueBytesMin: 64, valueBytesMax: 1024 }),
    "workload b (95% read, 5% update), 1 key of 1024 B, values of 64 to 1024 B, zipfian 0.99, preloaded",
  );
  assertEquals(
    mixText({ ...WORKLOAD_B, name: "d", shares: [0.95, 0, 0.05, 0], keyCountMax: 26_000_000, distribution: "latest" }),
    "workload d (95% read, 5% insert), 10000000 keys (room for 26000000) of 16 B, values of 100 B, latest 0.99, preloaded",
  );
});

Deno.test("configurationLine() gives shares of all kinds of operations without binary noise", () => {
  const rows: [number[], string][] = [
    [[1, 0, 0, 0], "100% read"],
    [[0, 0, 0, 1], "100% read-modify-write"],
    [[0.07, 0.93, 0, 0], "7% read, 93% update"],
    [[0.29, 0.57, 0.14, 0], "29% read, 57% update, 14% insert"],
    [[1 / 3, 1 / 3, 0, 1 / 3], "33.3333% read, 33.3333% update, 33.3333% read-modify-write"],
    [[0.9999, 0.0001, 0, 0], "99.99% read, 0.01% update"],
  ];
  for (const [shares, text] of rows) {
    const [, shown] = /^workload b \((.*?)\),/.exec(mixText({ ...WORKLOAD_B, shares })) ?? [];
    assertEquals(shown, text);
  }
});

Deno.test("configurationLine() says which operations are timed", () => {
  const rows = [[1, "operation"], [2, "2nd"], [3, "3rd"], [4, "4th"], [11, "11th"], [12, "12th"], [21, "21st"], [
    128,
    "128th",
  ], [1002, "1002nd"]] as const;
  for (const [latencySample, text] of rows) {
    assertEquals(
      configurationLine({ ...memoryOptions, latencySample }, "0.1.0"),
      `kvlab 0.1.0: memory, 4 threads, consistent pattern, 10 s, latency of every ${text}, seed 123`,
    );
  }
});

Deno.test("configurationLine() says that the device is not measured, where it could have been", () => {
  const lineOf = (backend: typeof synchronousBackend) => configurationLine({ ...memoryOptions, backend }, "0.1.0");
  const plain = lineOf(synchronousBackend);
  assertEquals(lineOf({ ...synchronousBackend, deviceProbe: true }), plain);
  assertEquals(
    lineOf({ ...synchronousBackend, deviceProbe: false }),
    plain.replace("temporary directory,", "temporary directory, no device probe,"),
  );
});
