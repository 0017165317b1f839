/**
 * Puts the answer of a sweep into words: a sentence for each limit, or for several that share their answer. Pure.
 *
 * @module
 */
import { listNames } from "../option/wording.ts";
import { readableCount } from "../result/format.ts";
import type { ConfigurationEntry, ConfigurationSummary, LossAxis, SummaryLine } from "./lines.ts";
import { calledText } from "./names.ts";
import type { Standing } from "./standing.ts";

/** What the answers are based on; the arrays are in the order of the configurations. */
export interface AnswerParts {
  readonly axis: LossAxis;
  readonly entries: readonly ConfigurationEntry[];
  readonly standings: readonly Standing[];
  readonly summaries: readonly ConfigurationSummary[];
  /** In the axis's unit. */
  readonly limits: readonly number[];
  /** The limit on the p99 latency; `undefined` if there is none. */
  readonly p99Ms: number | undefined;
}

/** One configuration and everything known about it. */
interface Point {
  readonly entry: ConfigurationEntry;
  readonly standing: Standing;
  readonly summary: ConfigurationSummary;
}

/** A sentence, and the configuration that it answers with, if there is one. */
interface Answer {
  readonly text: string;
  readonly id: string | null;
}

/**
 * The sentences, in the order of the limits; just one if nothing was measured. Limits with the same answer share a
 * sentence. What nothing keeps within is said of the greatest such limit, as it holds for the others all the more.
 */
function answersOf(parts: AnswerParts): Answer[] {
  const measured = parts.entries.flatMap((entry, index): Point[] => {
    const [standing, summary] = [parts.standings[index], parts.summaries[index]];
    return standing === undefined || summary === undefined || summary.runs === 0 || standing.state === "failed"
      ? []
      : [{ entry, standing, summary }];
  });
  if (measured.length === 0) return [{ text: "nothing was measured", id: null }];
  const { axis, limits, p99Ms } = parts;
  const points = measured.filter(({ summary }) => speedOf(summary) !== null);
  if (points.length === 0 && p99Ms !== undefined) {
    return [{ text: `nothing that was measured keeps ${p99Text(p99Ms)}`, id: null }];
  }
  const answers = limits.map((limit) => ({ limit, ...fastestWithin(points, limit, axis) }));
  return Array.from(Map.groupBy(answers, ({ about }) => about), ([about, alike]) => {
    const limits = alike.map(({ limit }) => limit);
    if (about === undefined) return { text: nothingWithin(Math.max(...limits), axis, p99Ms), id: null };
    const asked = listNames(limits.map((limit) => limitText(limit, axis.unit)));
    const answering = p99Ms === undefined ? "" : ` and ${p99Text(p99Ms)}`;
    return {
      text: `fastest with ${asked} at risk ${WHEN[axis.crash]}${answering}: ${about}`,
      id: alike[0]?.id ?? null,
    };
  });
}

/** A limit on the latency in words, such as `a p99 of at most 5 ms`. */
export function p99Text(p99Ms: number): string {
  return `a p99 of at most ${p99Ms.toLocaleString("en-US")} ms`;
}

/** What is compared of a configuration: its throughput, or the rate that it keeps up; `null` if there is none. */
export function speedOf({ median_ops_per_sec, rate_per_sec }: ConfigurationSummary): number | null {
  return rate_per_sec === undefined ? median_ops_per_sec : rate_per_sec;
}

/** The command that runs a configuration alone, at the rate that was found if one was. */
export function commandOf({ command }: ConfigurationEntry, { rate_per_sec: ratePerSec }: ConfigurationSummary): string {
  return typeof ratePerSec === "number" ? command.replace("kvlab ", `kvlab --rate=${ratePerSec} `) : command;
}

/** The fastest within a limit and what is known of it; neither if there is none. */
function fastestWithin(
  points: readonly Point[],
  limit: number,
  axis: LossAxis,
): { readonly id?: string; readonly about?: string } {
  const within = points.filter(({ standing }) => standing.loss <= limit)
    .toSorted((a, b) => b.standing.level - a.standing.level);
  const [best] = within;
  if (best === undefined) return {};
  const { entry, summary } = best;
  const clauses = [
    `${calledText(entry)} at ${rateText(summary)}`,
    ...tieClause(best, within),
    ...saferClause(best, points),
    ...killClause(summary, axis),
  ];
  return { id: entry.id, about: clauses.join("; ") };
}

function nothingWithin(limit: number, { crash, unit }: LossAxis, p99Ms: number | undefined): string {
  const amount = limit === 0 ? "something" : `more than ${amountText(limit, unit)}`;
  const what = p99Ms === undefined ? "was measured" : `keeps ${p99Text(p99Ms)}`;
  return `everything that ${what} may lose ${amount} ${WHEN[crash]}`;
}

/** A kind of crash in words. */
export const WHEN = { process_crash: "when the process dies", power_loss: "when the power fails" } as const;

/** A limit in words, such as `at most 10 ms`. */
function limitText(limit: number, unit: LossAxis["unit"]): string {
  return limit === 0 ? "nothing" : `at most ${amountText(limit, unit)}`;
}

function amountText(limit: number, unit: LossAxis["unit"]): string {
  return unit === "age_ms" ? `${limit.toLocaleString("en-US")} ms` : readableCount(limit, "write");
}

/** A speed with its interval, such as `1.81 M ops/s (1.74–1.88)`. */
export function rateText(summary: ConfigurationSummary): string {
  const { ci95 } = summary;
  const speed = speedOf(summary);
  if (speed === null) return "no ops/s";
  const [unit, divisor] = UNITS.find(([, divisor]) => speed >= divisor) ?? ["", 1];
  const shown = (value: number) => {
    const [digits = "", exponent] = (value / divisor).toPrecision(3).split("e");
    return exponent === undefined ? digits : String(Math.round(value / divisor));
  };
  const interval = ci95 === null ? "" : ` (${shown(ci95[0])}–${shown(ci95[1])})`;
  return `${shown(speed)}${unit} ops/s${interval}`;
}

const UNITS = [[" M", 1e6], [" k", 1e3]] as const;

/** Names those within the limit that cannot be told from the best. */
function tieClause({ standing, entry }: Point, within: readonly Point[]): string[] {
  const tied = within.filter(({ standing: other }) =>
    other.state === "tied" && other.beside.includes(entry.id) ||
    standing.beside.includes(other.id) && standing.state === "tied"
  ).map((point) => calledText(point.entry));
  return tied.length === 0 ? [] : [`within noise of ${tied.join(" and ")}`];
}

/** How much faster it is than the fastest of those that clearly lose less. */
function saferClause({ standing, summary }: Point, points: readonly Point[]): string[] {
  const [next] = points
    .filter((point) => point.standing.state === "frontier" && point.standing.loss < standing.loss)
    .toSorted((a, b) => b.standing.loss - a.standing.loss);
  if (next === undefined) return [];
  const [rate, safer] = [speedOf(summary), speedOf(next.summary)];
  if (rate === null || safer === null || safer === 0) return [];
  const ratio = rate / safer;
  return [`${ratio < 10 ? ratio.toFixed(1) : Math.round(ratio)}× the next safer, ${calledText(next.entry)}`];
}

function killClause({ kills }: ConfigurationSummary, { crash }: LossAxis): string[] {
  if (kills === null || kills.crash !== crash) return [];
  const what = readableCount(kills.kills, crash === "power_loss" ? "power cut" : "kill");
  const broken = kills.held < kills.kills ? `, ${kills.kills - kills.held} of them more than promised` : "";
  if (kills.lost_writes_max === 0) return [`${what} lost nothing${broken}`];
  const writes = readableCount(kills.lost_writes_max, "write");
  return [`${what} lost at most ${writes}, ${kills.lost_age_ms_max.toFixed(1)} ms${broken}`];
}

/** The answers in the form used by a summary. */
export function answerFields(parts: AnswerParts): Pick<SummaryLine, "answer" | "answered"> {
  const answers = answersOf(parts);
  return { answer: answers.map(({ text }) => text).join("\n"), answered: answers.map(({ id }) => id) };
}
