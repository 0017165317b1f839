/**
 * What the tests of crashes share: a child's operations regenerated, and what is found when some of them have survived.
 *
 * @module
 */
import { FoundRecords } from "../../lib/crash/found_records.ts";
import type { FileBackendOptions } from "../../lib/backend/backend.ts";
import { type LoadParts, type LossCount, LossCounter } from "../../lib/crash/loss_count.ts";
import { recover, type Recovered, type RecoveredFiles } from "../../lib/crash/recovery.ts";
import { type Testimony, WitnessRecords } from "../../lib/crash/testimony.ts";
import { NumberedMix } from "../../lib/load/numbered_load.ts";
import { NUMBERED_SEED_MIX, NumberedWorkload } from "../../lib/load/numbered_workload.ts";
import { Rng } from "../../lib/load/rng.ts";
import { mixKeySpace, type MixOptions } from "../../lib/load/workload.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";

export const SEED = 77;
export const ROUND = 5;
/** Few keys, so that each is put several times, and values of several lengths. */
export const MIX: MixOptions = { ...NUMBERED_SEED_MIX, keyCount: 40, keyCountMax: 40, valueBytesMax: 60 };

/** One put of a child. */
export interface Put {
  readonly thread: number;
  /** From 1. */
  readonly sequence: number;
  readonly record: number;
  readonly value: string;
}

/** The first puts of one of so many threads. */
export function putsOf(
  thread: number,
  { threads, count, round = ROUND }: { threads: number; count: number; round?: number },
): Put[] {
  const workload = new NumberedWorkload(new Rng(SEED, 2 * thread), MIX, { round, thread, threads });
  return Array.from({ length: count }, (_, i) => {
    workload.nextWrite();
    return { thread, sequence: i + 1, record: workload.record, value: workload.value.toString() };
  });
}

/** What is found when these puts have survived, in this order. */
export function foundAfter(puts: readonly Put[]): FoundRecords {
  const found = new FoundRecords(MIX.keyCountMax);
  for (const { record, value } of puts) found.set(record, PaddedBytes.of(value));
  return found;
}

/** A crash: how far each thread was acknowledged, and what is left; put `i` of a thread is acknowledged at `i` ms. */
export interface Crash {
  /** Per thread, how many of its puts. */
  readonly acknowledged: readonly number[];
  readonly survivors: readonly Put[];
  readonly before?: readonly Put[];
}

/** What the losses are counted from. */
interface LossParts extends LoadParts {
  readonly found: FoundRecords;
  readonly testimony: Pick<Testimony, "acknowledgedAtMs">;
}

/** Counts what is lost of the writes of a child. */
export function countLosses({ found, testimony, ...load }: LossParts): LossCount {
  return new LossCounter(load).count(found, testimony);
}

/** What {@linkcode countLosses} gets after such a crash. */
export function partsOf({ acknowledged, survivors, before = [] }: Crash): LossParts {
  return {
    found: foundAfter([...before, ...survivors]),
    foundFirst: foundAfter(before),
    foundBefore: foundAfter(before),
    load: new NumberedMix(MIX),
    seed: SEED,
    round: ROUND,
    testimony: {
      acknowledgedAtMs: acknowledged.map((count) => Float64Array.from({ length: count }, (_, i) => i + 1)),
    },
  };
}

/** Reads all that a child left in its witness directory. */
export function readTestimony(directory: string, threads: number): Testimony {
  return new WitnessRecords(directory, threads).until();
}

/** A store as found in a file backend's directory. */
export interface RecoveredDirectory extends Recovered {
  readonly files: RecoveredFiles;
}

/** Opens the directory of a file backend. */
export async function recoverFiles(backend: FileBackendOptions, mix: MixOptions): Promise<RecoveredDirectory> {
  return await recover(backend, mixKeySpace(mix)) as RecoveredDirectory;
}
