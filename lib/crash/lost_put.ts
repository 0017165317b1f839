/**
 * One put that is gone, as an example of all that are: what its key should hold, and what it holds.
 *
 * @module
 */
import { keyText, type NumberedLoad } from "../load/numbered_load.ts";
import { formatNumberedValue } from "../load/numbered_workload.ts";
import { ABSENT, type FoundRecords, UNNUMBERED } from "./found_records.ts";

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

/** The puts of a child, as far as they are needed to find a lost one. */
export interface LanesOfPuts {
  readonly round: number;
  readonly load: NumberedLoad;
  readonly before: FoundRecords;
  /** When the failure came, in milliseconds of the shared time. */
  readonly failedAtMs: number;
  /** For each thread, when each of its puts was acknowledged. */
  readonly acknowledgedAtMs: readonly Float64Array[];
  /** For each thread, the record of each of its puts. */
  readonly records: readonly Int32Array[];
}

/**
 * The put that was acknowledged last to a key of which an acknowledged put is lost: of the keys, the one whose loss is
 * oldest. If there is none of this child's, one of an earlier one's.
 */
export function findLostPut(found: FoundRecords, puts: LanesOfPuts): LostPut | undefined {
  const { round, failedAtMs, acknowledgedAtMs, records } = puts;
  let oldest: { thread: number; record: number; atMs: number } | undefined;
  for (const [thread, times] of acknowledgedAtMs.entries()) {
    const recordOf = (index: number) => records[thread]?.[index] ?? 0;
    const index = times.findIndex((atMs, index) =>
      !Number.isNaN(atMs) && survivorIn(found, recordOf(index), round) < index + 1
    );
    const atMs = times[index];
    if (atMs !== undefined && atMs < (oldest?.atMs ?? Infinity)) oldest = { thread, record: recordOf(index), atMs };
  }
  if (oldest === undefined) return earlierLost(found, puts);
  const { thread, record } = oldest;
  const times = acknowledgedAtMs[thread] ?? new Float64Array();
  const last = times.findLastIndex((atMs, index) => !Number.isNaN(atMs) && records[thread]?.[index] === record);
  return {
    ...lostFrom(found, record, puts),
    expected: formatNumberedValue({ round, thread, sequence: last + 1 }),
    acknowledgedMsBefore: Math.max(0, failedAtMs - (times[last] ?? oldest.atMs)),
  };
}

/** The number of the child's put that a record holds; 0 if it holds none. */
function survivorIn({ rounds, sequences }: FoundRecords, record: number, round: number): number {
  return rounds[record] === round ? sequences[record] ?? 0 : 0;
}

/** A record that holds something older than before the child. */
function earlierLost(found: FoundRecords, puts: LanesOfPuts): LostPut | undefined {
  const { before } = puts;
  for (const record of before.rounds.keys()) {
    const expected = valueIn(before, record, puts);
    if (expected !== undefined && found.isOlder(record, before)) return { ...lostFrom(found, record, puts), expected };
  }
  return undefined;
}

function lostFrom(found: FoundRecords, record: number, puts: LanesOfPuts): Pick<LostPut, "key" | "found"> {
  const value = valueIn(found, record, puts);
  return { key: keyText(puts.load, record), ...(value === undefined ? {} : { found: value }) };
}

/** The beginning of a record's value; `undefined` if there is none. Each record belongs to one thread. */
function valueIn(
  { rounds, sequences }: FoundRecords,
  record: number,
  { load, acknowledgedAtMs }: LanesOfPuts,
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
