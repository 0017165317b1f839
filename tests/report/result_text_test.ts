import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { summaryText } from "../../lib/report/result_text.ts";
import { STYLED, TEXT_WIDTH, widthOf } from "../../lib/report/text_layout.ts";
import type { RunResult } from "../../lib/run/run_result.ts";
import { fileResult, memoryResult, mixResult, persisted, swept, threadOf } from "../result/fixtures.ts";

/** The memory run with the kinds of operations that it had. */
const memoryRun: RunResult = {
  ...memoryResult,
  operations: [{ operation: "read", count: 170_851 }, { operation: "update", count: 1_537_662 }],
};

Deno.test("summaryText() opens with the seed's four lines, and leaves out what a memory run does not have", () => {
  assertEquals(
    summaryText(memoryRun),
    `\
total_ops: 1708513
total_runtime: 10.000090816s
total_ops_per_sec: 170849.75
average_ops_per_sec: 42712.69

operations  170,851 reads, 1,537,662 updates, 98.3% of reads hit
threads     4, at 42,712 to 42,713 ops/s
may lose    process crash: everything
            power loss: everything
`,
  );
});

Deno.test("summaryText() goes on with what was at risk, the files and the signal when the backend is file", () => {
  assertEquals(
    summaryText(fileResult).split("\n\n")[1],
    `\
operations  none
threads     2, at 500 to 1,000 ops/s
may lose    process crash: at most 1026 writes
            power loss: everything that was never synced (--sync=none)
at risk     process crash: at most 128 writes, 12.3 ms old (bound 1,026 writes),
              99% of the time at most 100, 9 ms old
            power loss: everything, for --sync=none
found       119 files with 65,000 entries, opened in 45.6 ms,
              1 damaged file set aside
files       120 of json, 13.6 MB written (738.7 times what was put),
              1,700 snapshots, 300 superseded
persisted   after 1.5 ms (p50), 8 ms (p99), 13 ms (max), drained in 500 ms
stopped by  SIGINT
`,
  );
});

Deno.test("summaryText() says all that a mix in an open loop measures", () => {
  assertEquals(
    summaryText(mixResult).split("\n\n")[1],
    `\
operations  1,500 reads, 500 read-modify-writes, 99.5% of reads hit
preload     1,000 keys in 500 ms (2,000/s)
latency, µs           p50       p90       p99     p99.9       max
  read               2.00      3.00      4.00      5.00    12,345
    uncorrected      2.00      3.00      4.00      5.00     1,000
            every 10th was timed, from the intended start,
              uncorrected from the actual one
rate        1,000 ops/s asked, 999.5 reached, 3 started late,
              2 due at the end and never begun
            an idle thread woke 60 µs late (p50), 90 µs (p99)
waits       10 µs asked, 70 µs got
blocked     12.5% of the time on the queue, 0.05% on locks
may lose    process crash: at most 1025 writes
            power loss: everything that was never synced (--sync=none)
at risk     process crash: at most 128 writes, 12.3 ms old (bound 1,025 writes),
              99% of the time at most 100, 9 ms old
            power loss: everything, for --sync=none
found       119 files with 65,000 entries, opened in 45.6 ms,
              1 damaged file set aside
files       120 of json, 13.6 MB written (48.57 times what was put),
              1,700 snapshots, 300 superseded
persisted   after 1.5 ms (p50), 8 ms (p99), 13 ms (max), drained in 500 ms
device      ext4: 100,000 writes/s, 5,000 renames/s, 500 syncs/s
`,
  );
});

Deno.test("summaryText() gives sweeps, the bound on the age, and what a power loss costs where that is measured", () => {
  const text = summaryText({ ...fileResult, file: { ...swept, syncs: 85, recordsWritten: 2_000, checkpoints: 1 } });
  for (
    const line of [
      "at risk     process crash: at most 128 writes, 12.3 ms old (bound 121 ms),",
      "            power loss: at most 140 writes, 14 ms old,",
      "              99% of the time at most 110, 10 ms old",
      "              1,700 snapshots, 2,000 records, 1 checkpoint, 300 superseded",
      "            85 syncs, 20 puts per sync",
      "            40 flushes, the longest took 60.5 ms, 2 took longer than the period",
    ]
  ) assert(text.split("\n").includes(line), `${line}\n${text}`);
  assertFalse(text.includes("everything, for"));
});

Deno.test("summaryText() says that nothing was at risk, and which promise was broken", () => {
  const none = { mean: 0, p50: 0, p99: 0, max: 0 };
  const nothing = { writes: none, ageMs: none, worstShard: 0, worstShardWrites: 0 };
  const file = {
    ...persisted,
    processCrash: nothing,
    powerLoss: nothing,
    processCrashBound: { writes: 0, ageMs: 0 },
    brokenBounds: ["the bound was broken: a write was at risk for 3.030 s, 0.037 s are promised at most"],
  };
  assertStringIncludes(
    summaryText({ ...fileResult, file }),
    `
at risk     process crash: nothing (bound 0 writes)
            power loss: nothing
broken      the bound was broken: a write was at risk for 3.030 s, 0.037 s are
              promised at most
`,
  );
});

Deno.test("summaryText() names the engine, its settings and its waits, and what it promises", () => {
  const text = summaryText({
    ...memoryRun,
    threads: [{ ...memoryRun.threads[0]!, blocked: { busy_server: 2_500, lock: 0 } }],
    engine: { title: "SQLite", version: "3.51.0", settings: { journal_mode: "wal", synchronous: 1 } },
    promises: {
      processCrash: { text: "nothing" },
      powerLoss: { text: "the latest commits" },
      failover: { text: "about a second" },
    },
  });
  assertStringIncludes(
    text,
    `
blocked     25% of the time on busy-server
engine      SQLite 3.51.0, journal_mode=wal, synchronous=1
may lose    process crash: nothing
            power loss: the latest commits
            failover: about a second
`,
  );
});

Deno.test("summaryText() says that the file system is unknown where the system does not tell", () => {
  const { fileSystem: _, ...file } = mixResult.file!;
  assertStringIncludes(
    summaryText({ ...mixResult, file }),
    "\ndevice      file system unknown: 100,000 writes/s, 5,000 renames/s, 500 syncs/s\n",
  );
});

Deno.test("summaryText() shows zeros when no thread ran or no time passed", () => {
  const zeros = `\
total_ops: 0
total_runtime: 0s
total_ops_per_sec: 0.00
average_ops_per_sec: 0.00

operations  none
may lose    process crash: everything
            power loss: everything
`;
  const idle = threadOf({ thread: 0, runtimeMs: 0, reads: 0, writes: 0, hits: 0 });
  for (const threads of [[], [idle]]) assertEquals(summaryText({ ...memoryResult, threads }), zeros);
});

Deno.test("summaryText() says what ended the run before its time", () => {
  const text = summaryText({ ...memoryRun, usedUp: "the records to insert were used up", stoppedBy: "SIGTERM" });
  assert(text.endsWith("\nended       early: the records to insert were used up\nstopped by  SIGTERM\n"));
});

Deno.test("summaryText() makes rate and loss bold, and is otherwise the same", () => {
  const styled = summaryText(fileResult, STYLED);
  for (const part of ["1000.00", "at most 128 writes, 12.3 ms old", "everything, for --sync=none"]) {
    assertStringIncludes(styled, `\x1b[1m${part}\x1b[22m`);
  }
  assertEquals(styled.replaceAll("\x1b[1m", "").replaceAll("\x1b[22m", ""), summaryText(fileResult));
});

Deno.test("summaryText() fits 80 columns, whatever was measured", () => {
  const huge = { mean: 1e9, p50: 1e9, p99: 1e9, max: 123_456_789 };
  const exposure = { writes: huge, ageMs: huge, worstShard: 0, worstShardWrites: 0 };
  const file = {
    ...swept,
    processCrash: exposure,
    powerLoss: exposure,
    bytesWritten: 1e15,
    snapshotsWritten: 1e9,
    snapshotsSuperseded: 1e9,
    filesSetAside: [],
  };
  const results = [memoryRun, fileResult, mixResult, { ...mixResult, file }];
  for (const line of results.flatMap((result) => summaryText(result).split("\n"))) {
    assert(widthOf(line) <= TEXT_WIDTH, line);
  }
});

Deno.test("summaryText() calls a history linearizable only if all of it could be judged", () => {
  const history = {
    operations: 900,
    keys: 3,
    oneKeyIn: 1,
    isCut: false,
    contradicting: 0,
    undecided: 0,
    contradictions: [],
    judgedMs: 5,
  };
  const lineOf = (counts: { contradicting?: number; undecided?: number }) =>
    summaryText({ ...memoryRun, history: { ...history, ...counts } }).match(/^history {5}(.*?),\s/m)?.[1];
  assertEquals([{}, { undecided: 2 }, { contradicting: 1, undecided: 1 }, { contradicting: 2 }].map(lineOf), [
    "linearizable",
    "undecided",
    "not linearizable: 1 key that contradicts itself",
    "not linearizable: 2 keys that contradict themselves",
  ]);
});
