/**
 * The names of a log's files: its segments, such as `log-0007-of-0128.00000012.json`, and its checkpoints, such as
 * `log-0007-of-0128.00000012.checkpoint.json`.
 *
 * @module
 */
import { SERIALIZER_NAMES, type SerializerName } from "../../../codec/codec.ts";
import { TEMPORARY_SUFFIX } from "../../shard_file.ts";

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
export interface FoundLogFile extends LogFileName {
  readonly path: string;
  readonly name: string;
}

const DIGITS = 4;
const SEGMENT_DIGITS = 8;
const NAME_PATTERN = new RegExp(
  `^log-(\\d{${DIGITS},})-of-(\\d{${DIGITS},})\\.(\\d{${SEGMENT_DIGITS},})(\\.checkpoint)?` +
    `\\.(${SERIALIZER_NAMES.join("|")})(\\.tmp)?$`,
);

export function logFileName(
  { log, logs, segment, isCheckpoint, serializer }: Omit<LogFileName, "temporary">,
): string {
  const number = String(segment).padStart(SEGMENT_DIGITS, "0");
  return `log-${digits(log)}-of-${digits(logs)}.${number}${isCheckpoint ? ".checkpoint" : ""}.${serializer}`;
}

/** Parses a name made by {@linkcode logFileName}, or that of its temporary file; `undefined` for any other. */
export function parseLogFileName(name: string): LogFileName | undefined {
  const match = NAME_PATTERN.exec(name);
  if (match === null) return undefined;
  const found = {
    log: Number(match[1]),
    logs: Number(match[2]),
    segment: Number(match[3]),
    isCheckpoint: match[4] !== undefined,
    serializer: match[5] as SerializerName,
    temporary: match[6] !== undefined,
  };
  const canonical = logFileName(found) + (found.temporary ? TEMPORARY_SUFFIX : "");
  return canonical === name && found.log < found.logs && found.segment > 0 ? found : undefined;
}

/** Those of the names that log files have, in order. */
export function logFilesIn(directory: string, names: readonly string[]): FoundLogFile[] {
  return names.toSorted().flatMap((name) => {
    const parsed = parseLogFileName(name);
    return parsed === undefined ? [] : [{ ...parsed, name, path: `${directory}/${name}` }];
  });
}

function digits(value: number): string {
  return String(value).padStart(DIGITS, "0");
}
