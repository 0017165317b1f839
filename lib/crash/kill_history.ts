/**
 * The history of a failure: of a child that was killed, what its threads have left of it; of a load that has outlived a
 * failover, all of it; and what was found at last.
 *
 * Up to the failure every read counts, whatever the store may lose. What is found when a store is opened again is one
 * read more of each key, if nothing may be lost: then an acknowledged write that is gone contradicts it. Where something
 * may be lost, what is gone is for the gauge and the promise to judge. A load that goes on through a failover has no
 * such gap: there every read counts, whatever is promised, and what is found at last.
 *
 * @module
 */
import type { Loss } from "../engine/promises.ts";
import { readHistoryFiles } from "../history/history_file.ts";
import type { Recorded, Source } from "../history/registers.ts";
import { type HistoryTape, NO_PUT, NOTHING } from "../history/tape.ts";
import { putNumber } from "../load/numbered_workload.ts";
import { hasDeletes, type MixOptions } from "../load/workload.ts";
import { type HistoryResult, judgeRecorded } from "../run/run_history.ts";
import { sharedNowMs } from "../sync/shared_time.ts";
import { ABSENT, type FoundRecords, UNNUMBERED } from "./found_records.ts";

/** What is known of a load that a failure has met. */
export interface FailedLoad {
  readonly mix: MixOptions;
  readonly round: number;
  readonly before: FoundRecords;
  /** What is there afterwards; absent if it cannot be read. */
  readonly found: FoundRecords | undefined;
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

/** Judges a child's history. */
export async function judgeKilled(child: KilledChild): Promise<HistoryResult> {
  const { directory, threads, inFlight, mix, found, promise } = child;
  const mayLose = promise.writesMax !== 0 || promise.mayTear === true;
  return await judgeLoad({ ...child, found: mayLose ? undefined : found }, {
    tape: readHistoryFiles(directory, threads),
    isUnfinished: true,
    unrecordedMax: hasDeletes(mix) ? inFlight : 0,
  });
}

/** Judges the history of a load that has outlived a failover, and has ended. */
export async function judgeOutlived(load: FailedLoad, tape: HistoryTape): Promise<HistoryResult> {
  return await judgeLoad(load, { tape, isUnfinished: false, unrecordedMax: 0 });
}

async function judgeLoad(
  { mix, round, before, found, failedAtMs }: FailedLoad,
  { tape, ...recorded }: { readonly tape: HistoryTape } & Pick<Recorded, "isUnfinished" | "unrecordedMax">,
): Promise<HistoryResult> {
  return await judgeRecorded({
    ...recorded,
    tracks: tape.tracks(),
    level: tape.level,
    round,
    initialOf: (record) => sourceIn(before, record, round),
    ...(found === undefined ? {} : { finalOf: (record) => sourceIn(found, record, round), finalMs: sharedNowMs() }),
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
