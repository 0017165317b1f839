/**
 * How the report words values: numbers with their units, losses, and the figures of a run's JSON.
 *
 * @module
 */
import type { CrashDocument } from "../crash/crash_document.ts";
import type { LossSummary, LossUnit, LossValue } from "../sweep/lines.ts";
import type { CrashKind } from "../result/run_document.ts";
import { readableValue } from "../result/figure.ts";
import { rowOf } from "../result/figures.ts";
import { readableCount, readableDuration, readableNumber } from "../result/format.ts";

/** The kinds of crash, as a person reads them. */
export const CRASH_NAMES: Readonly<Record<CrashKind, string>> = {
  process_crash: "process crash",
  power_loss: "power loss",
};

/** What each kind of failure that was really made is called. */
const FAILURE_NAMES: Readonly<Record<CrashDocument["failure"], string>> = {
  processCrash: "kill",
  powerLoss: "power cut",
  failover: "failover",
  orderlyEnd: "orderly end",
};

/**
 * What the failures that configurations were put through are called, one of them; `kill` where they are of two kinds.
 */
export function failureName(configurations: readonly { readonly crash?: CrashDocument }[]): string {
  const [name, ...others] = new Set(configurations.flatMap(({ crash }) => crash ? FAILURE_NAMES[crash.failure] : []));
  return name === undefined || others.length > 0 ? FAILURE_NAMES.processCrash : name;
}

/** What a failure was to cost no more than: only kvlab's own backends have a gauge that tells it. */
export function allowedText({ crash }: { readonly crash?: CrashDocument }): string {
  if (crash?.failure === "orderlyEnd") return "nothing";
  const hasGauge = crash?.rows.some(({ gauge }) => gauge !== undefined);
  return `no more than ${hasGauge ? "the gauge said" : "promised"}`;
}

/** The units of loss, as a person reads them. */
export const UNIT_NAMES: Readonly<Record<LossUnit, string>> = { age_ms: "time", writes: "writes" };

/** A loss, such as `nothing`, `1,025 writes`, `12.5 ms of writes`, `everything`. */
export function lossText(loss: LossValue, unit: LossUnit): string {
  if (loss === null) return "unknown";
  if (loss === "everything") return loss;
  if (loss === 0) return "nothing";
  if (unit === "age_ms") return `${readableDuration(loss)} of writes`;
  return readableCount(loss, "write");
}

/** A loss in a table cell or on an axis, where the heading says of what. */
export function shortLoss(loss: LossValue, unit: LossUnit): string {
  if (loss === null) return "unknown";
  if (loss === "everything") return "all";
  if (loss === 0) return "0";
  return unit === "age_ms" ? readableDuration(loss) : readableNumber(loss);
}

/** What the loss that counts is based on: the promise, or else the worst moment; and the gauge. */
export function lossBasis(loss: LossSummary, unit: LossUnit): string {
  const bound = loss[`bound_${unit}`], p99 = loss[`p99_${unit}`], worst = loss[`max_${unit}`];
  const parts = [
    ...(bound === undefined ? [] : [`promised at most ${shortLoss(bound, unit)}`]),
    ...(p99 === undefined ? [] : [`gauge p99 ${shortLoss(p99, unit)}`]),
    ...(worst === undefined ? [] : [`worst moment ${shortLoss(worst, unit)}`]),
  ];
  return parts.join(", ");
}

const MS_PER_SEC = 1000;

/** A duration, such as `1.5 ms`; on an axis, zero needs no unit. */
export function durationText(seconds: number): string {
  return seconds === 0 ? "0" : readableDuration(seconds * MS_PER_SEC);
}

/** A rate of operations, such as `1,810,000 ops/s`. */
export function rateText(opsPerSec: number): string {
  return `${readableNumber(Number(opsPerSec.toPrecision(3)))} ops/s`;
}

/** A rate in few characters: `1.81 M`, `23.4 k`, `890`. */
export function shortRate(opsPerSec: number): string {
  const [divisor, suffix] = opsPerSec >= 1e6 ? [1e6, " M"] : opsPerSec >= 1e3 ? [1e3, " k"] : [1, ""];
  return Number((opsPerSec / divisor).toPrecision(3)) + suffix;
}

/** The value of a figure in a run's JSON, with its unit. */
export function figureText(name: string, value: number): string {
  const kind = rowOf(name)?.kind;
  if (kind === "duration") return durationText(value);
  const text = readableValue(kind, value);
  return kind === "rate" ? `${text}/s` : text;
}

/** The name of a figure as words, without the unit that {@linkcode figureText} says. */
export function figureName(name: string): string {
  return (rowOf(name)?.name ?? name).replaceAll("_", " ");
}

/** A sentence's beginning. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
