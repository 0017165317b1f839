/**
 * Reports what kills cost: one line per kill as progress, and the whole as text or JSON. Pure functions.
 *
 * @module
 */
import { allHeld, type CrashResult, type KillResult } from "../crash/crash_result.ts";
import { type Failure, lossIn } from "../crash/victim.ts";
import { CRASH_SCHEMA, VERSION } from "../version.ts";
import { secondsOf } from "../option/units.ts";
import { readableCount, readableDuration, readableNumber } from "../result/format.ts";
import type { JsonObject } from "../result/json_value.ts";
import { argumentsOf, optionsObject } from "../result/option/options.ts";
import { promiseGroup } from "./promise_groups.ts";
import { promisesObject } from "../result/run_document.ts";
import { blockLines, type Group } from "./text_groups.ts";
import { PLAIN, type TextStyle } from "./text_style.ts";

/** How the kinds of failure are called, each one of them, and their number. */
const FAILURES: Readonly<Record<Failure, { readonly name: string; readonly one: string; readonly label: string }>> = {
  processCrash: { name: "process crash", one: "kill", label: "kills" },
  powerLoss: { name: "power loss", one: "kill", label: "kills" },
  failover: { name: "failover", one: "failover", label: "failovers" },
  orderlyEnd: { name: "orderly end", one: "orderly end", label: "ends" },
};

/** The counts of a kill, by their names in JSON. */
const COUNTS = [
  ["acknowledged", "acknowledged"],
  ["recovered", "recovered"],
  ["lost", "lost"],
  ["never_acknowledged", "neverAcknowledged"],
  ["holes", "holes"],
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

function countsOf({ options: { backend }, failure }: Pick<CrashResult, "options" | "failure">) {
  if (backend.kind === "engine") return COUNTS;
  return [...COUNTS, ...GAUGE_COUNTS, ...(failure === "orderlyEnd" ? ORDERLY_COUNTS : [])];
}

/** One kill on one line, without a newline. */
export function killLine(kill: KillResult, failure: Failure): string {
  const { during, loadMs, acknowledged, lost, gauge, oldestLostMs, recoveryMs, repaired } = kill;
  const moment = during === "start" ? "while starting" : `after ${readableDuration(loadMs)}`;
  return `${FAILURES[failure].one} ${kill.kill} ${moment}: ${lossText(lost, oldestLostMs)} of ${
    readableCount(acknowledged, "write")
  }, ` +
    (gauge === undefined ? "" : `gauge ${readableNumber(gauge)}, `) +
    `recovered in ${readableDuration(recoveryMs)}${repaired === undefined ? "" : ` (${repaired})`}: ${verdictOf(kill)}`;
}

function verdictOf({ unreadable, tornShards, unsoundFiles = 0, held, lost, gauge }: KillResult): string {
  if (unreadable !== undefined) return `UNREADABLE: ${unreadable}`;
  if (tornShards > 0) return `TORN: ${readableCount(tornShards, "shard")}`;
  if (unsoundFiles > 0) return `NOT SOUND: ${readableCount(unsoundFiles, "file")}`;
  if (held) return "held";
  return gauge === undefined || lost <= gauge ? "PROMISE BROKEN" : "GAUGE EXCEEDED";
}

function lossText(lost: number, oldestLostMs: number): string {
  return lost === 0 ? "lost none" : `lost ${readableNumber(lost)} (up to ${readableDuration(oldestLostMs)} old)`;
}

/**
 * The result in lines, each followed by a newline: totals over all kills, the highest cost of a single one, and finally
 * the verdict. The verdict and the loss are emphasized if the style allows.
 */
export function crashText(result: CrashResult, style: TextStyle = PLAIN): string {
  const lines = blockLines(crashGroups(result, style));
  return lines.map((line) => `${line}\n`).join("");
}

function crashGroups(result: CrashResult, style: TextStyle): Group[] {
  const { kills, options, promises, stoppedBy, failure } = result;
  const { one, label } = FAILURES[failure];
  const isOurs = options.backend.kind !== "engine";
  const starting = kills.filter(({ during }) => during === "start").length;
  const held = kills.filter(({ held }) => held).length;
  return [
    {
      label,
      lines: [[String(kills.length), ...(starting === 0 ? [] : [`${starting} of them while kvlab was starting`])]],
    },
    { label: "writes", lines: [writePhrases(kills)] },
    { label: "lost", lines: [lossPhrases(result, style)] },
    { label: "gauge", lines: isOurs ? [gaugePhrases(result)] : [] },
    { label: "damage", lines: [damagePhrases(kills, style)] },
    { label: "recovery", lines: kills.length === 0 ? [] : [[`${readableDuration(max(kills, "recoveryMs"))} at most`]] },
    promiseGroup(promises),
    { label: "broken", lines: brokenPromise(result, style) },
    { label: "stopped by", lines: stoppedBy === undefined ? [] : [[stoppedBy]] },
    {
      label: "verdict",
      lines: [[
        style.bold(
          `${held} of ${kills.length} ${one}s lost ${mostLost(failure, isOurs)}`,
        ),
      ]],
    },
  ];
}

function mostLost(failure: Failure, isOurs: boolean): string {
  if (failure === "orderlyEnd") return "nothing";
  return `no more than ${isOurs ? "the gauge and the policy say" : "promised"}`;
}

/** The promise that was broken; no line if all were kept. */
function brokenPromise({ kills, failure, promises }: CrashResult, style: TextStyle): string[][] {
  const broken = kills.filter(({ held }) => !held);
  if (broken.length === 0) return [];
  const { name, one } = FAILURES[failure];
  const isUnsound = sum(broken, "unsoundFiles") > 0;
  const promise = `${failure === "orderlyEnd" ? "an" : "a"} ${name} may lose ${lossIn(failure, promises).text}`;
  const broke = `${readableCount(broken.length, one)} lost more${
    isUnsound ? ", or left files that are not sound" : ""
  }`;
  return [[style.bold(promise), broke]];
}

function writePhrases(kills: readonly KillResult[]): string[] {
  const never = sum(kills, "neverAcknowledged");
  return [
    `${readableNumber(sum(kills, "acknowledged"))} acknowledged`,
    `${readableNumber(sum(kills, "recovered"))} recovered`,
    ...(never === 0 ? [] : [`${readableNumber(never)} there although never acknowledged`]),
  ];
}

function lossPhrases({ kills, failure }: CrashResult, style: TextStyle): string[] {
  const lost = sum(kills, "lost");
  if (lost === 0) return [style.bold("nothing")];
  return [
    style.bold(readableCount(lost, "write")),
    `at most ${readableNumber(max(kills, "lost"))} in one ${FAILURES[failure].one}`,
    `up to ${readableDuration(max(kills, "oldestLostMs"))} old`,
  ];
}

/** What the gauge said would be lost. */
function gaugePhrases({ kills, failure }: CrashResult): string[] {
  const most = readableNumber(max(kills, "gauge"));
  return [readableCount(sum(kills, "gauge"), "write"), `at most ${most} in one ${FAILURES[failure].one}`];
}

function damagePhrases(kills: readonly KillResult[], style: TextStyle): string[] {
  const repaired = kills.filter((kill) => kill.repaired !== undefined).length;
  const torn = sum(kills, "tornShards"), holes = sum(kills, "holes"), spares = sum(kills, "damagedSpares");
  const unsound = sum(kills, "unsoundFiles");
  return [
    ...(torn === 0 ? [] : [style.bold(`${readableCount(torn, "torn shard")} without a sound file`)]),
    ...(holes === 0 ? [] : [`${readableCount(holes, "lost write")} before one that survived (holes)`]),
    ...(repaired === 0 ? [] : [`${readableCount(repaired, "store")} that had to be repaired`]),
    ...(spares === 0 ? [] : [`${readableCount(spares, "damaged file")} beside a sound one`]),
    ...(unsound === 0
      ? []
      : [style.bold(`${readableCount(unsound, "file")} left that ${unsound === 1 ? "is" : "are"} not sound`)]),
  ];
}

/**
 * The result as one JSON object: its `schema` and the version of `kvlab`, `held` (whether nothing was torn, and the gauge and the promise held every time),
 * `kills` and how many of them held as `kills_held`, `failure` (`process_crash`, `power_loss` or `orderly_end`) and the promises as in
 * a run's result, the sums of {@linkcode COUNTS} over all kills, the most of one kill as `lost_max`, `gauge_max`,
 * `oldest_lost_max_sec` and `recovery_max_sec`, `stopped_by`, the seed, the options and the arguments of the load, and a row for each kill.
 */
export function crashJson(result: CrashResult): string {
  const { kills, options, failure, promises } = result;
  const document = {
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
    failure: FAILURES[failure].name.replace(" ", "_"),
    promises: promisesObject(promises),
    stopped_by: result.stoppedBy ?? null,
    seed: options.seed,
    options: optionsObject(options),
    arguments: argumentsOf(options),
    rows: kills.map((kill) => killObject(kill, countsOf(result))),
  };
  return JSON.stringify(document, null, 2) + "\n";
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
    ...(kill.unreadable === undefined ? {} : { unreadable: kill.unreadable }),
    ...(kill.repaired === undefined ? {} : { repaired: kill.repaired }),
  };
}

function sum(kills: readonly KillResult[], key: ReturnType<typeof countsOf>[number][1]): number {
  return kills.reduce((total, kill) => total + (kill[key] ?? 0), 0);
}

function max(kills: readonly KillResult[], key: "lost" | "gauge" | "oldestLostMs" | "recoveryMs"): number {
  return kills.reduce((largest, kill) => Math.max(largest, kill[key] ?? 0), 0);
}
