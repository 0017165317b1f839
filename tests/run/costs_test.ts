/**
 * Tests of what runs say that they cost.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertGreater, assertLess } from "@std/assert";
import type { EngineBackendOptions, FileBackendOptions } from "../../lib/backend/backend.ts";
import type { MixOptions } from "../../lib/load/workload.ts";
import { allocatedBytes } from "../../lib/system/allocated_bytes.ts";
import { fileSystemType } from "../../lib/system/system.ts";
import type { RunOptions } from "../../lib/run/run_options.ts";
import { run } from "../../lib/run/runner.ts";
import { mixOf } from "../load/mixes.ts";
import { temporaryDirectory } from "./files.ts";

const RECORD_BYTES = 116;
/** Where the temporary files are on no device, none of their bytes reach one. */
const isOnDevice = !["tmpfs", "ramfs", undefined].includes(fileSystemType(Deno.makeTempDirSync()));
const tellsOfDevice = isOnDevice && Deno.build.os === "linux";

const memoryRun: RunOptions = {
  threads: 2,
  loadTimeMs: 300,
  workload: { kind: "seed" },
  pattern: "unthrottled",
  seed: 7,
  backend: { kind: "memory" },
};

function records(keyCount: number, changes: Partial<MixOptions> = {}): MixOptions {
  return mixOf("a", {
    keyCount,
    keyCountMax: keyCount,
    distribution: "uniform",
    valueBytesMin: 100,
    valueBytesMax: 100,
    preload: true,
    ...changes,
  });
}

function logs(output: string): FileBackendOptions {
  return {
    kind: "file",
    output,
    fileCount: 4,
    serializer: "raw",
    policy: { kind: "periodic", flushPeriodUs: 20_000 },
    layout: { kind: "log", logBytes: 2 ** 20, pendingBytes: 2 ** 24 },
    sync: "none",
  };
}

function sqlite(output: string): EngineBackendOptions {
  return {
    kind: "engine",
    engine: "sqlite",
    settings: { journal: "wal", synchronous: "off", busyTimeoutMs: 10_000 },
    output,
    inFlight: 1,
  };
}

Deno.test("a run in memory costs time and memory, and nothing of a device", async () => {
  const { costs } = await run(memoryRun);
  assert(costs !== undefined);
  // Two threads that never wait use up to two processors, and some of what else runs in the process.
  assertGreater(costs.cpuMs, 0);
  assertLess(costs.cpuMs, 300 * 2 * 4);
  assertEquals([costs.deviceBytes, costs.diskBytes, costs.servers], [undefined, undefined, undefined]);
  if (Deno.build.os === "linux") assertGreater(costs.residentBytesMax ?? 0, 10 * 2 ** 20);
});

Deno.test("the time of a preload is no cost of the load, its memory is", async () => {
  const { costs, preload } = await run({ ...memoryRun, ops: 20, workload: records(300_000) });
  assertEquals(preload?.keys, 300_000);
  assertLess(costs?.cpuMs ?? Infinity, (preload?.durationMs ?? 0) / 2);
  if (Deno.build.os === "linux") assertGreater(costs?.residentBytesMax ?? 0, 300_000 * RECORD_BYTES);
});

Deno.test(
  "each of several runs in a process has its own greatest memory",
  { ignore: Deno.build.os !== "linux" },
  async () => {
    const most = new Uint8Array(300 * 2 ** 20).fill(1);
    const first = (await run(memoryRun)).costs?.residentBytesMax ?? 0;
    assertGreater(first, most.length);
    // Gives the memory back at once.
    most.buffer.transfer(0);
    const second = (await run(memoryRun)).costs?.residentBytesMax ?? 0;
    assertLess(second, first - 200 * 2 ** 20);
  },
);

for (const backend of [logs, sqlite]) {
  Deno.test(`a run of ${backend.name} on files costs what its directory and the system say`, async () => {
    using directory = temporaryDirectory();
    const output = `${directory.path}/store`;
    const workload = records(2_000);
    const { costs, threads } = await run({ ...memoryRun, workload, backend: backend(output) });
    assertEquals(costs?.diskBytes, allocatedBytes(output));
    assertEquals(costs?.liveBytes, 2_000 * RECORD_BYTES);
    if (!tellsOfDevice) return;
    const putBytes = threads.reduce((sum, { writes }) => sum + writes, 0) * RECORD_BYTES;
    assertGreater(putBytes, 0);
    assertGreater(costs?.deviceBytes ?? 0, 0);
  });
}

Deno.test("a log costs the device the bytes that it has written, whose preload is not the load's", {
  ignore: !tellsOfDevice,
}, async () => {
  using directory = temporaryDirectory();
  const workload = records(100_000);
  const { costs, file } = await run({ ...memoryRun, ops: 60_000, workload, backend: logs(`${directory.path}/store`) });
  const written = file?.bytesWritten ?? 0;
  assertGreater(written, 3 * 2 ** 20);
  assertAlmostEquals(costs?.deviceBytes ?? 0, written, 0.1 * written + 2 ** 19);
});

Deno.test("what a file system in memory takes reaches no device", {
  ignore: fileSystemType("/dev/shm") !== "tmpfs",
}, async () => {
  for (const backend of [logs, sqlite]) {
    using directory = temporaryDirectory("/dev/shm");
    const { costs } = await run({ ...memoryRun, backend: backend(`${directory.path}/store`) });
    assertEquals(costs?.deviceBytes, undefined);
    assertGreater(costs?.diskBytes ?? 0, 0);
  }
});

Deno.test("what an engine held before is not counted, so neither is what is live", async () => {
  using directory = temporaryDirectory();
  const options = { ...memoryRun, ops: 100, workload: records(500), backend: sqlite(`${directory.path}/store`) };
  const first = await run(options);
  const second = await run(options);
  assertEquals(first.costs?.liveBytes, 500 * RECORD_BYTES);
  assertEquals(second.costs?.liveBytes, undefined);
  assertGreater(second.costs?.diskBytes ?? 0, 0);
});

Deno.test("a run that is stopped before its load says nothing per operation", async () => {
  const { costs, threads } = await run(memoryRun, { stop: AbortSignal.abort("SIGINT") });
  assertEquals(threads.map(({ ops }) => ops), [0, 0]);
  assertEquals([costs?.diskBytes, costs?.liveBytes], [undefined, undefined]);
});
