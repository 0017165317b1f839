/**
 * The crash command's result in JSON, written, and read again by sweeps and reports.
 *
 * @module
 */
import type { ShownContradiction } from "../history/recorded_history.ts";
import { contradictionObject, readContradictions } from "../result/contradiction_document.ts";
import { given } from "../option/given.ts";
import { secondsOf } from "../option/units.ts";
import { millisecondsOf, snakeCase } from "../result/format.ts";
import {
  documentText,
  type Fields,
  fieldsIn,
  type JsonObject,
  numberIn,
  rowsIn,
  textIn,
  textsIn,
} from "../result/json.ts";
import { loadMembers } from "../result/option/options.ts";
import { engineObject, promisesObject } from "../result/run_document.ts";
import { CRASH_SCHEMA, VERSION } from "../version.ts";
import {
  allHeld,
  crashArguments,
  type CrashResult,
  type KillFigure,
  type KillResult,
  max,
  sum,
} from "./crash_result.ts";
import { readStates, stateObject, type StatesDocument, statesObject } from "./states_document.ts";
import { type Failure, lossIn } from "./victim.ts";

/** The counts of a kill. */
const COUNTS = ["acknowledged", "recovered", "lost", "resurrected", "neverAcknowledged", "holes"] as const;

/** The durations of which the greatest is given. */
const DURATIONS = ["oldestLostMs", "recoveryMs"] as const;
const FAILOVER_DURATIONS = ["oldestLostMs", "takeoverMs", "unavailableMs"] as const;

/** What each kill is counted by, beside the counts of all: in a failover nothing is torn, and engines have no gauge. */
function countsOf({ options: { backend }, failure }: CrashResult): readonly KillFigure[] {
  if (failure === "failover") return [...COUNTS, "refused"];
  if (backend.kind === "engine") return [...COUNTS, "neverPut", "tornShards"];
  const ofOrderlyEnds = failure === "orderlyEnd" ? ["unsoundFiles"] as const : [];
  return [...COUNTS, "neverPut", "tornShards", "damagedSpares", "gauge", ...ofOrderlyEnds];
}

/** The member of a figure, or of its greatest value: durations are in seconds. */
function memberOf(key: KillFigure, part: "" | "_max" = ""): string {
  return key.endsWith("Ms") ? `${snakeCase(key.slice(0, -2))}${part}_sec` : snakeCase(key) + part;
}

/** What kills are called, and those that held: in the document of failovers other than in that of all others. */
const KILLS = { count: "kills", held: "kills_held" } as const;
const FAILOVERS = { count: "failovers", held: "failovers_held" } as const;

/**
 * The result as one JSON object: its `schema` and the version of `kvlab`, `held` (whether nothing was torn, the gauge
 * and the promise held every time, and no history contradicts itself), `kills` and how many of them held as
 * `kills_held`, `failure` (`process_crash`, `power_loss` or `orderly_end`) and the promises as in a run's result, the
 * sums of {@linkcode countsOf} over all kills (of what is lost, `resurrected` counts the keys that are back), the most
 * of one kill as `lost_max`, `gauge_max`, `oldest_lost_max_sec` and `recovery_max_sec`, `stopped_by`, the seed, the
 * options of the load, the command's arguments, and a row for each kill.
 *
 * Failovers have `failovers` and `failovers_held` in place of kills, the `fault`, `lag_sec`, their one `promise`,
 * `refused` writes, and how long it took until a replica had taken over and writes were possible again.
 *
 * Of an engine also the `engine` as in a run's result. Of cuts of the power also what {@linkcode statesObject} says,
 * and each row's `states`. With histories each row has what was judged of it, and `contradictions` as in a run's
 * result.
 */
export function crashJson(result: CrashResult): string {
  const { kills, options, failure, promises, engine, failover, stoppedBy = null } = result;
  const isFailover = failure === "failover";
  const counts = countsOf(result);
  const heldCount = kills.filter(({ held }) => held).length;
  const durations = isFailover ? FAILOVER_DURATIONS : DURATIONS;
  return documentText({
    schema: CRASH_SCHEMA,
    kvlab: VERSION,
    held: allHeld(result),
    ...(isFailover
      ? {
        [FAILOVERS.count]: kills.length,
        [FAILOVERS.held]: heldCount,
        fault: failover?.fault ?? "kill",
        lag_sec: secondsOf(failover?.lagMs ?? 0),
        promise: lossIn(failure, promises).text,
      }
      : { [KILLS.held]: heldCount, [KILLS.count]: kills.length }),
    ...Object.fromEntries(counts.map((key) => [memberOf(key), sum(kills, key)])),
    [memberOf("lost", "_max")]: max(kills, "lost"),
    ...(counts.includes("gauge") ? { [memberOf("gauge", "_max")]: max(kills, "gauge") } : {}),
    ...Object.fromEntries(durations.map((key) => [memberOf(key, "_max"), secondsOf(max(kills, key))])),
    ...(isFailover ? {} : { failure: snakeCase(failure), promises: promisesObject(promises) }),
    ...(engine === undefined ? {} : { engine: engineObject(engine) }),
    ...statesObject(result),
    stopped_by: stoppedBy,
    ...loadMembers(options, crashArguments(result, kills.length)),
    rows: kills.map((kill) => killObject(kill, counts, isFailover)),
  });
}

function killObject(kill: KillResult, counts: readonly KillFigure[], isFailover: boolean): JsonObject {
  const { during, loadMs, held, unreadable, repaired, states, history } = kill;
  const durations = isFailover ? FAILOVER_DURATIONS : DURATIONS;
  return {
    ...(isFailover ? { failover: kill.kill } : { kill: kill.kill, during, load_sec: secondsOf(loadMs) }),
    ...Object.fromEntries(counts.map((key) => [memberOf(key), kill[key] ?? 0])),
    ...Object.fromEntries(durations.map((key) => [memberOf(key), secondsOf(kill[key] ?? 0)])),
    held,
    ...(history === undefined ? {} : {
      history_operations: history.operations,
      history_contradicting_keys: history.contradicting,
      history_undecided_keys: history.undecided,
      contradictions: history.contradictions.map(contradictionObject),
    }),
    ...(isFailover ? {} : given({ unreadable, repaired, states: states?.map(stateObject) })),
  };
}

/** What kills have cost; whatever the JSON does not say is absent, or 0. */
export interface CrashDocument extends StatesDocument {
  readonly kvlab: string;
  /** By flag name. */
  readonly options: Fields;
  /** Those of the command; of the load alone, or absent, where an older kvlab wrote the file. */
  readonly args?: readonly string[];
  readonly machine: Fields;
  /** What failed. */
  readonly failure: Failure;
  /**
   * Whether nothing was torn, no kill cost more than the gauge said and was promised, and no history contradicts
   * itself.
   */
  readonly held: boolean;
  readonly kills: number;
  readonly killsHeld: number;
  /** The most that one kill cost. */
  readonly lostMax: number;
  readonly oldestLostMaxMs: number;
  readonly rows: readonly KillDocument[];
  /** What contradicts itself in the children's histories. */
  readonly contradictions: readonly ShownContradiction[];
}

/** What one kill cost. */
export interface KillDocument
  extends Pick<KillResult, "kill" | "acknowledged" | "lost" | "resurrected" | "gauge" | "held"> {
  /** How long it took to read the store again. */
  readonly recoverySec?: number;
}

/**
 * Whether a document without a schema is the result of kills, or of failovers, of the first version, which wrote none.
 */
export function isFirstCrash(document: Fields): boolean {
  return (KILLS.held in document || FAILOVERS.held in document) && Array.isArray(document.rows);
}

/** Reads what {@linkcode crashJson} has written, whichever version has. */
export function readCrash(document: Fields): CrashDocument {
  const names = FAILOVERS.held in document ? FAILOVERS : KILLS;
  const failure = textIn(document, "failure");
  return {
    kvlab: textIn(document, "kvlab") ?? "",
    options: fieldsIn(document, "options") ?? {},
    ...given({ args: textsIn(document, "arguments") }),
    machine: fieldsIn(document, "machine") ?? {},
    failure: names === FAILOVERS
      ? "failover"
      : (["powerLoss", "orderlyEnd"] as const).find((one) => snakeCase(one) === failure) ?? "processCrash",
    held: document.held !== false,
    kills: numberIn(document, names.count) ?? 0,
    killsHeld: numberIn(document, names.held) ?? 0,
    lostMax: numberIn(document, memberOf("lost", "_max")) ?? 0,
    oldestLostMaxMs: millisecondsOf(numberIn(document, memberOf("oldestLostMs", "_max")) ?? 0),
    rows: rowsIn(document, "rows").map(readKill),
    contradictions: rowsIn(document, "rows").flatMap(readContradictions),
    ...readStates(document),
  };
}

function readKill(row: Fields, at: number): KillDocument {
  return {
    kill: at + 1,
    acknowledged: numberIn(row, memberOf("acknowledged")) ?? 0,
    lost: numberIn(row, memberOf("lost")) ?? 0,
    resurrected: numberIn(row, memberOf("resurrected")) ?? 0,
    ...given({ gauge: numberIn(row, memberOf("gauge")), recoverySec: numberIn(row, memberOf("recoveryMs")) }),
    held: row.held !== false,
  };
}
