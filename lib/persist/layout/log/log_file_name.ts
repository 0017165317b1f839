/**
 * The names of a log's files: its segments, such as `log-0007-of-0128.00000012.json`, and its checkpoints, such as
 * `log-0007-of-0128.00000012.checkpoint.json`.
 *
 * @module
 */
import type { SerializerName } from "../../../codec/codec.ts";
import { digits, fileName, filesIn, type FoundFile, parseFileName } from "../file_name.ts";

/** The parts of a log file's name. */
export interface LogFileName {
  readonly log: number;
  readonly logs: number;
  /** Counts up from 1. A checkpoint has the number of the first segment whose records it may lack. */
  readonly segment: number;
  readonly isCheckpoint: boolean;
  readonly serializer: SerializerName;
  /** Whether it is an incomplete file. */
  readonly temporary: boolean;
}

/** A segment or a checkpoint of a log in a directory. */
export interface FoundLogFile extends FoundFile, LogFileName {}

const STEM = "log";
const SEGMENT_DIGITS = 8;
const CHECKPOINT = ".checkpoint";

export function logFileName(
  { log, logs, segment, isCheckpoint, serializer }: Omit<LogFileName, "temporary">,
): string {
  const which = digits(segment, SEGMENT_DIGITS) + (isCheckpoint ? CHECKPOINT : "");
  return fileName(STEM, { index: log, count: logs, which, serializer });
}

/** Parses a name made by {@linkcode logFileName}, or that of its temporary file; `undefined` for any other. */
export function parseLogFileName(name: string): LogFileName | undefined {
  const parsed = parseFileName(STEM, name);
  if (parsed === undefined) return undefined;
  const { index: log, count: logs, which, serializer, temporary } = parsed;
  const isCheckpoint = which.endsWith(CHECKPOINT);
  const number = isCheckpoint ? which.slice(0, -CHECKPOINT.length) : which;
  const segment = Number(number);
  if (!/^\d+$/.test(number) || digits(segment, SEGMENT_DIGITS) !== number || segment === 0) return undefined;
  return { log, logs, segment, isCheckpoint, serializer, temporary };
}

/** Those of the names that log files have, in order. */
export function logFilesIn(directory: string, names: readonly string[]): FoundLogFile[] {
  return filesIn(directory, names, parseLogFileName);
}
