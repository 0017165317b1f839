/**
 * Tests of the verdict on what a failure has left, where files may be torn and where they may not.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { FoundRecords } from "../../lib/crash/found_records.ts";
import { Judge, problemOf } from "../../lib/crash/verdict.ts";
import type { Loss } from "../../lib/engine/promises.ts";
import { NumberedMix } from "../../lib/load/numbered_load.ts";
import { NUMBERED_SEED_MIX } from "../../lib/load/numbered_workload.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";

const MIX = { ...NUMBERED_SEED_MIX, keyCount: 4, keyCountMax: 4 };
const BOUNDED: Loss = { text: "at most 10 writes", writesMax: 10 };
const OR_TORN: Loss = { ...BOUNDED, mayTear: true };

/**
 * The problem of a store that is empty, though its one shard's put was acknowledged, and called synced where anything
 * is; and though one of its records was there before.
 */
async function problemOfEmpty(
  promise: Loss,
  torn: number,
  { isSynced = true, tornBefore = 0 } = {},
): Promise<string | undefined> {
  const records = new FoundRecords(MIX.keyCountMax);
  records.set(0, PaddedBytes.of("what was there before"));
  const before = { records, versions: new Float64Array(1) };
  const judge = new Judge({
    first: before,
    before,
    load: new NumberedMix(MIX),
    seed: 1,
    round: 1,
    failure: "powerLoss",
    promise,
    isSynced,
    everThere: 1,
  });
  const files = { versions: new Float64Array(1), torn, damagedSpares: 0, setAside: [] };
  const { verdict } = await judge.judge({
    open: () => Promise.resolve({ recoveryMs: 0, files, get: () => false, close: () => {} }),
    testimony: {
      acknowledgedAtMs: [Float64Array.of(5)],
      acknowledgedVersions: new Map([[0, 1]]),
      writtenVersions: new Map([[0, 1]]),
      syncedVersions: new Map(isSynced ? [[0, 1]] : []),
    },
    failedAtMs: 6,
    tornBefore,
  });
  return problemOf(verdict, promise);
}

Deno.test("Judge.judge() lets a torn file cost all that it held where files may be torn, and nothing otherwise", async () => {
  assertEquals(await problemOfEmpty(OR_TORN, 1), undefined);
  assertEquals(await problemOfEmpty(OR_TORN, 0), "gauge exceeded");
  // A recovery has found it torn and set it aside, and then the power has failed again.
  assertEquals(await problemOfEmpty(OR_TORN, 0, { tornBefore: 1 }), undefined);
  assertEquals(await problemOfEmpty(BOUNDED, 1), "torn");
  assertEquals(await problemOfEmpty(BOUNDED, 0), "gauge exceeded");
});

Deno.test("Judge.judge() counts what was there before as at risk where nothing is synced, as its file may have been replaced", async () => {
  const everything: Loss = { text: "everything that was never synced" };
  assertEquals(await problemOfEmpty(everything, 0, { isSynced: false }), undefined);
  assertEquals(await problemOfEmpty(everything, 0), "gauge exceeded");
});
