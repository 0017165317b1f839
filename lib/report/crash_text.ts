/**
 * The crash report: what kills cost, as a line per kill for progress, and the whole as text or JSON. Pure functions.
 *
 * @module
 */
import { allHeld, type CrashResult, type KillResult } from "../crash/crash_result.ts";
import { VERSION } from "../version.ts";
import { formatSeconds, secondsOf } from "./format.ts";
import type { JsonObject } from "./json_value.ts";
import { optionsObject } from "./options_json.ts";

/** The counts that are summed up over all kills, under their names in the report. */
const COUNTS = [
  ["acknowledged", "acknowledged"],
  ["recovered", "recovered"],
  ["lost", "lost"],
  ["never_acknowledged", "neverAcknowledged"],
  ["holes", "holes"],
  ["torn_shards", "tornShards"],
  ["damaged_spares", "damagedSpares"],
  ["gauge", "gauge"],
] as const satisfies readonly (readonly [string, keyof KillResult])[];

/** One kill in one line, without a line feed. */
export function killLine(kill: KillResult): string {
  const { during, loadMs, acknowledged, lost, gauge, tornShards, held, oldestLostMs, recoveryMs } = kill;
  const verdict = tornShards > 0 ? `TORN: ${tornShards} shards` : held ? "held" : "GAUGE EXCEEDED";
  const moment = during === "start" ? "while starting" : `after ${loadMs.toFixed(0)} ms`;
  return `kill ${kill.kill} ${moment}: acknowledged ${acknowledged}, lost ${lost} (up to ${
    oldestLostMs.toFixed(1)
  } ms ` +
    `old), gauge ${gauge}, recovered in ${recoveryMs.toFixed(0)} ms: ${verdict}`;
}

/** The result as `name: value` lines, sums over all kills unless the name says otherwise; the verdict comes last. */
export function crashText(result: CrashResult): string {
  const { kills } = result;
  const lines = [
    `kills: ${kills.length}`,
    ...COUNTS.map(([name, key]) => `${name}: ${sum(kills, key)}`),
    `lost_max: ${max(kills, "lost")}`,
    `gauge_max: ${max(kills, "gauge")}`,
    `oldest_lost_max: ${formatSeconds(max(kills, "oldestLostMs"))}s`,
    `recovery_max: ${formatSeconds(max(kills, "recoveryMs"))}s`,
    ...(result.stoppedBy === undefined ? [] : [`stopped_by: ${result.stoppedBy}`]),
    `lost <= gauge: ${kills.filter(({ held }) => held).length} of ${kills.length} kills`,
  ];
  return lines.join("\n") + "\n";
}

/**
 * The result as one JSON object: the names of {@linkcode crashText}, durations in seconds with `_sec` behind their names,
 * `held` (whether nothing was torn and the gauge held every time), the options, and a row for each kill.
 */
export function crashJson(result: CrashResult): string {
  const { kills, options } = result;
  const document = {
    kvlab: VERSION,
    held: allHeld(result),
    kills_held: kills.filter(({ held }) => held).length,
    kills: kills.length,
    ...Object.fromEntries(COUNTS.map(([name, key]) => [name, sum(kills, key)])),
    lost_max: max(kills, "lost"),
    gauge_max: max(kills, "gauge"),
    oldest_lost_max_sec: secondsOf(max(kills, "oldestLostMs")),
    recovery_max_sec: secondsOf(max(kills, "recoveryMs")),
    stopped_by: result.stoppedBy ?? null,
    seed: options.seed,
    options: optionsObject(options),
    rows: kills.map(killObject),
  };
  return JSON.stringify(document, null, 2) + "\n";
}

function killObject(kill: KillResult): JsonObject {
  return {
    kill: kill.kill,
    during: kill.during,
    load_sec: secondsOf(kill.loadMs),
    ...Object.fromEntries(COUNTS.map(([name, key]) => [name, kill[key]])),
    oldest_lost_sec: secondsOf(kill.oldestLostMs),
    recovery_sec: secondsOf(kill.recoveryMs),
    held: kill.held,
  };
}

function sum(kills: readonly KillResult[], key: typeof COUNTS[number][1]): number {
  return kills.reduce((total, kill) => total + kill[key], 0);
}

function max(kills: readonly KillResult[], key: "lost" | "gauge" | "oldestLostMs" | "recoveryMs"): number {
  return kills.reduce((largest, kill) => Math.max(largest, kill[key]), 0);
}
