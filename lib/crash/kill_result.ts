/**
 * Turns how a kill came about, and what was found after it, into what it cost.
 *
 * @module
 */
import type { KillResult } from "./crash_result.ts";
import type { FoundRecords } from "./found_records.ts";
import type { LossCount } from "./loss_count.ts";
import type { RecoveredFiles } from "./recovery.ts";
import type { Testimony } from "./testimony.ts";
import type { Failed } from "./victim.ts";

/** How long before the kill the oldest lost write was acknowledged, in milliseconds; 0 if none is lost. */
export function ageOf(
  { oldestLostAtMs }: Pick<LossCount, "oldestLostAtMs">,
  { killedAtMs }: Failed,
): number {
  return oldestLostAtMs === Infinity ? 0 : Math.max(0, killedAtMs - oldestLostAtMs);
}

/** What one kill cost, whatever the backend is. */
export function killResult(end: Failed, outcome: LossCount) {
  const { acknowledged, refused, lost, neverAcknowledged, holes } = outcome;
  const { unsoundFiles, takeoverMs, unavailableMs } = end;
  return {
    during: end.hadBegun ? "load" : "start",
    loadMs: end.loadMs,
    acknowledged,
    recovered: Math.max(0, acknowledged - lost),
    lost,
    oldestLostMs: ageOf(outcome, end),
    neverAcknowledged,
    holes,
    ...(unsoundFiles === undefined ? {} : { unsoundFiles }),
    ...(takeoverMs === undefined || unavailableMs === undefined ? {} : { refused, takeoverMs, unavailableMs }),
  } as const;
}

/** What is damaged; an engine that can be opened has no damage. */
export function damage(files: RecoveredFiles | undefined): Pick<KillResult, "tornShards" | "damagedSpares"> {
  return { tornShards: files?.torn ?? 0, damagedSpares: files?.damagedSpares ?? 0 };
}

/** A store that cannot be opened has lost everything that was ever in it. */
export function unreadable(
  kill: number,
  { end, testimony, foundBefore, reason }: {
    end: Failed;
    testimony: Pick<Testimony, "acknowledgedAtMs">;
    foundBefore: FoundRecords;
    reason: string;
  },
): KillResult {
  const acknowledged = testimony.acknowledgedAtMs.reduce((sum, { length }) => sum + length, 0);
  const oldestLostAtMs = Math.min(...testimony.acknowledgedAtMs.map(([first = Infinity]) => first));
  const lost = acknowledged + foundBefore.count;
  const outcome = { acknowledged, refused: 0, lost, oldestLostAtMs, neverAcknowledged: 0, holes: 0 };
  return {
    kill,
    ...killResult(end, outcome),
    tornShards: 1,
    damagedSpares: 0,
    recoveryMs: 0,
    held: false,
    unreadable: reason,
  };
}
