/**
 * Reports the result of a sweep as text and JSON, and its progress. Pure functions.
 *
 * @module
 */
import { commandOf, p99Text, rateText, speedOf } from "../sweep/answer.ts";
import type {
  ConfigurationEntry,
  ConfigurationSummary,
  KillSummary,
  LossAxis,
  LossSummary,
  LossUnit,
  LossValue,
  SummaryLine,
  SweepHeader,
} from "../sweep/lines.ts";
import { lossNumber } from "../sweep/losses.ts";
import { calledText } from "../sweep/names.ts";
import type { SweepProgress } from "../sweep/sweep.ts";
import { formatCount, formatSeconds, readableDuration, readableNumber } from "../result/format.ts";
import { type Column, tableLines } from "./text_layout.ts";
import { documentText } from "../result/json.ts";

/** What a sweep found, and what it was about. */
export interface SweepReport {
  readonly header: SweepHeader;
  readonly summary: SummaryLine;
  readonly axis: LossAxis;
  /** The `id`s on the frontier that should have been killed but were not, for lack of time. */
  readonly notKilled: readonly string[];
}

const ENDED = {
  separated: "the frontier is separated",
  budget: "the time was up",
  interrupted: "it was interrupted",
} as const;

/** The third says of those that are not on the frontier with which they are tied. */
function columns({ p99_at_most_ms: p99Ms }: SummaryLine): readonly Column[] {
  return [
    { heading: "", align: "left" },
    { heading: "", align: "left" },
    { heading: "", align: "left" },
    { heading: p99Ms === undefined ? "ops/s (95%)" : "rate/s (95%)", align: "left" },
    { heading: "runs", align: "right" },
    { heading: "at risk", align: "right" },
    { heading: "p99", align: "right" },
    { heading: "worst", align: "right" },
    { heading: "kills lost", align: "right" },
  ];
}

/** Where all promise the same: what each is, how fast, and what was lost when the promise was tried. */
function promiseColumns(summary: SummaryLine): readonly Column[] {
  const found: Column[] = [{ heading: "lost", align: "right" }, { heading: "in", align: "left" }];
  return [...columns(summary).slice(0, 5).filter((_, index) => index !== 2), ...found];
}

/** What the configurations of a sweep are called, by `id`: `log, flush 50 ms (c04)`. */
export function calledIn({ configurations }: SweepHeader): (id: string) => string {
  const texts = new Map(configurations.map((entry) => [entry.id, calledText(entry)]));
  return (id) => texts.get(id) ?? id;
}

/**
 * The result in lines, each followed by a newline: the answer with its commands, the frontier with its others, and what
 * became of the rest.
 */
export function sweepText({ header, summary, axis, notKilled }: SweepReport): string {
  const { configurations, baseline_drift: drift } = summary;
  const called = calledIn(header);
  const runs = configurations.reduce((sum, configuration) => sum + configuration.runs, 0);
  const onFrontier = configurations.filter(({ state }) => state === "frontier" || state === "tied")
    .toSorted((a, b) => lossNumber(a.loss[axis.crash][axis.unit]) - lossNumber(b.loss[axis.crash][axis.unit]));
  const others = onFrontier.filter(({ id }) => !summary.answered.includes(id));
  const lines = [
    ...answerLines(header, summary),
    "",
    `${formatCount(configurations.length, "configuration")}, ${formatCount(runs, "run")}; ${ENDED[summary.ended]}`,
    ...(summary.p99_at_most_ms === undefined ? [] : [
      `rate: the highest with ${p99Text(summary.p99_at_most_ms)} for each kind of operation; half of the runs keep it`,
    ]),
    ...(drift === null ? [] : [
      `baseline ${called(drift.configuration)}: ${drift.ratio.toFixed(2)} times as fast at the end as at the start, ` +
      `${drift.spread.toFixed(2)} from its slowest run to its fastest`,
    ]),
    ...(onFrontier.length === 0 ? [] : [
      "",
      ...(summary.by_promise ? promiseTable(header, summary, axis) : tableLines(
        columns(summary),
        onFrontier.map((configuration) => row(configuration, { header, axis })),
      )),
      ...notKilledLines(summary, notKilled.map(called)),
    ]),
    ...others.flatMap(({ id }, index) => [
      ...(index === 0 ? [""] : []),
      `${called(id)}: ${commandIn(header, summary, id)}`,
    ]),
    ...restLines(header, summary),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function entryOf({ configurations }: SweepHeader, id: string): ConfigurationEntry | undefined {
  return configurations.find((entry) => entry.id === id);
}

/** The sentences of the answer, each followed by the command that runs what it answers with, where it is new. */
function answerLines(header: SweepHeader, summary: SummaryLine): string[] {
  const { answer, answered } = summary;
  return answer.split("\n").flatMap((sentence, index) => {
    const id = answered[index] ?? undefined;
    const isNew = id !== undefined && answered.indexOf(id) === index;
    return [sentence, ...(isNew ? [`  ${commandIn(header, summary, id)}`] : [])];
  });
}

/** The command that runs one, at the rate that was found if one was. */
function commandIn(header: SweepHeader, { configurations }: SummaryLine, id: string): string | undefined {
  const [entry, found] = [entryOf(header, id), configurations.find((configuration) => configuration.id === id)];
  return entry && found && commandOf(entry, found);
}

function row(
  configuration: ConfigurationSummary,
  { header, axis: { crash, unit } }: Pick<SweepReport, "header" | "axis">,
): string[] {
  const { id, state, runs, kills, beside } = configuration;
  const loss = configuration.loss[crash];
  const lost = kills === null || kills.crash !== crash
    ? "-"
    : valueText(unit === "writes" ? kills.lost_writes_max : kills.lost_age_ms_max, unit) +
      (kills.held < kills.kills ? " NOT HELD" : "");
  return [
    entryOf(header, id)?.name ?? "",
    id,
    state === "tied" ? tiedText(beside) : "",
    speedOf(configuration) === null ? "?" : rateText(configuration).replace(" ops/s", ""),
    String(runs),
    valueText(loss[unit], unit),
    ...(["p99", "max"] as const).map((part) => gaugeText(loss, part, unit)),
    lost,
  ];
}

/** The configurations that were measured, from the fastest, each with what was found of its promise. */
function promiseTable(header: SweepHeader, summary: SummaryLine, { crash }: LossAxis): string[] {
  const measured = summary.configurations.filter((one) => speedOf(one) !== null)
    .toSorted((a, b) => (speedOf(b) ?? 0) - (speedOf(a) ?? 0));
  return tableLines(
    promiseColumns(summary),
    measured.map((configuration) => {
      const { id, runs, kills } = configuration;
      const speed = rateText(configuration).replace(" ops/s", "");
      const found = kills === null || kills.crash !== crash ? ["-", "-"] : foundOf(kills);
      return [entryOf(header, id)?.name ?? "", id, speed, String(runs), ...found];
    }),
  );
}

/** What the kills cost at most, and how many there were, such as `5 cuts, 50 states`. */
function foundOf({ crash, kills, held, lost_writes_max: lost, states }: KillSummary): string[] {
  const what = formatCount(kills, crash === "power_loss" ? "cut" : "kill");
  return [
    `${readableNumber(lost)}${held < kills ? " NOT HELD" : ""}`,
    states === undefined ? what : `${what}, ${formatCount(states, "state")}`,
  ];
}

function notKilledLines({ ended }: SummaryLine, notKilled: readonly string[]): string[] {
  if (notKilled.length === 0) return [];
  const reason = ended === "interrupted" ? "the sweep was interrupted" : "--budget left no time";
  return [`not killed, because ${reason}: ${notKilled.join("; ")}`];
}

/** The first of those that it is tied with, and how many others there are. */
function tiedText([first = "", ...others]: readonly string[]): string {
  return `tied with ${first}${others.length === 0 ? "" : ` +${others.length}`}`;
}

/** What the gauge showed, if there is one. */
function gaugeText(loss: LossSummary, part: "p99" | "max", unit: LossUnit): string {
  const value = loss[`${part}_${unit}`];
  return value === undefined ? "-" : valueText(value, unit);
}

/** A loss as a person reads it. */
function valueText(value: LossValue, unit: LossUnit): string {
  if (value === null) return "?";
  if (value === "everything") return "all";
  return unit === "age_ms" ? readableDuration(value) : readableNumber(value);
}

/** The configurations that are not on the frontier. */
function restLines(header: SweepHeader, { configurations, p99_at_most_ms: p99Ms = 0 }: SummaryLine): string[] {
  const called = calledIn(header);
  const lines: string[] = [];
  for (const configuration of configurations) {
    const { id, state, beside, reason } = configuration;
    const what = entryOf(header, id)?.args.join(" ") ?? "";
    if (state === "dominated") {
      lines.push(
        `${called(id)}: dominated by ${beside.map(called).join(" and ")}, ${rateText(configuration)}: ${what}`,
      );
    }
    if (state === "too_slow") lines.push(`${called(id)}: keeps ${p99Text(p99Ms)} at no rate tried: ${what}`);
    if (state === "failed") lines.push(`${called(id)}: failed: ${reason}: ${what}`);
    if (state === "unmeasured") lines.push(`${called(id)}: not run: ${what}`);
  }
  return lines.length === 0 ? [] : ["", ...lines];
}

/**
 * The result as one JSON object, indented by two spaces and followed by a newline: the fields of the header and of the
 * summary.
 */
export function sweepJson({ header, summary }: Pick<SweepReport, "header" | "summary">): string {
  const { kind: _, configurations: entries, ...about } = header;
  const { kind: __, configurations: summaries, ...found } = summary;
  const configurations = entries.map((entry) => ({ ...entry, ...summaries.find(({ id }) => id === entry.id) }));
  return documentText({ ...about, ...found, configurations });
}

/**
 * The progress of a sweep, with the best so far and its speed, on one line without a newline:
 *
 * ```text
 * round 3  12 left  4 min 10 s left  best log, flush 50 ms (c03): 1.81 M ops/s  log, queue 64 (c07)
 * ```
 */
export function sweepProgressLine(
  { configuration, round, left, leftMs }: SweepProgress,
  best: string | undefined,
  columns: number,
): string {
  const parts = [
    round === undefined ? "kills" : `round ${round}`,
    `${left} left`,
    `${durationText(leftMs)} left`,
    ...(best === undefined ? [] : [`best ${best}`]),
    calledText(configuration),
  ];
  return parts.join("  ").slice(0, Math.max(0, columns - 1));
}

/** A time for a person to read: `9 min 30 s`, `45 s`. */
export function durationText(durationMs: number): string {
  const seconds = Math.max(0, Math.round(durationMs / 1000));
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${formatSeconds(seconds * 1000)} s`;
  return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
}
