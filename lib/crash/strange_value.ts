/**
 * One value that nobody has put where it was found, as an example of all that are.
 *
 * @module
 */
import { keyText, type NumberedLoad } from "../load/numbered_load.ts";
import { formatNumberedValue } from "../load/numbered_workload.ts";
import { type FoundRecords, UNNUMBERED } from "./found_records.ts";

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
