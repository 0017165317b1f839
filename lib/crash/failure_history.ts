/**
 * The history of a failure: of a child that was killed, what its threads have left of it; of a load that has outlived a
 * failover, all of it; and what was found at last.
 *
 * Up to the failure every read counts, whatever the store may lose. What is found when a store is opened again is one
 * read more of each key, if nothing may be lost: then an acknowledged write that is gone contradicts it, and so does
 * one that is gone though it had been read before it was acknowledged. Where something may be lost, what is gone is for
 * the gauge and the promise to judge. A load that goes on through a failover has no such gap: there every read counts,
 * whatever is promised, and what is found at last.
 *
 * @module
 */
import type { Loss } from "../engine/promises.ts";
import { readHistoryFiles } from "../history/history_file.ts";
import type { Recorded, Source } from "../history/registers.ts";
import { type HistoryTape, NO_PUT, NOTHING } from "../history/tape.ts";
import { putNumber } from "../load/numbered_workload.ts";
import { given } from "../option/given.ts";
import { hasDeletes, type MixOptions } from "../load/workload.ts";
import { type HistoryResult, judgeRecorded } from "../run/run_history.ts";
import { sharedNowMs } from "../sync/shared_time.ts";
import { ABSENT, type FoundRecords, UNNUMBERED } from "./found_records.ts";

/** What is known of a load that a failure has met. */
export interface FailedLoad {
  readonly mix: MixOptions;
  readonly round: number;
  /** What was there before it. */
  readonly before: FoundRecords;
  /** In milliseconds of the shared time. */
  readonly failedAtMs: number;
}

/** What is known of a child besides. */
export interface KilledChild extends FailedLoad {
  /** Where its threads have left what they did. */
  readonly directory: string;
  readonly threads: number;
  /** Operations that may have been under way. */
  readonly inFlight: number;
  readonly promise: Loss;
}

/** The history of a failure, which can be judged with each state that this may have left. */
export class FailureHistory {
  readonly #load: FailedLoad;
  readonly #recorded: Omit<Recorded, "round" | "initialOf">;
  readonly #endsWithFound: boolean;

  private constructor(
    load: FailedLoad,
    { endsWithFound, ...recorded }: Omit<Recorded, "round" | "initialOf"> & { readonly endsWithFound: boolean },
  ) {
    this.#load = load;
    this.#recorded = recorded;
    this.#endsWithFound = endsWithFound;
  }

  /**
   * That of a child that was killed.
   *
   * @throws {PersistError} when what it has left cannot be read
   */
  static ofChild({ directory, threads, inFlight, promise, ...load }: KilledChild): FailureHistory {
    const tape = readHistoryFiles(directory, threads);
    return new FailureHistory(load, {
      tracks: tape.tracks(),
      level: tape.level,
      isUnfinished: true,
      unrecordedMax: hasDeletes(load.mix) ? inFlight : 0,
      endsWithFound: promise.writesMax === 0 && promise.mayTear !== true,
    });
  }

  /** That of a load that has outlived a failover, and has ended. */
  static ofOutlived(load: FailedLoad, tape: HistoryTape): FailureHistory {
    const whole = { isUnfinished: false, unrecordedMax: 0, endsWithFound: true };
    return new FailureHistory(load, { tracks: tape.tracks(), level: tape.level, ...whole });
  }

  /**
   * Judges it.
   *
   * @param found what is there afterwards; `undefined` if it cannot be read
   * @param untilMs when the failure came, in milliseconds of the shared time, if what came later is not to count
   */
  async judge(found: FoundRecords | undefined, untilMs?: number): Promise<HistoryResult> {
    const { mix, round, before, failedAtMs } = this.#load;
    const last = this.#endsWithFound ? found : undefined;
    return await judgeRecorded({
      ...this.#recorded,
      round,
      initialOf: (record) => sourceIn(before, record, round),
      ...given({ untilMs }),
      ...(last === undefined ? {} : { finalOf: (record) => sourceIn(last, record, round), finalMs: sharedNowMs() }),
    }, { mix, zeroMs: untilMs ?? failedAtMs });
  }
}

/** What wrote the value that was found. */
function sourceIn(records: FoundRecords, record: number, round: number): Source {
  const found = records.rounds[record] ?? ABSENT;
  if (found === ABSENT) return { put: NOTHING, round };
  if (found === UNNUMBERED) return { put: NO_PUT, round };
  const put = putNumber({ thread: records.threads[record]!, sequence: records.sequences[record]! });
  return { put, round: found };
}
