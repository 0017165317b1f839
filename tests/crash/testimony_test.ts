/**
 * Tests of the witness and the testimony: what a killed process has recorded is there, and is read as it was meant.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertThrows } from "@std/assert";
import { lastAcknowledgedAtMs } from "../../lib/crash/testimony.ts";
import { PersistError } from "../../lib/system/persist_error.ts";
import { Witness } from "../../lib/persist/witness.ts";
import { sharedNowMs } from "../../lib/sync/shared_time.ts";
import { temporaryDirectory } from "../run/files.ts";
import { readTestimony } from "./fixtures.ts";

Deno.test("readTestimony() reads what each thread has acknowledged, in order, and an absent thread as nothing", () => {
  using directory = temporaryDirectory();
  const earliestMs = sharedNowMs();
  const witness = Witness.ofAcknowledged(directory.path, 1);
  for (const version of [3, 1, 4]) witness.record(0, version);
  const latestMs = sharedNowMs();

  const { acknowledgedAtMs, acknowledgedVersions } = readTestimony(directory.path, 3);

  assertEquals(acknowledgedVersions, new Map([[0, 4]]));
  assertEquals(acknowledgedAtMs.map(({ length }) => length), [0, 3, 0]);
  const times = [earliestMs, ...(acknowledgedAtMs[1] ?? []), latestMs];
  assertEquals(times, times.toSorted((a, b) => a - b));
});

Deno.test("lastAcknowledgedAtMs() finds the latest time of all threads, some of which have none", () => {
  const acknowledgedAtMs = [[1, 5], [], [2, 9], [3, 4]].map((times) => Float64Array.from(times));
  assertEquals(lastAcknowledgedAtMs({ acknowledgedAtMs }), 9);
  assertEquals(lastAcknowledgedAtMs({ acknowledgedAtMs: [new Float64Array()] }), -Infinity);
});

Deno.test("readTestimony() keeps each shard's newest acknowledged version over all threads' files", () => {
  using directory = temporaryDirectory();
  const one = Witness.ofAcknowledged(directory.path, 0);
  const other = Witness.ofAcknowledged(directory.path, 1);
  one.record(0, 10);
  one.record(7, 2 ** 40);
  other.record(0, 12);
  one.record(0, 11);
  assertEquals(readTestimony(directory.path, 2).acknowledgedVersions, new Map([[0, 12], [7, 2 ** 40]]));
});

Deno.test("readTestimony() keeps each shard's newest written version over all threads' files", () => {
  using directory = temporaryDirectory();
  const one = Witness.ofWritten(directory.path);
  const other = Witness.ofWritten(directory.path);
  one.record(0, 10);
  one.record(7, 2 ** 40);
  other.record(0, 12);
  one.record(0, 11);
  assertEquals(readTestimony(directory.path, 1).writtenVersions, new Map([[0, 12], [7, 2 ** 40]]));
});

Deno.test("readTestimony() leaves out a record that is not whole", () => {
  using directory = temporaryDirectory();
  Witness.ofAcknowledged(directory.path, 0).record(1, 5);
  Witness.ofWritten(directory.path).record(2, 6);
  for (const { name } of Deno.readDirSync(directory.path)) {
    Deno.writeFileSync(`${directory.path}/${name}`, new Uint8Array(15).fill(1), { append: true });
  }
  const { acknowledgedAtMs, acknowledgedVersions, writtenVersions } = readTestimony(directory.path, 1);
  assertEquals([acknowledgedAtMs[0]?.length, acknowledgedVersions], [1, new Map([[1, 5]])]);
  assertEquals(writtenVersions, new Map([[2, 6]]));
});

Deno.test("readTestimony() names the directory that it cannot read", () => {
  assertThrows(() => readTestimony("/nowhere/at all", 1), PersistError, "Cannot read /nowhere/at all");
});

Deno.test("Witness keeps all records of a process that was killed in the middle of them", async () => {
  using directory = temporaryDirectory();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", new URL("./witness_child.ts", import.meta.url).href, directory.path],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let told = "";
  while (told.split("\n").length < 20) told += (await reader.read()).value ?? "";
  child.kill("SIGKILL");
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) told += chunk.value;
  assertEquals((await child.status).signal, "SIGKILL");

  // The child tells each number after it has recorded it.
  const lastTold = Number(told.split("\n").at(-2));
  const { acknowledgedAtMs: [times], acknowledgedVersions, writtenVersions } = readTestimony(directory.path, 1);
  assert(times !== undefined && times.length >= lastTold, `${times?.length} records, told ${lastTold}`);
  assertEquals(acknowledgedVersions, new Map([[0, times.length]]));
  assertGreater(writtenVersions.get(3) ?? 0, lastTold - 1);
});
