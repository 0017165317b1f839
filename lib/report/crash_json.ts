/**
 * Reports what kills cost as JSON. Pure functions.
 *
 * @module
 */
import { allHeld, type CrashResult, type KillResult } from "../crash/crash_result.ts";
import { lossIn } from "../crash/victim.ts";
import { secondsOf } from "../option/units.ts";
import type { JsonObject } from "../result/json.ts";
import { argumentsOf, optionsObject } from "../result/option/options.ts";
import { promisesObject } from "../result/run_document.ts";
import { CRASH_SCHEMA, VERSION } from "../version.ts";
import { FAILURE_WORDS, max, sum } from "./crash_sums.ts";
import { given } from "../option/given.ts";

/** The counts of a kill, by their names in JSON. */
const COUNTS = [
  ["acknowledged", "acknowledged"],
  ["recovered", "recovered"],
  ["lost", "lost"],
  ["never_acknowledged", "neverAcknowledged"],
  ["holes", "holes"],
  ["never_put", "neverPut"],
  ["torn_shards", "tornShards"],
] as const satisfies readonly (readonly [string, keyof KillResult])[];

/** Those that only kvlab's own backends have. */
const GAUGE_COUNTS = [
  ["damaged_spares", "damagedSpares"],
  ["gauge", "gauge"],
] as const satisfies readonly (readonly [string, keyof KillResult])[];

/** Those that only an orderly end of kvlab's own backends has. */
const ORDERLY_COUNTS = [
  ["unsound_files", "unsoundFiles"],
] as const satisfies readonly (readonly [string, keyof KillResult])[];

/** Those that only a failover has, in which nothing is torn. */
const FAILOVER_COUNTS = [
  ...COUNTS.filter(([, key]) => key !== "tornShards" && key !== "neverPut"),
  ["refused", "refused"],
] as const satisfies readonly (readonly [string, keyof KillResult])[];

/** The durations of a failover. */
const FAILOVER_DURATIONS = [
  ["oldest_lost", "oldestLostMs"],
  ["takeover", "takeoverMs"],
  ["unavailable", "unavailableMs"],
] as const satisfies readonly (readonly [string, keyof KillResult])[];

function countsOf({ options: { backend }, failure }: Pick<CrashResult, "options" | "failure">) {
  if (failure === "failover") return FAILOVER_COUNTS;
  if (backend.kind === "engine") return COUNTS;
  return [...COUNTS, ...GAUGE_COUNTS, ...(failure === "orderlyEnd" ? ORDERLY_COUNTS : [])];
}

/**
 * The result as one JSON object: its `schema` and the version of `kvlab`, `held` (whether nothing was torn, and the
 * gauge and the promise held every time), `kills` and how many of them held as `kills_held`, `failure`
 * (`process_crash`, `power_loss` or `orderly_end`) and the promises as in a run's result, the sums of
 * {@linkcode COUNTS} over all kills, the most of one kill as `lost_max`, `gauge_max`, `oldest_lost_max_sec` and
 * `recovery_max_sec`, `stopped_by`, the seed, the options and the arguments of the load, and a row for each kill.
 */
export function crashJson(result: CrashResult): string {
  const document = result.failure === "failover" ? failoverDocument(result) : crashDocument(result);
  return JSON.stringify(document, null, 2) + "\n";
}

function crashDocument(result: CrashResult): JsonObject {
  const { kills, options, failure, promises } = result;
  return {
    schema: CRASH_SCHEMA,
    kvlab: VERSION,
    held: allHeld(result),
    kills_held: kills.filter(({ held }) => held).length,
    kills: kills.length,
    ...Object.fromEntries(countsOf(result).map(([name, key]) => [name, sum(kills, key)])),
    lost_max: max(kills, "lost"),
    ...(options.backend.kind === "engine" ? {} : { gauge_max: max(kills, "gauge") }),
    oldest_lost_max_sec: secondsOf(max(kills, "oldestLostMs")),
    recovery_max_sec: secondsOf(max(kills, "recoveryMs")),
    failure: FAILURE_WORDS[failure].name.replace(" ", "_"),
    promises: promisesObject(promises),
    stopped_by: result.stoppedBy ?? null,
    seed: options.seed,
    options: optionsObject(options),
    arguments: argumentsOf(options),
    rows: kills.map((kill) => killObject(kill, countsOf(result))),
  };
}

/**
 * Failovers have `failovers` and `failovers_held` in place of kills, `lag_sec`, their one `promise`, `refused` writes,
 * and how long it took until a replica had taken over and writes were possible again.
 */
function failoverDocument(result: CrashResult): JsonObject {
  const { kills, options, lagMs = 0, promises } = result;
  return {
    schema: CRASH_SCHEMA,
    kvlab: VERSION,
    held: allHeld(result),
    failovers: kills.length,
    failovers_held: kills.filter(({ held }) => held).length,
    lag_sec: secondsOf(lagMs),
    promise: lossIn("failover", promises).text,
    ...Object.fromEntries(FAILOVER_COUNTS.map(([name, key]) => [name, sum(kills, key)])),
    lost_max: max(kills, "lost"),
    ...Object.fromEntries(FAILOVER_DURATIONS.map(([name, key]) => [`${name}_max_sec`, secondsOf(max(kills, key))])),
    stopped_by: result.stoppedBy ?? null,
    seed: options.seed,
    options: optionsObject(options),
    arguments: argumentsOf(options),
    rows: kills.map((kill) => ({
      failover: kill.kill,
      ...Object.fromEntries(FAILOVER_COUNTS.map(([name, key]) => [name, kill[key] ?? 0])),
      ...Object.fromEntries(FAILOVER_DURATIONS.map(([name, key]) => [`${name}_sec`, secondsOf(kill[key] ?? 0)])),
      held: kill.held,
    })),
  };
}

function killObject(kill: KillResult, counts: ReturnType<typeof countsOf>): JsonObject {
  return {
    kill: kill.kill,
    during: kill.during,
    load_sec: secondsOf(kill.loadMs),
    ...Object.fromEntries(counts.map(([name, key]) => [name, kill[key] ?? 0])),
    oldest_lost_sec: secondsOf(kill.oldestLostMs),
    recovery_sec: secondsOf(kill.recoveryMs),
    held: kill.held,
    ...given({ unreadable: kill.unreadable, repaired: kill.repaired }),
  };
}
