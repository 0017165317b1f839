/**
 * The history of a child that was killed: what its threads have left of it, and what was found when the store was opened
 * again.
 *
 * Up to the failure every read counts, whatever the store may lose. What is found afterwards is one read more of each
 * key, if nothing may be lost: then an acknowledged write that is gone contradicts it. Where something may be lost, what
 * is gone is for the gauge and the promise to judge.
 *
 * @module
 */
import type { Loss } from "../engine/promises.ts";
import { readHistoryFiles } from "../history/history_file.ts";
import type { Source } from "../history/registers.ts";
import { NO_PUT, NOTHING } from "../history/tape.ts";
import { putNumber } from "../load/numbered_workload.ts";
import { hasDeletes, type MixOptions } from "../load/workload.ts";
import { type HistoryResult, judgeRecorded } from "../run/run_history.ts";
import { ABSENT, type FoundRecords, UNNUMBERED } from "./found_records.ts";

/** What is known of a child. */
export interface KilledChild {
  /** Where its threads have left what they did. */
  readonly directory: string;
  readonly threads: number;
  /** Operations that may have been under way. */
  readonly inFlight: number;
  readonly mix: MixOptions;
  readonly round: number;
  readonly before: FoundRecords;
  /** What is there afterwards; absent if it cannot be read. */
  readonly found: FoundRecords | undefined;
  readonly promise: Loss;
  /** In milliseconds of the shared time. */
  readonly failedAtMs: number;
}

/** Judges a child's history. */
export async function judgeKilled(child: KilledChild): Promise<HistoryResult> {
  const { directory, threads, inFlight, mix, round, before, found, promise, failedAtMs } = child;
  const tape = readHistoryFiles(directory, threads);
  const final = promise.writesMax === 0 && promise.mayTear !== true ? found : undefined;
  const tracks = Array.from({ length: threads }, (_, thread) => tape.track(thread));
  return await judgeRecorded({
    tracks,
    level: tape.level,
    round,
    isUnfinished: true,
    unrecordedMax: hasDeletes(mix) ? inFlight : 0,
    initialOf: (record) => sourceIn(before, record, round),
    ...(final === undefined ? {} : { finalOf: (record) => sourceIn(final, record, round), finalMs: failedAtMs }),
  }, { mix, zeroMs: failedAtMs });
}

/** What wrote the value that was found. */
function sourceIn(records: FoundRecords, record: number, round: number): Source {
  const found = records.rounds[record] ?? ABSENT;
  if (found === ABSENT) return { put: NOTHING, round };
  if (found === UNNUMBERED) return { put: NO_PUT, round };
  const put = putNumber({ thread: records.threads[record]!, sequence: records.sequences[record]! });
  return { put, round: found };
}
