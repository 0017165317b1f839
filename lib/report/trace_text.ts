/**
 * What the text says of a trace that was replayed.
 *
 * ```text
 * trace       twitter, 12,345 lines, 12,340 operations, 1,234 keys, over 60.0 s
 *             not replayed: 3 touch, 1 flush_all
 *             1 malformed line, line 17: "1584,nz:u:"
 *             1 key longer than 1 KiB, line 5: 2,000 B
 * ```
 *
 * @module
 */
import type { Omission, TraceSummary } from "../replay/trace_summary.ts";
import { escapeControls, readableNumber } from "../result/format.ts";
import type { Group } from "./text_layout.ts";

/** @param phrases what the figures say of it */
export function traceGroup(trace: TraceSummary, phrases: readonly string[]): Group {
  const { format, unknown, malformed, longKeys, longValues } = trace;
  const names = Object.entries(unknown).map(([name, count]) => `${readableNumber(count)} ${escapeControls(name)}`);
  return {
    label: "trace",
    lines: [
      [format, ...phrases],
      names.length === 0 ? [] : [`not replayed: ${names[0]}`, ...names.slice(1)],
      omissionPhrases(malformed, "malformed line", JSON.stringify(malformed.text)),
      omissionPhrases(longKeys, "key", `${readableNumber(Number(longKeys.text))} B`, "s longer than 1 KiB"),
      omissionPhrases(longValues, "value", `${readableNumber(Number(longValues.text))} B`, "s longer than 1 MiB"),
    ],
  };
}

/** What is left out, and the first of it. */
function omissionPhrases({ count, line }: Omission, noun: string, first: string, what = "s"): string[] {
  if (count === 0) return [];
  const counted = count === 1 ? `1 ${noun}${what.slice(1)}` : `${readableNumber(count)} ${noun}${what}`;
  return [`${counted}, ${count === 1 ? "" : "the first "}in line ${line}: ${first}`];
}
