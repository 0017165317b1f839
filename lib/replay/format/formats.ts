/**
 * The formats of traces, and which of them a trace is in.
 *
 * @module
 */
import { CSV } from "./csv.ts";
import { META } from "./meta.ts";
import { REDIS } from "./redis.ts";
import { ROCKSDB } from "./rocksdb.ts";
import { LINE, type TraceFormat, type TraceSink } from "./trace_format.ts";
import { TWITTER } from "./twitter.ts";

/** The formats by name, in the order shown to users. */
export const TRACE_FORMATS = {
  twitter: TWITTER,
  redis: REDIS,
  rocksdb: ROCKSDB,
  meta: META,
  csv: CSV,
} as const satisfies Record<string, TraceFormat>;

export type TraceFormatName = keyof typeof TRACE_FORMATS;

/** The names of the formats, in the order shown to users. */
export const TRACE_FORMAT_NAMES = Object.keys(TRACE_FORMATS) as TraceFormatName[];

/** Of so many lines a format is known. */
const LINES_MAX = 200;

/** Takes nothing of what a trace has. */
const NOWHERE: TraceSink = { timeUs: 0, operation: () => {} };

/**
 * The format of a trace whose first lines these are: the one whose heading is among them, or in which most of them are
 * well-formed.
 *
 * @param lines without their ends
 * @returns `undefined` if in none at least half of them are
 */
export function recognize(lines: readonly Uint8Array[]): TraceFormatName | undefined {
  let best: TraceFormatName | undefined;
  let bestCount = 0;
  for (const name of TRACE_FORMAT_NAMES) {
    const parser = TRACE_FORMATS[name].createParser();
    let known = 0, wrong = 0;
    for (const line of lines.slice(0, LINES_MAX)) {
      const outcome = parser.parse(line, 0, line.length, NOWHERE);
      // A heading says it all.
      if (outcome === LINE.NO_OPERATION && line.length > 0) return name;
      if (outcome === LINE.MALFORMED) wrong++;
      else if (outcome !== LINE.NO_OPERATION) known++;
    }
    if (known > bestCount && known >= wrong) [best, bestCount] = [name, known];
  }
  return best;
}
