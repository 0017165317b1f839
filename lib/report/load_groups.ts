/**
 * The part of the text result about the load, for any backend.
 *
 * @module
 */
import { perSecond, type RunResult, type ThreadResult, totals } from "../run/run_result.ts";
import type { FigurePhrases } from "../result/figures.ts";
import { operationName, readableCount, readableNumber, readableShare } from "../result/format.ts";
import type { Group } from "./text_groups.ts";

/** What was done: operations by kind, how evenly the threads did them, and what came before the load. */
export function operationGroups(result: RunResult, phrases: FigurePhrases): Group[] {
  return [
    { label: "operations", lines: [operationPhrases(result)] },
    { label: "threads", lines: [threadPhrases(result.threads)] },
    { label: "preload", lines: [phrases("preload")] },
  ];
}

/** What limited the load: its rate or its pattern, and what its threads waited for. */
export function waitingGroups({ threads }: RunResult, phrases: FigurePhrases): Group[] {
  return [
    { label: "rate", lines: [phrases("rate"), phrases("timer")] },
    { label: "waits", lines: [phrases("waits")] },
    { label: "blocked", lines: [blockedPhrases(threads)] },
  ];
}

/** What ended the load early. */
export function endingGroups({ usedUp, failed, stoppedBy }: RunResult): Group[] {
  return [
    { label: "ended", lines: usedUp === undefined ? [] : [[`early: ${usedUp}`]] },
    { label: "failed", lines: failed === undefined ? [] : [[failed]] },
    { label: "stopped by", lines: stoppedBy === undefined ? [] : [[stoppedBy]] },
  ];
}

function operationPhrases({ operations, threads }: RunResult): string[] {
  const { reads, hits } = totals(threads);
  const counts = operations.map(({ operation, count }) => readableCount(count, operationName(operation)));
  if (counts.length === 0) return ["none"];
  return reads === 0 ? counts : [...counts, `${readableShare(hits / reads)} of reads hit`];
}

/** The range of the threads' own rates; a mean would hide one that starves. */
function threadPhrases(threads: readonly ThreadResult[]): string[] {
  if (threads.length < 2) return [];
  const rates = threads.map(({ ops, runtimeMs }) => perSecond(ops, runtimeMs));
  const [slowest, fastest] = [Math.min(...rates), Math.max(...rates)].map(readableNumber);
  return [`${threads.length}, at ${slowest} to ${fastest} ops/s`];
}

/** Smaller shares are not shown. */
const SHARE_MIN = 0.000_05;

/** How the waits of kvlab's own backends are called; others go by their own names. */
const WAITS: Readonly<Record<string, string>> = { lock: "locks", queue: "the queue", write: "writes" };

function blockedPhrases(threads: readonly ThreadResult[]): string[] {
  const runtimeMs = threads.reduce((sum, { runtimeMs }) => sum + runtimeMs, 0);
  return Object.keys(threads[0]?.blocked ?? {})
    .map((wait) => ({ wait, share: threads.reduce((sum, { blocked }) => sum + (blocked[wait] ?? 0), 0) / runtimeMs }))
    .filter(({ share }) => share >= SHARE_MIN)
    .toSorted((a, b) => b.share - a.share)
    .map(({ wait, share }, index) => {
      const what = WAITS[wait] ?? operationName(wait);
      return `${readableShare(share)}${index === 0 ? " of the time" : ""} on ${what}`;
    });
}
