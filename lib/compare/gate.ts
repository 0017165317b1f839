/**
 * Holds a comparison against limits, for a nightly job: whether a result is worse than the first by more than is
 * allowed and by more than noise.
 *
 * @module
 */
import type { OperationName } from "../load/operation.ts";
import { type ComparedFigure, type Comparison, type NoiseTest, SIGNIFICANCE_LEVEL } from "./comparison.ts";
import { samplesNeeded } from "./mann_whitney.ts";
import { P99_FIGURES } from "../result/latency_document.ts";
import { THROUGHPUT } from "../result/load_figures.ts";
import type { ResultDocument } from "../result/result_document.ts";
import { given } from "../option/given.ts";

/** How much worse than the first a result may be, each as a share of the first's median. */
export interface GateLimits {
  /** By how much its throughput may be lower. */
  readonly slower?: number;
  /** By how much the 99th percentile of each operation's latency may be higher. */
  readonly p99Higher?: number;
}

/**
 * Whether a limit was kept:
 *
 * - `held`: it is worse by no more than the limit, or by no more than noise;
 * - `exceeded`: it is worse by more than the limit, and that is not noise;
 * - `undecided`: the results cannot tell, which must not pass for `held`.
 */
export type GateVerdict = "held" | "exceeded" | "undecided";

/** One figure of one result, held against its limit. */
export interface GateCheck {
  readonly limited: keyof GateLimits;
  /** Index of the result. */
  readonly document: number;
  /** The kind of operation whose latency it is. */
  readonly operation?: OperationName;
  readonly limit: number;
  /** By which share of the first's median it is worse; below 0 if it is better; absent if that is unknown. */
  readonly worse?: number;
  readonly test?: NoiseTest;
  readonly verdict: GateVerdict;
  /** Why it is undecided, as a clause. */
  readonly reason?: string;
}

/** What the limits say of a comparison. */
export interface Gate {
  /** Exceeded if one check is, otherwise undecided if one is. */
  readonly verdict: GateVerdict;
  readonly checks: readonly GateCheck[];
}

/** Holds each result but the first against the limits. */
export function judge(comparison: Comparison, { slower, p99Higher }: GateLimits): Gate {
  const checks = comparison.documents.slice(1).flatMap((_, index) => [
    ...(slower === undefined ? [] : [check(comparison, { limited: "slower", document: index + 1, limit: slower })]),
    ...(p99Higher === undefined ? [] : p99Checks(comparison, index + 1, p99Higher)),
  ]);
  const verdict = (["exceeded", "undecided"] as const).find((one) => checks.some((check) => check.verdict === one));
  return { verdict: verdict ?? "held", checks };
}

/** A check for each operation that either has latencies of; one that is undecided if there is none. */
function p99Checks(comparison: Comparison, document: number, limit: number): GateCheck[] {
  const common = { limited: "p99Higher", document, limit } as const;
  const names = new Set(
    comparison.figures.filter(({ values }) => values[0] !== undefined || values[document] !== undefined)
      .map(({ name }) => name),
  );
  const timed = P99_FIGURES.filter(({ figure }) => names.has(figure));
  if (timed.length === 0) return [{ ...common, verdict: "undecided", reason: "no operation was timed" }];
  return timed.map(({ operation }) => check(comparison, { ...common, operation }));
}

function check(
  { documents, figures }: Comparison,
  about: Pick<GateCheck, "limited" | "document" | "operation" | "limit">,
): GateCheck {
  const { document, operation, limit } = about;
  const name = P99_FIGURES.find((one) => one.operation === operation)?.figure ?? THROUGHPUT;
  const figure = figures.find((figure) => figure.name === name);
  const { ratio, test } = figure?.values[document] ?? {};
  const worse = ratio === undefined ? undefined : operation === undefined ? 1 - ratio : ratio - 1;
  const measured = {
    ...about,
    ...given({ worse, test }),
  };
  const reason = whyUndecided([documents[0], documents[document]], figure, document);
  if (reason !== undefined) return { ...measured, verdict: "undecided", reason };
  if (worse !== undefined && worse > limit && test?.verdict === "differs") return { ...measured, verdict: "exceeded" };
  // What is left of repeats of which some failed may be what went well.
  const failed = [documents[0], documents[document]].find((one) => (one?.ending.leftOut ?? 0) > 0);
  if (failed === undefined) return { ...measured, verdict: "held" };
  const { repeats, ending: { leftOut } } = failed;
  return { ...measured, verdict: "undecided", reason: `${leftOut} of ${leftOut + repeats} repeats of one failed` };
}

/** Why two results cannot be held against each other; `undefined` if they can. */
function whyUndecided(
  documents: readonly (ResultDocument | undefined)[],
  figure: ComparedFigure | undefined,
  document: number,
): string | undefined {
  const failed = documents.find((one) => one?.ending.failed !== undefined && one.ending.leftOut === 0);
  if (failed !== undefined) return "one of them failed";
  const [one, other] = [figure?.values[0], figure?.values[document]];
  if (one === undefined || other === undefined) return "one of them has no such figure";
  if (other.ratio === undefined) return "the first's is 0";
  if (other.test === undefined || other.test.verdict === "too few repeats") {
    const counts = `${one.samples.length} and ${other.samples.length}`;
    return `${counts} repeats are too few, --repeat=${samplesNeeded(SIGNIFICANCE_LEVEL)} or more tell`;
  }
  return undefined;
}
