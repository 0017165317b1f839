/**
 * Tests of how many workers a process has room for.
 *
 * @module
 */
import { assertEquals, assertGreater, assertThrows } from "@std/assert";
import type { BackendOptions } from "../../lib/backend/backend.ts";
import { parseCommand } from "../../lib/command/parse_command.ts";
import { UsageError } from "../../lib/option/wording.ts";
import type { PersistencePolicy } from "../../lib/persist/policy/policies.ts";
import { withTrace } from "../../lib/run/run_options.ts";
import { refuseTooManyWorkers, workerShortage } from "../../lib/run/worker_limit.ts";
import { temporaryDirectory } from "./files.ts";

const MIB = 2 ** 20;

function file(policy: PersistencePolicy): BackendOptions {
  const layout = { kind: "snapshot", replace: "rename" } as const;
  return { kind: "file", fileCount: 4, serializer: "json", policy, layout, sync: "none" };
}

const BACKENDS: readonly BackendOptions[] = [
  { kind: "memory" },
  file({ kind: "periodic", flushPeriodUs: 1000 }),
  file({ kind: "synchronous", writePeriodUs: 1000 }),
];

Deno.test("workerShortage() says how many threads fit, and that many do", () => {
  const most = BACKENDS.map((backend) => {
    const limits = { openFiles: 256 };
    const shortage = workerShortage({ threads: 64, backend }, limits);
    assertEquals([shortage?.of, shortage?.granted], ["open files", 256]);
    const { threadsMax = 0, needed = 0 } = shortage ?? {};
    assertGreater(needed, 256);
    assertEquals(workerShortage({ threads: threadsMax, backend }, limits), undefined);
    assertEquals(workerShortage({ threads: threadsMax + 1, backend }, limits)?.threadsMax, threadsMax);
    return threadsMax;
  });
  // The file worker takes some, and threads that write take more.
  assertEquals(most, most.toSorted((a, b) => b - a));
  assertEquals(new Set(most).size, most.length);
});

Deno.test("workerShortage() knows that witnesses take descriptors too", () => {
  const [threadsMax = 0, witnessed = 0] = [false, true].map((witnessed) =>
    workerShortage({ threads: 64, backend: { kind: "memory" }, witnessed }, { openFiles: 256 })?.threadsMax
  );
  assertGreater(threadsMax, witnessed);
});

Deno.test("workerShortage() counts the store, and the memory of another kvlab, besides the workers", () => {
  const options = { threads: 8, backend: { kind: "memory" } } as const;
  const limits = { memoryBytes: 160 * MIB };
  assertEquals(workerShortage(options, limits), undefined);
  const withStore = workerShortage({ ...options, storeBytes: 42 * MIB }, limits);
  assertEquals([withStore?.of, withStore?.needed, withStore?.threadsMax], ["memory", (16 + 8 * 18 + 42) * MIB, 5]);
  assertEquals(workerShortage({ ...options, storeBytes: 150 * MIB }, limits)?.threadsMax, 0);
  assertEquals(workerShortage({ ...options, witnessed: true }, limits)?.threadsMax, 4);
});

Deno.test("workerShortage() names what is shortest", () => {
  const backend = { kind: "memory" } as const;
  const shortage = workerShortage({ threads: 1024, backend }, { openFiles: 1024, memoryBytes: 196 * MIB });
  assertEquals([shortage?.of, shortage?.threadsMax], ["memory", 10]);
  const user = workerShortage({ threads: 1024, backend }, { openFiles: 1024, threads: 24 });
  assertEquals([user?.of, user?.threadsMax], ["threads", 4]);
});

Deno.test("workerShortage() has nothing against what the system does not tell, and no thread where none fits", () => {
  const backend = { kind: "memory" } as const;
  assertEquals(workerShortage({ threads: 1024, backend }, {}), undefined);
  assertEquals(workerShortage({ threads: 1, backend }, { openFiles: 10 })?.threadsMax, 0);
});

Deno.test("refuseTooManyWorkers() advises to lower what a load has flags for, which a replay has not", async () => {
  using directory = temporaryDirectory();
  const trace = `${directory.path}/trace.csv`;
  Deno.writeTextFileSync(trace, "time_us,operation,key,value_bytes\n0,put,user:1,120\n");
  const none = { bytes: MIB, ofGroup: false };
  for (
    const [args, advice] of [["--workload=a", ", lower --keys or --value-size"], [`--replay=${trace}`, ""]] as const
  ) {
    const command = parseCommand(["--threads=1", args, "memory"], { threads: 1, seed: 1 });
    if (command.kind !== "run") throw new Error(command.kind);
    const options = await withTrace(command.options);
    const { message } = assertThrows(() => refuseTooManyWorkers(options, none), UsageError);
    assertEquals(/MiB are free: (.*)$/.exec(message)?.[1], `not even one thread fits${advice}`);
  }
});
