/**
 * The crash command's result as read from its JSON, for sweeps and reports.
 *
 * @module
 */
import { type Fields, fieldsIn, numberIn, rowsIn, textIn, textsIn } from "../result/json.ts";
import { millisecondsOf } from "../result/format.ts";

/** What kills have cost; whatever the JSON does not say is absent, or 0. */
export interface CrashDocument {
  readonly kvlab: string;
  /** By flag name. */
  readonly options: Fields;
  /** Those of kvlab that give these options, and the seed; absent where an older kvlab wrote the file. */
  readonly args?: readonly string[];
  readonly machine: Fields;
  /** What failed. */
  readonly failure: "process_crash" | "power_loss" | "failover" | "orderly_end";
  /** Whether nothing was torn, and no kill cost more than the gauge said and was promised. */
  readonly held: boolean;
  readonly kills: number;
  readonly killsHeld: number;
  /** The most that one kill cost. */
  readonly lostMax: number;
  readonly oldestLostMaxMs: number;
  readonly rows: readonly KillDocument[];
}

/** What one kill cost. */
export interface KillDocument {
  /** From 1. */
  readonly kill: number;
  readonly acknowledged: number;
  readonly lost: number;
  /** What the gauge said just before, if there is a gauge. */
  readonly gauge?: number;
  /** How long it took to read the store again. */
  readonly recoverySec?: number;
  readonly held: boolean;
}

/**
 * Whether a document without a schema is the result of kills, or of failovers, of the first version, which wrote none.
 */
export function isFirstCrash(document: Fields): boolean {
  return ("kills_held" in document || "failovers_held" in document) && Array.isArray(document.rows);
}

/** Reads the result of kills or of failovers. */
export function readCrash(document: Fields): CrashDocument {
  const failure = textIn(document, "failure");
  const isFailover = "failovers_held" in document;
  const args = textsIn(document, "arguments");
  return {
    kvlab: textIn(document, "kvlab") ?? "",
    options: fieldsIn(document, "options") ?? {},
    ...(args === undefined ? {} : { args }),
    machine: fieldsIn(document, "machine") ?? {},
    failure: isFailover
      ? "failover"
      : failure === "power_loss" || failure === "orderly_end"
      ? failure
      : "process_crash",
    held: document.held !== false,
    kills: numberIn(document, isFailover ? "failovers" : "kills") ?? 0,
    killsHeld: numberIn(document, isFailover ? "failovers_held" : "kills_held") ?? 0,
    lostMax: numberIn(document, "lost_max") ?? 0,
    oldestLostMaxMs: millisecondsOf(numberIn(document, "oldest_lost_max_sec") ?? 0),
    rows: rowsIn(document, "rows").map(readKill),
  };
}

function readKill(row: Fields, at: number): KillDocument {
  const gauge = numberIn(row, "gauge"), recoverySec = numberIn(row, "recovery_sec");
  return {
    kill: at + 1,
    acknowledged: numberIn(row, "acknowledged") ?? 0,
    lost: numberIn(row, "lost") ?? 0,
    ...(gauge === undefined ? {} : { gauge }),
    ...(recoverySec === undefined ? {} : { recoverySec }),
    held: row.held !== false,
  };
}
