/**
 * The deciding figures, which the text reports show side by side for several runs or files: grouped in sections, with
 * readable names and values. JSON and CSV have all figures.
 *
 * @module
 */
import { operationName, readableBytes, readableDuration, readableNumber, readableShare } from "./format.ts";

/** A figure in a table. */
export interface ShownFigure {
  /** As in the JSON result. */
  readonly name: string;
  /** The heading that it shares with neighbouring rows. */
  readonly section: string;
  readonly label: string;
}

/** `$1` and `$2` in a section or a label stand for the pattern's groups. */
interface ShownPattern extends Omit<ShownFigure, "name"> {
  readonly pattern: RegExp;
  /** Whether to omit a row of zeros. */
  readonly omitZeros?: boolean;
}

/** In the order shown; a pattern stands for all figures that match it, in their own order. */
const SHOWN: readonly ShownPattern[] = [
  { pattern: /^total_ops_per_sec$/, section: "ops/s", label: "all threads" },
  { pattern: /^total_ops_per_sec_with_drain$/, section: "ops/s", label: "with the drain" },
  { pattern: /^average_ops_per_sec$/, section: "ops/s", label: "mean thread" },
  { pattern: /^rate_asked$/, section: "ops/s", label: "asked" },
  { pattern: /^missed_starts$/, section: "ops/s", label: "started late", omitZeros: true },
  { pattern: /^(\w+)_latency_(p50|p99|p999|max)_sec$/, section: "$1 latency", label: "$2" },
  { pattern: /^blocked_on_(\w+)_share$/, section: "blocked", label: "on $1", omitZeros: true },
  { pattern: /^process_crash_(writes|age)_(p99|max)(?:_sec)?$/, section: "lost in a process crash", label: "$1, $2" },
  { pattern: /^power_loss_(writes|age)_(p99|max)(?:_sec)?$/, section: "lost in a power loss", label: "$1, $2" },
  { pattern: /^time_to_persist_(p50|p99)_sec$/, section: "files", label: "put in file, $1" },
  { pattern: /^reopen_sec$/, section: "files", label: "reopen" },
  { pattern: /^drain_sec$/, section: "files", label: "drain" },
  { pattern: /^(bytes|snapshots|records)_written$/, section: "files", label: "$1 written" },
  { pattern: /^write_amplification$/, section: "files", label: "written per byte put" },
  { pattern: /^(checkpoints|syncs)$/, section: "files", label: "$1" },
  { pattern: /^puts_per_sync$/, section: "files", label: "puts per sync" },
  { pattern: /^sweep_max_sec$/, section: "files", label: "longest flush" },
];

/** Open loops also have uncorrected latencies; the tables show only the corrected ones. */
const UNCORRECTED = /_uncorrected_latency_/;

/**
 * The figures that a table shows, in order.
 *
 * @param samples the values of each figure in all runs and files, under its name in the JSON result
 */
export function shownFigures(samples: ReadonlyMap<string, readonly number[]>): ShownFigure[] {
  return SHOWN.flatMap(({ pattern, section, label, omitZeros = false }) =>
    Array.from(samples).flatMap(([name, values]) => {
      if (!pattern.test(name) || UNCORRECTED.test(name)) return [];
      if (omitZeros && values.every((value) => value === 0)) return [];
      return [{
        name,
        section: operationName(name.replace(pattern, section)),
        label: name.replace(pattern, label).replace("p999", "p99.9"),
      }];
    })
  );
}

/** Rows that start with the figures' labels, each section under a heading row. */
export function sectionRows(
  figures: readonly ShownFigure[],
  cells: (name: string) => readonly string[],
): (readonly string[])[] {
  return figures.flatMap(({ name, section, label }, index) => [
    ...(figures[index - 1]?.section === section ? [] : [[section]]),
    [`  ${label}`, ...cells(name)],
  ]);
}

/** A figure's value with the unit that its name in the JSON result implies. */
export function readableFigure(name: string, value: number): string {
  if (name.endsWith("_sec") && !name.endsWith("_per_sec")) return readableDuration(value * 1000);
  if (name.endsWith("_share")) return readableShare(value);
  if (name.startsWith("bytes_")) return readableBytes(value);
  return readableNumber(value);
}
