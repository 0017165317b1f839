/**
 * Reports what kills cost: one line per kill as progress, and the whole as text; of cuts of the power also the states
 * that were tried, how many of each kind, what each cost, and what did not hold. Pure functions.
 *
 * @module
 */
import { chunk } from "simple-statistics";
import type { FailoverOptions, FaultName } from "../engine/failover.ts";
import { type CrashResult, type KillResult, max, statesOf, sum } from "../crash/crash_result.ts";
import { findingText } from "../crash/finding_text.ts";
import { countByKind } from "../crash/states_document.ts";
import { type Failure, lossIn } from "../crash/victim.ts";
import { readableCount, readableDuration, readableNumber } from "../result/format.ts";
import { engineGroups, promiseGroup } from "./result_text.ts";
import { contradictionTitle, historiesBlocks } from "./contradiction_text.ts";
import { BARS } from "./series_chart.ts";
import { type Block, blockLines, type Group, PLAIN, type TextStyle } from "./text_layout.ts";

/** How the kinds of failure are called, each one of them, and their number. */
const FAILURE_WORDS: Readonly<
  Record<Failure, { readonly name: string; readonly one: string; readonly label: string }>
> = {
  processCrash: { name: "process crash", one: "kill", label: "kills" },
  powerLoss: { name: "power loss", one: "power cut", label: "power cuts" },
  failover: { name: "failover", one: "failover", label: "failovers" },
  orderlyEnd: { name: "orderly end", one: "orderly end", label: "ends" },
};

/** One kill on one line, without a newline. */
export function killLine(kill: KillResult, failure: Failure): string {
  if (failure === "failover") return failoverLine(kill);
  const { during, loadMs, acknowledged, gauge, recoveryMs, repaired } = kill;
  const moment = during === "start" ? "while starting" : `after ${readableDuration(loadMs)}`;
  return `${FAILURE_WORDS[failure].one} ${kill.kill} ${moment}: ${lossText(kill, failure)} of ${
    readableCount(acknowledged, "write")
  }, ` +
    (gauge === undefined ? "" : `gauge ${readableNumber(gauge)}, `) +
    `recovered in ${readableDuration(recoveryMs)}${repaired === undefined ? "" : ` (${repaired})`}: ${verdictOf(kill)}`;
}

function failoverLine(kill: KillResult): string {
  const { acknowledged, refused = 0, unavailableMs = 0 } = kill;
  return `failover ${kill.kill}: ${lossText(kill, "failover")} of ${readableCount(acknowledged, "write")}, ` +
    `${readableNumber(refused)} refused, writes resumed after ${readableDuration(unavailableMs)}: ${verdictOf(kill)}`;
}

function verdictOf(kill: KillResult): string {
  const { unreadable, neverPut, tornShards, unsoundFiles = 0, held, lost, gauge, history } = kill;
  if (unreadable !== undefined) return `UNREADABLE: ${unreadable}`;
  if (neverPut > 0) return `NEVER PUT: what ${readableCount(neverPut, "record")} ${neverPut === 1 ? "holds" : "hold"}`;
  if (tornShards > 0) return `TORN: ${readableCount(tornShards, "shard")}`;
  if (unsoundFiles > 0) return `NOT SOUND: ${readableCount(unsoundFiles, "file")}`;
  const [contradiction] = history?.contradictions ?? [];
  if (contradiction !== undefined) return `CONTRADICTS ITSELF: ${contradictionTitle(contradiction)}`;
  if (held) return "held";
  return gauge === undefined || lost <= gauge ? "PROMISE BROKEN" : "GAUGE EXCEEDED";
}

function lossText({ lost, oldestLostMs, resurrected }: KillResult, failure: Failure): string {
  if (lost === 0) return "lost none";
  const back = resurrected === 0 ? "" : `, ${readableNumber(resurrected)} resurrected`;
  return `lost ${readableNumber(lost)} (${ageText(oldestLostMs, failure)}${back})`;
}

/** How old the oldest lost write was when it failed; a primary that goes on afterwards acknowledges some even then. */
function ageText(oldestLostMs: number, failure: Failure): string {
  return oldestLostMs === 0 && failure === "failover"
    ? "acknowledged afterwards"
    : `up to ${readableDuration(oldestLostMs)} old`;
}

/**
 * The result in lines, each followed by a newline: totals over all kills, the highest cost of a single one, and finally
 * the verdict. The verdict and the loss are emphasized if the style allows.
 */
export function crashText(result: CrashResult, style: TextStyle = PLAIN): string {
  const lines = blockLines(result.failure === "failover" ? failoverGroups(result, style) : crashGroups(result, style));
  return lines.map((line) => `${line}\n`).join("");
}

function crashGroups(result: CrashResult, style: TextStyle): Block[] {
  const { kills, options, promises, engine, stoppedBy, failure } = result;
  const { one, label } = FAILURE_WORDS[failure];
  const isOurs = options.backend.kind !== "engine";
  const starting = kills.filter(({ during }) => during === "start").length;
  const held = kills.filter(({ held }) => held).length;
  return [
    {
      label,
      lines: [[String(kills.length), ...(starting === 0 ? [] : [`${starting} of them while kvlab was starting`])]],
    },
    ...stateGroups(result),
    { label: "writes", lines: [writePhrases(kills)] },
    { label: "lost", lines: [lossPhrases(result, style)] },
    { label: "gauge", lines: isOurs ? [gaugePhrases(result)] : [] },
    { label: "damage", lines: [damagePhrases(kills, style)] },
    { label: "recovery", lines: kills.length === 0 ? [] : [[`${readableDuration(max(kills, "recoveryMs"))} at most`]] },
    ...engineGroups(engine),
    promiseGroup(promises),
    { label: "broken", lines: brokenPromise(result, style) },
    ...findingGroups(result),
    ...historiesBlocks(kills.flatMap(({ history }) => history ?? []), style),
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

function failoverGroups(result: CrashResult, style: TextStyle): Block[] {
  const { kills, failover, promises, stoppedBy } = result;
  const holes = sum(kills, "holes");
  const never = sum(kills, "neverAcknowledged");
  const held = kills.filter(({ held }) => held).length;
  return [
    {
      label: FAILURE_WORDS.failover.label,
      lines: [[String(kills.length), ...howPhrases(failover)]],
    },
    {
      label: "writes",
      lines: [[
        `${readableNumber(sum(kills, "acknowledged"))} acknowledged`,
        `${readableNumber(sum(kills, "refused"))} refused`,
        ...(never === 0 ? [] : [`${readableNumber(never)} of them present all the same`]),
      ]],
    },
    { label: "lost", lines: [lossPhrases(result, style)] },
    { label: "holes", lines: holes === 0 ? [] : [[`${readableCount(holes, "lost write")} before one that survived`]] },
    { label: "takeover", lines: rangeLines(kills, "takeoverMs") },
    { label: "no writes", lines: rangeLines(kills, "unavailableMs") },
    { label: "may lose", lines: [[`failover: ${lossIn("failover", promises).text}`]] },
    ...historiesBlocks(kills.flatMap(({ history }) => history ?? []), style),
    { label: "stopped by", lines: stoppedBy === undefined ? [] : [[stoppedBy]] },
    {
      label: "verdict",
      lines: [[style.bold(`${held} of ${readableCount(kills.length, "failover")} lost no more than promised`)]],
    },
  ];
}

/** What happened to the primaries, where it was more than that they were killed. */
function howPhrases({ fault, lagMs }: FailoverOptions = { fault: "kill", lagMs: 0 }): string[] {
  return [
    ...(fault === "kill" ? [] : [FAULT_PHRASES[fault]]),
    ...(lagMs === 0 ? [] : [`replicas ${readableDuration(lagMs)} behind`]),
  ];
}

/** What each fault but the kill does to a primary. */
const FAULT_PHRASES: Readonly<Record<Exclude<FaultName, "kill">, string>> = {
  pause: "the primary stopped until a replica took over",
  partition: "the primary cut off until a replica took over",
};

function rangeLines(kills: readonly KillResult[], key: "takeoverMs" | "unavailableMs"): string[][] {
  if (kills.length === 0) return [];
  const least = Math.min(...kills.map((kill) => kill[key] ?? 0));
  return [[`${readableDuration(least)} to ${readableDuration(max(kills, key))} after the fault`]];
}

function mostLost(failure: Failure, isOurs: boolean): string {
  if (failure === "orderlyEnd") return "nothing";
  return `no more than ${isOurs ? "the gauge and the policy say" : "promised"}`;
}

/** The promise that was broken; no line if all were kept. */
function brokenPromise({ kills, failure, promises }: CrashResult, style: TextStyle): string[][] {
  const broken = kills.filter(({ held }) => !held);
  if (broken.length === 0) return [];
  const { name, one } = FAILURE_WORDS[failure];
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
  const lost = sum(kills, "lost"), resurrected = sum(kills, "resurrected");
  if (lost === 0) return [style.bold("nothing")];
  return [
    style.bold(readableCount(lost, "write")),
    `at most ${readableNumber(max(kills, "lost"))} in one ${FAILURE_WORDS[failure].one}`,
    ageText(max(kills, "oldestLostMs"), failure),
    ...(resurrected === 0 ? [] : [style.bold(`${readableCount(resurrected, "deleted key")} resurrected`)]),
  ];
}

/** What the gauge said would be lost. */
function gaugePhrases({ kills, failure }: CrashResult): string[] {
  const most = readableNumber(max(kills, "gauge"));
  return [readableCount(sum(kills, "gauge"), "write"), `at most ${most} in one ${FAILURE_WORDS[failure].one}`];
}

function damagePhrases(kills: readonly KillResult[], style: TextStyle): string[] {
  const repaired = kills.filter((kill) => kill.repaired !== undefined).length;
  const torn = sum(kills, "tornShards"), holes = sum(kills, "holes"), spares = sum(kills, "damagedSpares");
  const unsound = sum(kills, "unsoundFiles"), neverPut = sum(kills, "neverPut");
  return [
    ...(torn === 0 ? [] : [style.bold(`${readableCount(torn, "torn shard")} without a sound file`)]),
    ...(neverPut === 0 ? [] : [style.bold(`${readableCount(neverPut, "value")} that nobody has put`)]),
    ...(holes === 0 ? [] : [`${readableCount(holes, "lost write")} before one that survived (holes)`]),
    ...(repaired === 0 ? [] : [`${readableCount(repaired, "store")} that had to be repaired`]),
    ...(spares === 0 ? [] : [`${readableCount(spares, "damaged file")} beside a sound one`]),
    ...(unsound === 0
      ? []
      : [style.bold(`${readableCount(unsound, "file")} left that ${unsound === 1 ? "is" : "are"} not sound`)]),
  ];
}

/** The most columns of the strip. */
const COLUMNS_MAX = 64;
/** A state that lost nothing. */
const NOTHING_LOST = "·";
const NOT_HELD = "×";

/** The most findings that are told in full; the JSON has them all. */
const FINDINGS_MAX = 3;

/** The disk and the states; nothing where no power was cut. */
function stateGroups({ kills, disk }: CrashResult): Group[] {
  if (disk === undefined) return [];
  const states = statesOf(kills);
  const again = states.filter(({ again }) => again).length;
  const unmountable = states.filter((state) => state.unmountable !== undefined).length;
  const back = states.filter(({ resurrected }) => resurrected > 0).length;
  const fallen = states.filter(({ problem }) => problem !== undefined).length;
  return [
    { label: "disk", lines: [[disk.fileSystem, ...(disk.mountOptions === undefined ? [] : [disk.mountOptions])]] },
    {
      label: "states",
      lines: [
        [`${readableNumber(states.length)} tried`, ...countByKind(states).map(([kind, count]) => `${count} ${kind}`)],
        [
          ...(again === 0 ? [] : [`${readableNumber(again)} after a second cut during recovery`]),
          ...(unmountable === 0 ? [] : [`${readableNumber(unmountable)} that ${disk.fileSystem} could not mount`]),
        ],
        ...stripLines(states.map(({ lost, problem }) => ({ lost, held: problem === undefined }))),
        back === 0 ? [] : [`${readableCount(back, "state")} in which deleted keys were resurrected`],
        fallen === 0 ? [] : [`${readableCount(fallen, "state")} did not hold`],
      ],
    },
  ];
}

/** What did not hold, each as a paragraph. */
function findingGroups(result: CrashResult): Group[] {
  const texts = result.kills.flatMap((kill) => (kill.findings ?? []).map((found) => findingText(result, kill, found)));
  const more = texts.length - FINDINGS_MAX;
  return [
    ...texts.slice(0, FINDINGS_MAX).map((text) => ({ label: "finding", lines: [[text]] })),
    ...(more > 0
      ? [{ label: "", lines: [[`${readableCount(more, "more finding")} in --format=json and --report`]] }]
      : []),
  ];
}

/**
 * What each state cost, in the order in which they were tried: a column for each, or for several the worst. Heights are
 * logarithmic, so that one write stands out beside thousands.
 */
function stripLines(states: readonly { readonly lost: number; readonly held: boolean }[]): string[][] {
  const most = states.reduce((most, { lost }) => Math.max(most, lost), 0);
  if (most === 0) return [];
  const perColumn = Math.ceil(states.length / COLUMNS_MAX);
  const columns = chunk(states, perColumn);
  const bars = columns.map((states) => {
    const lost = states.reduce((most, { lost }) => Math.max(most, lost), 0);
    return lost === 0 ? NOTHING_LOST : BARS[Math.ceil(Math.log1p(lost) / Math.log1p(most) * BARS.length) - 1];
  });
  const marks = columns.map((states) => states.every(({ held }) => held) ? " " : NOT_HELD).join("").trimEnd();
  const scale = `up to ${readableCount(most, "lost write")}, each column ${readableCount(perColumn, "state")}`;
  return [[bars.join("")], ...(marks === "" ? [] : [[marks]]), [scale]];
}
