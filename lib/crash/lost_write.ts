/**
 * Examples of what is wrong: one write that is gone, which left a key that should be gone, or another value than it
 * should hold; and one value that nobody has put where it was found.
 *
 * @module
 */
import { keyText, type NumberedLoad } from "../load/numbered_load.ts";
import { formatNumberedValue } from "../load/numbered_workload.ts";
import { ABSENT, type FoundRecords, UNNUMBERED } from "./found_records.ts";
import type { LaneWrites } from "./lane_writes.ts";
import { OLDER, type Survivors } from "./survivors.ts";

/** A put that was acknowledged, and is gone. */
export interface LostPut {
  readonly key: string;
  /** The beginning of the value that the key should hold, which names its put. */
  readonly expected: string;
  /** How long before the cut its put was acknowledged, in milliseconds; absent if an earlier child's put it. */
  readonly acknowledgedMsBefore?: number;
  /** The beginning of the value that it holds; absent if it holds none. */
  readonly found?: string;
}

/** A key that holds what had been removed, because a delete that was acknowledged is gone. */
export interface Resurrected {
  readonly key: string;
  /** The delete's number among its thread's puts and deletes; absent if the key was gone before the child began. */
  readonly deleteNumber?: number;
  /** How long before the cut the delete was acknowledged, in milliseconds; absent if its number is. */
  readonly acknowledgedMsBefore?: number;
  /** The beginning of the value that it holds. */
  readonly found: string;
}

/** At most one of these: where keys are back, one of them is the better example. */
export interface LostWrite {
  readonly lostPut?: LostPut;
  readonly resurrected?: Resurrected;
}

/** The writes of a child, as far as they are needed to find a lost one. */
export interface ChildWrites {
  readonly round: number;
  readonly load: NumberedLoad;
  readonly before: FoundRecords;
  /** When the failure came, in milliseconds of the shared time. */
  readonly failedAtMs: number;
  /** For each thread, when each of its writes was acknowledged. */
  readonly acknowledgedAtMs: readonly Float64Array[];
  readonly lanes: readonly LaneWrites[];
  /** Which of the writes each record shows. */
  readonly survivors: Pick<Survivors, "latest" | "isBack" | "mayHaveSurvived">;
}

/** Finds an example, of this child's writes if any of them is gone, and of all the one whose loss is oldest. */
export function findLostWrite(found: FoundRecords, writes: ChildWrites): LostWrite {
  const resurrected = findResurrected(found, writes);
  if (resurrected !== undefined) return { resurrected };
  const lostPut = findLostPut(found, writes);
  return lostPut === undefined ? {} : { lostPut };
}

/** The key of which the oldest of the acknowledged deletes is lost that have no effect any more. */
function findResurrected(found: FoundRecords, writes: ChildWrites): Resurrected | undefined {
  const { lanes, failedAtMs, survivors } = writes;
  const oldest = oldestLost(
    writes,
    (thread, sequence, record) => lanes[thread]!.isDelete(sequence) && found.rounds[record] !== ABSENT,
  );
  if (oldest !== undefined) {
    const { record, sequence, atMs } = oldest;
    return {
      key: keyText(writes.load, record),
      deleteNumber: sequence,
      acknowledgedMsBefore: Math.max(0, failedAtMs - atMs),
      found: valueIn(found, record, writes) ?? "",
    };
  }
  for (const record of found.rounds.keys()) {
    if (!survivors.isBack(record)) continue;
    return { key: keyText(writes.load, record), found: valueIn(found, record, writes) ?? "" };
  }
  return undefined;
}

/** The put that was acknowledged last to the key of which a put is lost, or what an earlier child had put there. */
function findLostPut(found: FoundRecords, writes: ChildWrites): LostPut | undefined {
  const { round, failedAtMs, acknowledgedAtMs, lanes } = writes;
  const oldest = oldestLost(writes, () => true);
  if (oldest === undefined) return earlierLost(found, writes);
  const { thread, record } = oldest;
  const times = acknowledgedAtMs[thread]!;
  const last = 1 +
    times.findLastIndex((atMs, index) => !Number.isNaN(atMs) && lanes[thread]!.record(index + 1) === record);
  return {
    ...lostFrom(found, record, writes),
    expected: formatNumberedValue({ round, thread, sequence: last }),
    acknowledgedMsBefore: Math.max(0, failedAtMs - times[last - 1]!),
  };
}

interface Lost {
  readonly thread: number;
  readonly sequence: number;
  readonly record: number;
  readonly atMs: number;
}

/** Of the acknowledged writes that are lost, and wanted, the one that was acknowledged first. */
function oldestLost(
  { acknowledgedAtMs, lanes, survivors }: ChildWrites,
  isWanted: (thread: number, sequence: number, record: number) => boolean,
): Lost | undefined {
  let oldest: Lost | undefined;
  for (const [thread, times] of acknowledgedAtMs.entries()) {
    for (const [index, atMs] of times.entries()) {
      const sequence = index + 1;
      const record = lanes[thread]!.record(sequence);
      if (Number.isNaN(atMs) || survivors.mayHaveSurvived(record, sequence)) continue;
      if (!isWanted(thread, sequence, record)) continue;
      if (atMs < (oldest?.atMs ?? Infinity)) oldest = { thread, sequence, record, atMs };
      break;
    }
  }
  return oldest;
}

/** A record that holds something older than before the child. */
function earlierLost(found: FoundRecords, writes: ChildWrites): LostPut | undefined {
  const { before, survivors } = writes;
  for (const [record, latest] of survivors.latest.entries()) {
    const expected = latest === OLDER ? valueIn(before, record, writes) : undefined;
    if (expected !== undefined) return { ...lostFrom(found, record, writes), expected };
  }
  return undefined;
}

function lostFrom(found: FoundRecords, record: number, writes: ChildWrites): Pick<LostPut, "key" | "found"> {
  const value = valueIn(found, record, writes);
  return { key: keyText(writes.load, record), ...(value === undefined ? {} : { found: value }) };
}

/** The beginning of a record's value; `undefined` if there is none. Each record belongs to one thread. */
function valueIn(
  { rounds, sequences }: FoundRecords,
  record: number,
  { load, acknowledgedAtMs }: ChildWrites,
): string | undefined {
  const round = rounds[record] ?? ABSENT;
  if (round === ABSENT) return undefined;
  if (round === UNNUMBERED) return "a value that was there before the first child";
  return formatNumberedValue({
    round,
    thread: load.ownerOf(record, acknowledgedAtMs.length),
    sequence: sequences[record] ?? 0,
  });
}

/** A value that was found, but never put. */
export interface StrangeValue {
  readonly key: string;
  /** How it begins, if that names a put: perhaps another key's, or one of which the rest is not there. */
  readonly beginning?: string;
}

/** What a record holds, as such a value. */
export function strangeValueIn(
  { rounds, threads, sequences }: FoundRecords,
  record: number,
  load: NumberedLoad,
): StrangeValue {
  const key = keyText(load, record);
  const [round = UNNUMBERED, thread = 0, sequence = 0] = [rounds[record], threads[record], sequences[record]];
  if (round === UNNUMBERED) return { key };
  return { key, beginning: formatNumberedValue({ round, thread, sequence }) };
}
