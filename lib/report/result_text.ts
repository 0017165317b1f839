/**
 * The text result: what a person reads on stdout when a run has ended.
 *
 * @module
 */
import type { Promises } from "../engine/promises.ts";
import type { EngineResult, RunResult } from "../run/run_result.ts";
import type { Figure } from "./figure.ts";
import { loadFigures } from "./figures.ts";
import { formatRate, formatSeconds } from "./format.ts";
import { latencyTable } from "./latency_table.ts";

/**
 * The result as `name: value` lines, each ended by a line feed: the figures of {@linkcode loadFigures} in their order,
 * then `file_system`, `power_loss` where nothing is synced, and `stopped_by` when a signal ended the run. Durations are
 * seconds with up to nine decimals and an `s`, rates have two decimals. After an empty line comes the table of the
 * latencies, where any were measured.
 */
export function summaryText(result: RunResult): string {
  const lines = loadFigures(result).map((figure) => `${figure.name}: ${figureText(figure)}`);
  lines.push(...remarks(result));
  const table = latencyTable(result);
  if (table.length > 0) lines.push("", ...table);
  return lines.map((line) => `${line}\n`).join("");
}

/** What a result says besides its figures, in lines without line feeds. */
export function remarks({ file, engine, promises, stoppedBy, usedUp }: RunResult): string[] {
  const lines: string[] = [...engineLines(engine), ...promiseLines(promises)];
  if (file?.fileSystem !== undefined) lines.push(`file_system: ${file.fileSystem}`);
  if (file !== undefined && file.powerLoss === undefined) lines.push(`power_loss: ${NOTHING_SYNCED}`);
  for (const broken of file?.brokenBounds ?? []) lines.push(`broken_bound: ${broken}`);
  if (usedUp !== undefined) lines.push(`ended_early: ${usedUp}`);
  if (stoppedBy !== undefined) lines.push(`stopped_by: ${stoppedBy}`);
  return lines;
}

function engineLines(engine: EngineResult | undefined): string[] {
  if (engine === undefined) return [];
  const settings = Object.entries(engine.settings).map(([name, value]) => `${name}=${value}`);
  return [`engine: ${engine.title} ${engine.version}`, `settings: ${settings.join(" ")}`];
}

/** What the backend promises that each kind of failure loses at most; the same three lines for every backend. */
export function promiseLines({ processCrash, powerLoss, failover }: Promises): string[] {
  return [
    `process_crash_may_lose: ${processCrash.text}`,
    `power_loss_may_lose: ${powerLoss.text}`,
    `failover_may_lose: ${failover?.text ?? NO_FAILOVER}`,
  ];
}

const NO_FAILOVER = "not applicable: there is no second copy";

/** What a power loss would lose when nothing is ever synced. */
const NOTHING_SYNCED = "everything (--sync=none)";

/** A figure's value with its unit. */
function figureText({ kind, value }: Pick<Figure, "kind" | "value">): string {
  switch (kind) {
    case "count":
      return String(value);
    case "rate":
    case "mean":
      return formatRate(value);
    case "share":
      return `${(100 * value).toFixed(2)}%`;
    case "duration":
      return `${formatSeconds(value)}s`;
  }
}
