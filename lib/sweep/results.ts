/**
 * The results of a sweep so far, whether just measured or read from a file.
 *
 * @module
 */
import { type CrashDocument, readCrash } from "../crash/crash_document.ts";
import { snakeCase } from "../result/format.ts";
import { P99_FIGURES } from "../result/latency_document.ts";
import { type CrashKind, readRun, type RunDocument } from "../result/run_document.ts";
import type { CrashLine, FailureLine, LossAxis, RunLine, SweepLine } from "./lines.ts";
import { killLoss, runLoss } from "./losses.ts";
import type { Outcome, Trial } from "./outcome.ts";
import { given } from "../option/given.ts";

/** The question that a sweep answers. */
export interface Question {
  /** The limit on the loss, in the axis's unit; the usual ones if absent. */
  readonly limit: number | undefined;
  readonly axis: LossAxis;
  /** Whether all configurations promise to keep within the limit, so that they are compared by their speed alone. */
  readonly isByPromise?: boolean;
  /** The limit on the p99 latency, if the question is which rate each configuration keeps up within it. */
  readonly p99Ms?: number;
}

/** A run that succeeded, and what it measured. */
export interface ReadRun extends RunLine {
  readonly run: RunDocument;
}

/** Kills of a configuration, and what they cost; `null` if they could not be done. */
interface ReadKills extends CrashLine {
  readonly kills: CrashDocument | null;
}

/** What the lines of a sweep amount to. */
export class SweepResults {
  readonly #runs: (ReadRun | FailureLine)[] = [];
  readonly #crashes: ReadKills[] = [];

  /** @param lines those after the header, in order */
  constructor(lines: readonly SweepLine[] = []) {
    for (const line of lines) this.add(line);
  }

  add(line: SweepLine): void {
    if (line.kind === "run") this.#runs.push({ ...line, run: readRun(line.result) });
    if (line.kind === "failure") this.#runs.push(line);
    // Read once: their rows are many, and the planner asks for them before each run.
    if (line.kind === "crash") this.#crashes.push({ ...line, kills: line.result && readCrash(line.result) });
  }

  /** The time that everything took, in milliseconds. */
  get tookMs(): number {
    return [...this.#runs, ...this.#crashes].reduce((sum, line) => sum + line.took_ms, 0);
  }

  /** The runs that ended, successfully or not. */
  get ended(): readonly (RunLine | FailureLine)[] {
    return this.#runs;
  }

  /** The results of a configuration's runs, in order. */
  runs(configuration: string): RunDocument[] {
    return this.lines(configuration).map(({ run }) => run);
  }

  /** The lines of a configuration's runs, in order, each with what it measured. */
  lines(configuration: string): ReadRun[] {
    return this.#runs.filter((line) => line.kind === "run").filter((line) => line.configuration === configuration);
  }

  /** How long each of a configuration's runs took, start and end included, in milliseconds. */
  runTimesMs(configuration: string): number[] {
    return this.lines(configuration).map((line) => line.took_ms);
  }

  /** Why a configuration failed, if it did. */
  failure(configuration: string): string | undefined {
    return this.#runs.filter((line) => line.kind === "failure").find((line) => line.configuration === configuration)
      ?.reason;
  }

  /** A configuration's kills, if there were any. */
  crash(configuration: string): ReadKills | undefined {
    return this.#crashes.findLast((line) => line.configuration === configuration);
  }

  /** The result of a configuration's kills, where these were crashes of that kind. */
  kills(configuration: string, crash: CrashKind): CrashDocument | undefined {
    const kills = this.crash(configuration)?.kills ?? undefined;
    return kills !== undefined && snakeCase(kills.failure) === crash ? kills : undefined;
  }

  /**
   * What the planner sees. A run counts for no less than what real kills have lost, and a loss that they have refuted
   * counts as unbounded.
   */
  outcomes({ axis: { crash, unit }, p99Ms }: Pick<Question, "axis" | "p99Ms">): Outcome[] {
    return this.#runs.map((line): Outcome => {
      const { configuration, round } = line;
      if (line.kind === "failure") return { configuration, round };
      const { run } = line;
      const kills = this.kills(configuration, crash);
      const killsLost = kills === undefined ? 0 : kills.held ? killLoss(kills, unit) : Infinity;
      const loss = Math.max(runLoss(run, crash, unit), killsLost);
      const trial = trialOf(line, p99Ms);
      return { configuration, round, measured: { opsPerSec: run.opsPerSec, loss, ...given({ trial }) } };
    });
  }
}

/** The outcome of an open loop, for which a limit was asked. */
export function trialOf(
  { rate_per_sec: ratePerSec, run }: Pick<ReadRun, "rate_per_sec" | "run">,
  p99Ms: number | undefined,
): Trial | undefined {
  if (ratePerSec === undefined || p99Ms === undefined) return undefined;
  return { ratePerSec, isWithin: p99Of(run) <= p99Ms };
}

/** The p99 latency of the slowest kind of operation, from the intended start, in milliseconds. */
function p99Of({ figures }: RunDocument): number {
  const latencies = P99_FIGURES.flatMap(({ figure }) => figures.get(figure) ?? []);
  return latencies.length === 0 ? Infinity : 1000 * Math.max(...latencies);
}
