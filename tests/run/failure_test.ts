/**
 * Tests of runs that fail because a worker does: the run ends with that worker's own message, soon, takes every other
 * worker with it, and keeps what had been measured. What a worker throws outside of its task Deno prints in the midst
 * of the tests' output, which cannot be turned off.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import type { BackendOptions } from "../../lib/backend/backend.ts";
import type { PersistencePolicy } from "../../lib/persist/policy/policies.ts";
import { LoadMeter } from "../../lib/load/load_meter.ts";
import type { RunOptions } from "../../lib/run/run_options.ts";
import type { RunHooks } from "../../lib/run/live.ts";
import { type RunResult, totals } from "../../lib/run/run_result.ts";
import { run } from "../../lib/run/runner.ts";
import { DELIBERATE, type Fault } from "./faulty_worker.ts";
import { namesIn, temporaryDirectory } from "./files.ts";

/** Time from a failure to the run's end. */
const FAILURE_MAX_MS = 10_000;
/** Time for all of a failing run, which begins with the start of its workers. */
const DEADLINE_MS = 30_000;
/** A load time that only a failure ends. */
const ENDLESS_MS = 600_000;
const THREADS = 3;

const ASYNCHRONOUS: PersistencePolicy = { kind: "asynchronous", queueDepth: 2, queueMemoryBytes: 2 ** 20 };
const SYNCHRONOUS: PersistencePolicy = { kind: "synchronous", writePeriodUs: 500 };

type FailingRun = {
  /** Which workers are faulty: the first load worker, or the file worker. */
  readonly load?: Fault;
  readonly file?: Fault;
  /** Absent for the memory backend. */
  readonly policy?: PersistencePolicy;
};

/** A worker's messages but the one that its task has begun, and whether it has been terminated. */
interface Watched {
  readonly messages: unknown[];
  terminated: boolean;
}

/** What came of a run that was to fail. */
interface Failure {
  readonly message: string;
  /** What was measured before, if the load had begun. */
  readonly measured?: RunResult;
  readonly endedAtMs: number;
  /** Those that were not faulty. */
  readonly others: readonly Watched[];
}

/** Runs until it fails. */
async function failure(faults: FailingRun): Promise<Failure> {
  using directory = temporaryDirectory();
  const backend: BackendOptions = faults.policy === undefined ? { kind: "memory" } : {
    kind: "file",
    output: directory.path,
    fileCount: 16,
    serializer: "json",
    policy: faults.policy,
    layout: { kind: "snapshot", replace: "rename" },
    sync: "none",
  };
  const options: RunOptions = {
    threads: THREADS,
    loadTimeMs: ENDLESS_MS,
    workload: { kind: "seed" },
    pattern: "unthrottled",
    seed: 1,
    backend,
  };
  const others: Watched[] = [];
  let loadFault = faults.load;
  const hooks: RunHooks = {
    createLoadWorker() {
      const fault = loadFault;
      loadFault = undefined;
      return fault === undefined ? watch(createLoadWorker(), others) : createFaultyWorker(fault);
    },
    createFileWorker: () =>
      faults.file === undefined ? watch(createFileWorker(), others) : createFaultyWorker(faults.file),
  };
  const outcome = await withinDeadline(
    run(options, hooks).then(
      (measured) => ({ message: measured.failed ?? "", measured }),
      ({ message }) => ({ message }),
    ),
  );
  const endedAtMs = Date.now();
  assertEquals(namesIn(directory.path).filter((name) => name.endsWith(".tmp")), []);
  return { ...outcome, endedAtMs, others };
}

/** Settles as the run does, or fails the test where the run would hang. */
async function withinDeadline<T>(running: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The run has not failed after ${DEADLINE_MS} ms`)), DEADLINE_MS);
  });
  try {
    return await Promise.race([running, late]);
  } finally {
    clearTimeout(timer);
  }
}

function createFaultyWorker(fault: Fault): Worker {
  return new Worker(new URL("./faulty_worker.ts", import.meta.url), { type: "module", name: fault });
}

function createLoadWorker(): Worker {
  return new Worker(new URL("../../lib/load/load_worker.ts", import.meta.url), { type: "module" });
}

function createFileWorker(): Worker {
  return new Worker(new URL("../../lib/persist/file_worker.ts", import.meta.url), { type: "module" });
}

function watch(worker: Worker, all: Watched[]): Worker {
  const watched: Watched = { messages: [], terminated: false };
  worker.addEventListener("message", ({ data }) => {
    if (data.kind !== "begun") watched.messages.push(data);
  });
  const terminate = worker.terminate.bind(worker);
  worker.terminate = () => {
    watched.terminated = true;
    terminate();
  };
  all.push(watched);
  return worker;
}

/** Checks that the run told the worker's message soon after it was thrown. */
function assertDeliberate({ message, endedAtMs }: Failure): void {
  assertStringIncludes(message, DELIBERATE);
  const thrownAtMs = Number(message.slice(message.indexOf(DELIBERATE) + DELIBERATE.length));
  assertLess(endedAtMs - thrownAtMs, FAILURE_MAX_MS);
}

/** Checks that what the others had done until the failure is kept, and that nothing is if the load had not begun. */
function assertMeasured({ measured, others }: Failure, opsMin: number | undefined): void {
  assertEquals(measured === undefined, opsMin === undefined);
  if (measured === undefined || opsMin === undefined) return;
  const { ops, runtimeMs } = totals(measured.threads);
  assertGreater(others.length, 0);
  assertGreaterOrEqual(ops, opsMin);
  assertGreater(runtimeMs, 0);
  assertEquals(measured.phases.at(-1)?.phase, "load");
  assertEquals(measured.file?.drainMs, undefined);
}

/** Checks that the workers that had begun ended by themselves, each with its one message, before the run did. */
function assertOthersEnded({ others }: Failure): void {
  for (const { messages, terminated } of others) {
    assertEquals(messages.length, 1);
    assert(terminated);
  }
}

/**
 * `opsMin`: how many operations were certainly done before the failure; absent if the load had not begun, and there is
 * no result.
 */
const FAILING_RUNS: readonly { name: string; opsMin?: number; faults: FailingRun }[] = [
  {
    name: "a load worker that throws in the middle, in memory",
    opsMin: 0,
    faults: { load: "throws in the middle" },
  },
  {
    name: "a load worker that throws in the middle, asynchronously",
    opsMin: 0,
    faults: { load: "throws in the middle", policy: ASYNCHRONOUS },
  },
  {
    name: "a load worker that throws in the middle, synchronously",
    opsMin: 0,
    faults: { load: "throws in the middle", policy: SYNCHRONOUS },
  },
  {
    name: "a load worker that throws while the others wait on a full queue",
    opsMin: 1,
    faults: { load: "throws when all others wait", file: "stalls", policy: ASYNCHRONOUS },
  },
  {
    name: "the file worker when it throws while all load workers wait on a full queue",
    opsMin: 1,
    faults: { file: "throws while the queue is full", policy: ASYNCHRONOUS },
  },
  { name: "a load worker that throws before the start", faults: { load: "throws before the start" } },
  {
    name: "the file worker when it throws before the start",
    faults: { file: "throws before the start", policy: SYNCHRONOUS },
  },
  { name: "a load worker that throws at import", faults: { load: "throws at import" } },
  {
    name: "the file worker when it throws at import",
    faults: { file: "throws at import", policy: ASYNCHRONOUS },
  },
];

for (const { name, opsMin, faults } of FAILING_RUNS) {
  Deno.test(`run() fails with the message of ${name}, soon, and ends all others`, async () => {
    const failed = await failure(faults);
    assertDeliberate(failed);
    assertMeasured(failed, opsMin);
    assertOthersEnded(failed);
  });
}

Deno.test("run() rejects when a worker fails outside of its task", async () => {
  const failed = await failure({ load: "rejects unheard" });
  assertDeliberate(failed);
  assertOthersEnded(failed);
});

Deno.test("run() fails when a worker throws what cannot be cloned", async () => {
  const failed = await failure({ load: "throws a function" });
  assertMatch(failed.message, /no clone of this/);
  assertOthersEnded(failed);
});

for (const fault of ["closes itself", "exits"] as const) {
  for (const policy of [undefined, SYNCHRONOUS]) {
    Deno.test(`run() fails soon when a load worker ${fault}, ${policy?.kind ?? "in memory"}`, async () => {
      const startedAtMs = Date.now();
      const failed = await failure({ load: fault, ...(policy === undefined ? {} : { policy }) });
      assertEquals(failed.message, "Load worker 0 ended without a result");
      assertLess(failed.endedAtMs - startedAtMs, FAILURE_MAX_MS);
      assertOthersEnded(failed);
    });
  }
}

for (const fault of ["posts null", "posts text", "posts an unknown kind"] as const) {
  Deno.test(`run() fails, and says so, when a worker ${fault}`, async () => {
    const failed = await failure({ load: fault });
    assertEquals(failed.message, "Cannot understand a worker's message");
    assertOthersEnded(failed);
  });
}

Deno.test("run() lets go of the directory when a worker fails, so that the next run can have it", async () => {
  using directory = temporaryDirectory();
  const backend: BackendOptions = {
    kind: "file",
    output: directory.path,
    fileCount: 2,
    serializer: "json",
    policy: SYNCHRONOUS,
    layout: { kind: "snapshot", replace: "rename" },
    sync: "none",
  };
  const options: RunOptions = {
    threads: 1,
    loadTimeMs: 20,
    workload: { kind: "seed" },
    pattern: "unthrottled",
    seed: 1,
    backend,
  };
  const createLoadWorker = () => createFaultyWorker("throws in the middle");
  const failed = await run(options, { createLoadWorker });
  assertStringIncludes(failed.failed ?? "", DELIBERATE);
  const { file } = await run(options);
  assertEquals(file?.files, 2);
});

Deno.test("run() ends the file worker when there is no memory for what the load counts in", async () => {
  const { create } = LoadMeter;
  LoadMeter.create = () => {
    throw new RangeError("Array buffer allocation failed");
  };
  try {
    const failed = await failure({ policy: ASYNCHRONOUS });
    assertEquals(failed.message, "Array buffer allocation failed");
    assertEquals(failed.others.length, 1);
    assertOthersEnded(failed);
  } finally {
    LoadMeter.create = create;
  }
});
