/**
 * Tests of traces whose operations can be gone through again: they are what the lanes of a replay do, value and all.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { keyText } from "../../lib/load/numbered_load.ts";
import { NumberedTrace } from "../../lib/load/numbered_trace.ts";
import { parseNumberedValue } from "../../lib/load/numbered_workload.ts";
import { DELETE, READ } from "../../lib/load/operation.ts";
import { replayValues, ReplayWorkload, TraceOverError } from "../../lib/load/replay_workload.ts";
import type { ReplayOptions, Workload } from "../../lib/load/workload.ts";
import { feedTrace } from "../../lib/replay/trace_feed.ts";
import { TraceRing } from "../../lib/replay/trace_ring.ts";
import { summarizeTrace } from "../../lib/replay/trace_summary.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { Phase } from "../../lib/sync/phase.ts";
import { OWN_TRACE, traceFile, TWITTER_TRACE } from "../replay/samples.ts";

const SEED = 5;
const ROUND = 3;

async function optionsOf(path: string): Promise<ReplayOptions> {
  const trace = await summarizeTrace(path);
  return { kind: "replay", path, rounds: 0, endsLoad: false, compressible: 1, trace };
}

/** An operation in words: its kind, its key, and its value if it puts one. */
function shown({ kind, key, value }: Workload): string {
  return `${kind} ${key}${kind === READ || kind === DELETE ? "" : ` ${value}`}`;
}

/** What each of so many lanes does of a trace that is replayed so many times. */
async function lanesOf(options: ReplayOptions, lanes: number, rounds: number): Promise<string[][]> {
  const rings = TraceRing.createAll(lanes, { abort: Abort.create(), phase: Phase.create() });
  const { path, trace } = options;
  assert(trace !== undefined);
  await feedTrace({ path, trace, rounds, opsMax: Infinity, roundOpsMax: Infinity, isTimed: false }, rings);
  return rings.map((ring, thread) => {
    const values = replayValues(SEED, options, { thread, threads: lanes, round: ROUND });
    const workload = new ReplayWorkload(TraceRing.attach(ring.handle()), values, options);
    const all: string[] = [];
    try {
      for (;;) {
        workload.next();
        all.push(shown(workload));
      }
    } catch (error) {
      assert(error instanceof TraceOverError);
    }
    return all;
  });
}

for (const [name, path] of [["Twitter's", TWITTER_TRACE], ["kvlab's", OWN_TRACE]] as const) {
  Deno.test(`NumberedTrace has the operations that the lanes do of a trace of ${name}, again and again`, async () => {
    const options = await optionsOf(path);
    const load = await NumberedTrace.read(options);
    for (const lanes of [1, 3]) {
      for (const [thread, expected] of (await lanesOf(options, lanes, 2)).entries()) {
        const operations = load.operations(SEED, { round: ROUND, thread, threads: lanes });
        const writes = load.operations(SEED, { round: ROUND, thread, threads: lanes });
        for (const operation of expected) {
          operations.next();
          assertEquals(shown(operations), operation);
          assertEquals(keyText(load, operations.record), operations.key.toString());
          assertEquals(load.ownerOf(operations.record, lanes), thread);
          if (operations.kind === READ) continue;
          writes.nextWrite();
          assertEquals([shown(writes), writes.record], [operation, operations.record]);
        }
      }
    }
    assertEquals(load.keySpace.keyCount, options.trace?.keys);
  });
}

Deno.test("NumberedTrace gives each value enough room to tell its put, and each record to one lane", async () => {
  using trace = traceFile("0,put,a,0\n1,put,b,5\n2,get,c,\n3,put,a,100\n");
  const load = await NumberedTrace.read(await optionsOf(trace.path));
  const operations = load.operations(SEED, { round: ROUND, thread: 0, threads: 1 });
  for (const [index, length] of [23, 23, 100].entries()) {
    operations.nextWrite();
    assertEquals(operations.value.length, length);
    assertEquals(parseNumberedValue(operations.value), { round: ROUND, thread: 0, sequence: index + 1 });
  }
  const records = [0, 1, 2].flatMap((thread) => [...load.recordsOf(thread, 3)]);
  assertEquals(records.toSorted(), [0, 1, 2]);
});

Deno.test("NumberedTrace keeps no more than is replayed of a trace, and lanes without operations go on", async () => {
  using trace = traceFile("0,put,a,1\n1,put,b,5\n2,put,c,1\n");
  const load = await NumberedTrace.read({ ...await optionsOf(trace.path), roundOpsMax: 1 });
  assertEquals(load.keySpace.keyCount, 1);
  const owner = load.ownerOf(0, 2);
  const idle = load.operations(SEED, { round: ROUND, thread: 1 - owner, threads: 2 });
  idle.nextWrite();
  assertEquals(idle.record, -1);
});
