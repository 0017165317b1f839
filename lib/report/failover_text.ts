/**
 * Reports what failovers cost: one line each as progress, and the whole as text or JSON. Pure functions.
 *
 * @module
 */
import { allFailoversHeld, type FailoverResult, type FailoverRound } from "../crash/failover_result.ts";
import { CRASH_SCHEMA, VERSION } from "../version.ts";
import { secondsOf } from "../option/units.ts";
import { readableCount, readableDuration, readableNumber } from "../result/format.ts";
import type { JsonObject } from "../result/json_value.ts";
import { argumentsOf, optionsObject } from "../result/option/options.ts";
import { blockLines, type Group } from "./text_groups.ts";
import { PLAIN, type TextStyle } from "./text_style.ts";

/** The counts of a failover, by their names in JSON. */
const COUNTS = [
  ["acknowledged", "acknowledged"],
  ["recovered", "recovered"],
  ["lost", "lost"],
  ["never_acknowledged", "neverAcknowledged"],
  ["holes", "holes"],
  ["refused", "refused"],
] as const satisfies readonly (readonly [string, keyof FailoverRound])[];

/** Its durations, in milliseconds. */
const DURATIONS = [
  ["oldest_lost", "oldestLostMs"],
  ["takeover", "takeoverMs"],
  ["unavailable", "unavailableMs"],
] as const satisfies readonly (readonly [string, keyof FailoverRound])[];

/** One failover on one line, without a newline. */
export function failoverLine(round: FailoverRound): string {
  const { kill, lost, oldestLostMs, acknowledged, refused, unavailableMs, held } = round;
  const loss = lost === 0 ? "lost none" : `lost ${readableNumber(lost)} (up to ${readableDuration(oldestLostMs)} old)`;
  return `failover ${kill}: ${loss} of ${readableCount(acknowledged, "write")}, ${readableNumber(refused)} refused, ` +
    `writes resumed after ${readableDuration(unavailableMs)}: ${held ? "held" : "PROMISE BROKEN"}`;
}

/** The result in lines, each followed by a newline; the loss and the verdict are emphasized if the style allows. */
export function failoverText(result: FailoverResult, style: TextStyle = PLAIN): string {
  return blockLines(failoverGroups(result, style)).map((line) => `${line}\n`).join("");
}

function failoverGroups({ rounds, lagMs, promise, stoppedBy }: FailoverResult, style: TextStyle): Group[] {
  const holes = sum(rounds, "holes");
  const never = sum(rounds, "neverAcknowledged");
  const held = rounds.filter(({ held }) => held).length;
  return [
    {
      label: "failovers",
      lines: [[String(rounds.length), ...(lagMs === 0 ? [] : [`replicas ${readableDuration(lagMs)} behind`])]],
    },
    {
      label: "writes",
      lines: [[
        `${readableNumber(sum(rounds, "acknowledged"))} acknowledged`,
        `${readableNumber(sum(rounds, "refused"))} refused`,
        ...(never === 0 ? [] : [`${readableNumber(never)} of them present all the same`]),
      ]],
    },
    { label: "lost", lines: [lossPhrases(rounds, style)] },
    { label: "holes", lines: holes === 0 ? [] : [[`${readableCount(holes, "lost write")} before one that survived`]] },
    { label: "takeover", lines: rangeLines(rounds, "takeoverMs") },
    { label: "no writes", lines: rangeLines(rounds, "unavailableMs") },
    { label: "may lose", lines: [[`failover: ${promise.text}`]] },
    { label: "stopped by", lines: stoppedBy === undefined ? [] : [[stoppedBy]] },
    {
      label: "verdict",
      lines: [[style.bold(`${held} of ${readableCount(rounds.length, "failover")} lost no more than promised`)]],
    },
  ];
}

function lossPhrases(rounds: readonly FailoverRound[], style: TextStyle): string[] {
  const lost = sum(rounds, "lost");
  if (lost === 0) return [style.bold("nothing")];
  return [
    style.bold(readableCount(lost, "write")),
    `at most ${readableNumber(max(rounds, "lost"))} in one failover`,
    `up to ${readableDuration(max(rounds, "oldestLostMs"))} old`,
  ];
}

function rangeLines(rounds: readonly FailoverRound[], key: "takeoverMs" | "unavailableMs"): string[][] {
  if (rounds.length === 0) return [];
  const least = Math.min(...rounds.map((round) => round[key]));
  return [[`${readableDuration(least)} to ${readableDuration(max(rounds, key))} after the kill`]];
}

/**
 * The result as one JSON object: its `schema` and the version of `kvlab`, `held` (whether every failover lost no more than promised), `failovers` and how many
 * of them held as `failovers_held`, `lag_sec`, `promise`, the sums of {@linkcode COUNTS}, the most of one failover as
 * `lost_max` and with `_max_sec` after the name of a duration, `stopped_by`, the seed, the options and the arguments of the load, and a row for
 * each failover.
 */
export function failoverJson(result: FailoverResult): string {
  const { rounds, options, lagMs, promise } = result;
  const document = {
    schema: CRASH_SCHEMA,
    kvlab: VERSION,
    held: allFailoversHeld(result),
    failovers: rounds.length,
    failovers_held: rounds.filter(({ held }) => held).length,
    lag_sec: secondsOf(lagMs),
    promise: promise.text,
    ...Object.fromEntries(COUNTS.map(([name, key]) => [name, sum(rounds, key)])),
    lost_max: max(rounds, "lost"),
    ...Object.fromEntries(DURATIONS.map(([name, key]) => [`${name}_max_sec`, secondsOf(max(rounds, key))])),
    stopped_by: result.stoppedBy ?? null,
    seed: options.seed,
    options: optionsObject(options),
    arguments: argumentsOf(options),
    rows: rounds.map(roundObject),
  };
  return JSON.stringify(document, null, 2) + "\n";
}

function roundObject(round: FailoverRound): JsonObject {
  return {
    failover: round.kill,
    ...Object.fromEntries(COUNTS.map(([name, key]) => [name, round[key]])),
    ...Object.fromEntries(DURATIONS.map(([name, key]) => [`${name}_sec`, secondsOf(round[key])])),
    held: round.held,
  };
}

function sum(rounds: readonly FailoverRound[], key: typeof COUNTS[number][1]): number {
  return rounds.reduce((total, round) => total + round[key], 0);
}

function max(rounds: readonly FailoverRound[], key: "lost" | typeof DURATIONS[number][1]): number {
  return rounds.reduce((largest, round) => Math.max(largest, round[key]), 0);
}
