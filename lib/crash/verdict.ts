/**
 * Judges what a failure has left: opens it again, and holds what is found against what had been acknowledged and
 * promised.
 *
 * @module
 */
import { EngineError, HarnessError } from "../engine/engine_error.ts";
import type { Loss } from "../engine/promises.ts";
import type { NumberedLoad } from "../load/numbered_load.ts";
import { given } from "../option/given.ts";
import { PersistError } from "../system/persist_error.ts";
import { thenCleanUp } from "../sync/clean_up.ts";
import { type Examples, NOTHING_LOST, type Problem, type Verdict } from "./crash_result.ts";
import { FoundRecords } from "./found_records.ts";
import { type LossCount, LossCounter } from "./loss_count.ts";
import type { Recovered } from "./recovery.ts";
import type { Testimony } from "./testimony.ts";
import type { Failure } from "./victim.ts";

/** Clocks are read slightly apart, so a write may be this much older than promised, in milliseconds. */
const AGE_TOLERANCE_MS = 5;

/** What a store was found to hold. */
export interface Found {
  readonly records: FoundRecords;
  /** Each shard's version, where there are any. */
  readonly versions: Float64Array;
}

/** What a child was to do, and may lose. */
export interface JudgedChild {
  /** What was there before the first child began. */
  readonly first: Found;
  /** What was there before it began. */
  readonly before: Found;
  readonly load: NumberedLoad;
  readonly seed: number;
  readonly round: number;
  readonly failure: Failure;
  /** What may be lost. */
  readonly promise: Loss;
  /**
   * Whether the files are synced. Where they are not, a file that was on the device for good may have been replaced by
   * one that is not: a loss of power may then cost what the file held before the child began, too.
   */
  readonly isSynced: boolean;
  /**
   * How many records were ever there, or put, before the child began. Where files are not synced, what replaced or
   * removed any of them may be lost, however long ago that was.
   */
  readonly everThere: number;
}

/** One state of a store that is to be opened and judged. */
export interface JudgedState {
  /** @throws {PersistError | EngineError} when it cannot be opened */
  open(): Promise<Recovered>;
  /** What had been acknowledged when the failure came. */
  readonly testimony: Testimony;
  /** When that was, in milliseconds of the shared time. */
  readonly failedAtMs: number;
  /** How many shards a recovery that was itself cut short had found torn: their files may be set aside by now. */
  readonly tornBefore?: number;
}

/** What came of it. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly refused: number;
  /** Absent if the store could not be read. */
  readonly found?: Found;
}

/** Judges what is left of one child, once or in several states. */
export class Judge {
  readonly #child: JudgedChild;
  readonly #losses: LossCounter;

  constructor(child: JudgedChild) {
    this.#child = child;
    const { first, before, load, seed, round } = child;
    this.#losses = new LossCounter({ foundFirst: first.records, foundBefore: before.records, load, seed, round });
  }

  /** Opens the store, reads it, closes it and says what it means. */
  async judge(state: JudgedState): Promise<Judgement> {
    const { load } = this.#child;
    let recovered: Recovered, found: Found;
    try {
      recovered = await state.open();
      found = await readAll(recovered, load);
    } catch (error) {
      if (!this.#isAnswer(error)) throw error;
      return { verdict: this.#unreadable(state, error.message), refused: 0 };
    }
    const { testimony, tornBefore = 0 } = state;
    const { files, repaired, recoveryMs } = recovered;
    const { refused, oldestLostAtMs, ...counts } = this.#losses.count(found.records, testimony);
    const verdict = {
      ...counts,
      recovered: Math.max(0, counts.acknowledged - counts.lost),
      oldestLostMs: ageOf({ oldestLostAtMs }, state),
      tornShards: Math.max(files?.torn ?? 0, tornBefore),
      damagedSpares: files?.damagedSpares ?? 0,
      recoveryMs,
      ...given({ repaired, gauge: files && this.#gauge(testimony) }),
    };
    return { verdict: { ...verdict, held: this.#isPromised(verdict) }, refused, found };
  }

  /** Examples of what is lost of what was found, and of what is there that nobody has put there. */
  examples({ records }: Found, { testimony, failedAtMs }: Omit<JudgedState, "open">): Examples {
    return {
      ...this.#losses.lostWrite(records, testimony, failedAtMs),
      ...given({ strangeValue: this.#losses.strangeValue(records, testimony) }),
    };
  }

  /** Marks the records that the child has put, or may have. */
  markPut(testimony: Testimony, marks: Uint8Array): void {
    this.#losses.markPut(testimony, marks);
  }

  /**
   * Whether an error says that the store cannot be read. What kept an engine from being asked says nothing about what
   * it has kept; what keeps kvlab from its own files does where these are on a disk that nobody else has touched.
   */
  #isAnswer(error: unknown): error is Error {
    if (error instanceof PersistError) return this.#child.failure === "powerLoss";
    return error instanceof EngineError && !(error instanceof HarnessError);
  }

  /** A store that cannot be read has lost everything that was ever in it. */
  #unreadable({ testimony: { acknowledgedAtMs }, failedAtMs }: JudgedState, reason: string): Verdict {
    const { before, promise } = this.#child;
    const acknowledged = acknowledgedAtMs.reduce((sum, { length }) => sum + length, 0);
    const oldestLostAtMs = Math.min(...acknowledgedAtMs.map(([first = Infinity]) => first));
    return {
      ...NOTHING_LOST,
      acknowledged,
      lost: acknowledged + before.records.count,
      oldestLostMs: ageOf({ oldestLostAtMs }, { failedAtMs }),
      tornShards: 1,
      unreadable: reason,
      held: promise.mayTear === true,
    };
  }

  /** What the child's own gauge would have read; of what is never synced it says that all is at risk. */
  #gauge(testimony: Testimony): number {
    const { before, failure, isSynced, everThere } = this.#child;
    if (failure !== "powerLoss") return unpersisted(testimony, before.versions, testimony.writtenVersions);
    return unpersisted(testimony, before.versions, testimony.syncedVersions) + (isSynced ? 0 : everThere);
  }

  #isPromised({ lost, oldestLostMs, neverPut, tornShards, gauge = Infinity }: Omit<Verdict, "held">): boolean {
    const { writesMax = Infinity, ageMsMax = Infinity, mayTear = false } = this.#child.promise;
    // A file that may be torn may cost all that was ever in it, which no gauge counts.
    if (mayTear && tornShards > 0) return neverPut === 0;
    return neverPut === 0 && lost <= writesMax && oldestLostMs <= ageMsMax + AGE_TOLERANCE_MS && lost <= gauge;
  }
}

/** Reads everything that is there, and closes it. */
export async function readAll(recovered: Recovered, load: NumberedLoad): Promise<Found> {
  const records = await thenCleanUp(() => FoundRecords.read(recovered, load), () => recovered.close());
  return { records, versions: recovered.files?.versions ?? new Float64Array() };
}

/** What is wrong with a verdict; `undefined` if nothing is. */
export function problemOf(verdict: Verdict, { mayTear = false }: Loss): Problem | undefined {
  const { held, unreadable, neverPut, tornShards, lost, gauge } = verdict;
  if (unreadable !== undefined) return held ? undefined : "unreadable";
  if (neverPut > 0) return "never put";
  if (tornShards > 0 && !mayTear) return "torn";
  if (held) return undefined;
  return gauge !== undefined && lost > gauge ? "gauge exceeded" : "promise broken";
}

/** How long before the failure the oldest lost write was acknowledged, in milliseconds; 0 if none is lost. */
function ageOf(
  { oldestLostAtMs }: Pick<LossCount, "oldestLostAtMs">,
  { failedAtMs }: Pick<JudgedState, "failedAtMs">,
): number {
  return oldestLostAtMs === Infinity ? 0 : Math.max(0, failedAtMs - oldestLostAtMs);
}

/**
 * How many puts are in no persisted version, out of those up to the latest acknowledged one of each shard: what the
 * child's own gauge would have read.
 *
 * Counting acknowledgements instead would be wrong in two ways. A put that the kill caught between the store and its
 * acknowledgement, but that made it into a write, would be counted in place of one that is safe. And acknowledging a
 * put before the store has it would go unnoticed.
 *
 * @param versionsBefore each shard's version before the child began
 * @param persistedVersions the versions that the child's ledger recorded as written, or as synced
 */
export function unpersisted(
  { acknowledgedVersions }: Pick<Testimony, "acknowledgedVersions">,
  versionsBefore: Float64Array,
  persistedVersions: ReadonlyMap<number, number>,
): number {
  let writes = 0;
  for (const [shard, version] of acknowledgedVersions) {
    const persisted = Math.max(versionsBefore[shard]!, persistedVersions.get(shard) ?? 0);
    writes += Math.max(0, version - persisted);
  }
  return writes;
}
