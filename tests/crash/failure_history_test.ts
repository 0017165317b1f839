/**
 * Tests of judging what the threads of a killed child have left of its history, with what is found afterwards.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { FoundRecords } from "../../lib/crash/found_records.ts";
import { FailureHistory } from "../../lib/crash/failure_history.ts";
import { EVERYTHING, NOTHING as NOTHING_LOST } from "../../lib/engine/promises.ts";
import { READ, WRITE } from "../../lib/history/history.ts";
import { HistoryFile } from "../../lib/history/history_file.ts";
import { HistoryTape, NOTHING } from "../../lib/history/tape.ts";
import { formatNumberedValue, NumberedWorkload, putNumber } from "../../lib/load/numbered_workload.ts";
import { Rng } from "../../lib/load/rng.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { temporaryDirectory } from "../run/files.ts";
import { MIX, ROUND } from "./fixtures.ts";

const RECORD = 3;

/** What a thread has done to the record: put the value of this number, or read it; 0 where there was none. */
type Step = readonly [thread: number, kind: number, sequence: number];

/** Judges a child of two threads that did this, of which the first puts; at last the record holds the given put. */
async function judged(
  steps: readonly Step[],
  { held, promise = NOTHING_LOST, untilMs }: { held: number; promise?: typeof NOTHING_LOST; untilMs?: number },
) {
  using directory = temporaryDirectory();
  const tape = HistoryTape.create(2, 0);
  const files = [0, 1].map((thread) => new HistoryFile(directory.path, thread, tape.track(thread)));
  for (const [thread, kind, sequence] of steps) {
    const file = files[thread]!;
    const call = file.tick();
    const put = sequence === 0 ? NOTHING : putNumber({ thread: 0, sequence });
    file.add(kind, ROUND, RECORD, put, 0, call, file.tick(), call, call + 1);
  }
  const found = new FoundRecords(MIX.keyCountMax);
  const value = formatNumberedValue({ round: ROUND, thread: 0, sequence: held });
  if (held > 0) found.set(RECORD, PaddedBytes.of(value));
  const history = FailureHistory.ofChild({
    directory: directory.path,
    threads: 2,
    inFlight: 2,
    mix: MIX,
    round: ROUND,
    before: new FoundRecords(MIX.keyCountMax),
    promise,
    failedAtMs: 100,
  });
  const { contradictions, contradicting, operations } = await history.judge(found, untilMs);
  return { names: contradictions.map(({ name }) => name), contradicting, operations };
}

const TWO_PUTS: readonly Step[] = [[1, READ, 0], [0, WRITE, 1], [0, WRITE, 2]];

Deno.test("FailureHistory.judge() takes what is found for a last read where nothing may be lost", async () => {
  assertEquals((await judged(TWO_PUTS, { held: 2 })).names, []);
  assertEquals((await judged(TWO_PUTS, { held: 1 })).names, ["lost write"]);
  assertEquals((await judged([...TWO_PUTS, [1, READ, 2]], { held: 1 })).names, ["stale read"]);
  assertEquals((await judged(TWO_PUTS, { held: 0 })).names, ["lost write"]);
});

Deno.test("FailureHistory.judge() leaves it to the promise what may be lost, but no read before the failure", async () => {
  assertEquals((await judged(TWO_PUTS, { held: 1, promise: EVERYTHING })).names, []);
  const stale: Step[] = [...TWO_PUTS, [1, READ, 1]];
  assertEquals((await judged(stale, { held: 1, promise: EVERYTHING })).names, ["lost write"]);
});

Deno.test("FailureHistory.judge() knows that a put that was under way may be found, or not", async () => {
  for (const held of [2, 3]) assertEquals((await judged(TWO_PUTS, { held })).names, []);
  // Once it has been read, it is there for good.
  assertEquals((await judged([...TWO_PUTS, [1, READ, 3]], { held: 2 })).contradicting, 1);
});

Deno.test("FailureHistory.judge() knows that what came after a cut of the power was not there, nor under way before its call", async () => {
  // The first put is called at 2 and returns at 3, the second one at 4 and 5.
  assertEquals((await judged(TWO_PUTS, { held: 1 })).names, ["lost write"]);
  assertEquals((await judged(TWO_PUTS, { held: 1, untilMs: 5 })).names, []);
  assertEquals((await judged(TWO_PUTS, { held: 2, untilMs: 5 })).names, []);
  assertEquals((await judged(TWO_PUTS, { held: 0, untilMs: 5 })).names, ["lost write"]);
  assertEquals((await judged(TWO_PUTS, { held: 0, untilMs: 3 })).names, []);
  // Though it was not acknowledged yet, somebody had read it.
  const early: Step[] = [[0, WRITE, 1], [1, READ, 2], [0, WRITE, 2]];
  assertEquals((await judged(early, { held: 1, untilMs: 4 })).names, ["order that cannot be"]);
});

Deno.test("NumberedWorkload writes the same whether or not its reads choose among all records", () => {
  const place = { round: ROUND, thread: 1, threads: 3 };
  const own = new NumberedWorkload(new Rng(4), MIX, place);
  const all = new NumberedWorkload(new Rng(4), MIX, { ...place, readsAll: true });
  const read = new Set<number>();
  for (let i = 0; i < 2000; i++) {
    own.next();
    all.next();
    assertEquals(all.kind, own.kind);
    if (own.kind === 0) read.add(Number(all.key.toString().slice(4)) % 3);
    else assertEquals([all.key.toString(), all.value.toString()], [own.key.toString(), own.value.toString()]);
  }
  assertEquals(read.size, 3);
});
