/**
 * Tells by the names of a log's files whether one of them is gone.
 *
 * Segments are numbered without gaps, and begin in that order. A checkpoint is made after the segment that it is named
 * after, and replaces the segments before it; these are removed in ascending order, then the checkpoint before it. So
 * wherever a run ends, a log has
 *
 * - nothing;
 * - or segments from 1 on, until it has its first checkpoint;
 * - or a checkpoint and all segments from its own on, beside which there may be anything that it replaces.
 *
 * Files under temporary names say nothing: a run that is killed while it removes them leaves any of them.
 *
 * @module
 */
import type { GoneFile } from "../layout_module.ts";
import { type LogFileName, logFileName, parseLogFileName } from "./log_file_name.ts";

/** The number of a log's last segment, which only grows; 0 if it has no file. */
export function lastSegment(names: readonly string[]): number {
  return lasting(names).reduce((last, { segment }) => Math.max(last, segment), 0);
}

/**
 * The first file that is gone from a log; `undefined` if none is, as far as the others and what was recorded tell.
 *
 * @param names of its files
 * @param recorded what {@linkcode lastSegment} was at some time before; 0 if that is not known
 */
export function goneFromLog(names: readonly string[], recorded: number): GoneFile | undefined {
  const files = lasting(names);
  const [any] = files;
  if (any === undefined) return undefined;
  const checkpoint = files.reduce((newest, file) => file.isCheckpoint ? Math.max(newest, file.segment) : newest, 0);
  const segments = files.filter(({ isCheckpoint }) => !isCheckpoint).map(({ segment }) => segment);
  const nameOf = (segment: number, isCheckpoint = false) => logFileName({ ...any, segment, isCheckpoint });
  const [first] = segments.toSorted((a, b) => a - b);
  if (checkpoint === 0 && first !== undefined && first > 1) {
    const before = first === 2 ? nameOf(1) : `${nameOf(1)} to ${nameOf(first - 1)}`;
    return { name: `${before}, or a checkpoint in place of that,`, because: `${nameOf(first)} is there` };
  }
  const there = new Set(segments);
  const last = Math.max(checkpoint, ...segments);
  for (let segment = Math.max(1, checkpoint); segment <= Math.max(last, recorded); segment++) {
    if (there.has(segment)) continue;
    const later = segments.filter((other) => other > segment).sort((a, b) => a - b)[0];
    if (later !== undefined) return { name: nameOf(segment), because: `${nameOf(later)} is there` };
    const because = segment === checkpoint ? { because: `${nameOf(segment, true)} is there` } : {};
    return { name: nameOf(segment), ...because };
  }
  return undefined;
}

function lasting(names: readonly string[]): LogFileName[] {
  return names.flatMap((name) => {
    const parsed = parseLogFileName(name);
    return parsed === undefined || parsed.temporary ? [] : [parsed];
  });
}
