/**
 * The history of a run: what each thread did to each key and when, and whether any order of it explains what was read.
 *
 * @module
 */
import type { Judgement } from "../history/history.ts";
import { judge } from "../history/judge.ts";
import {
  ABSENT_TEXT,
  type RecordedHistory,
  showContradiction,
  type ShownContradiction,
} from "../history/recorded_history.ts";
import {
  AFTERWARDS,
  type Recorded,
  type Register,
  registersOf,
  type Source,
  UNKNOWN_THREAD,
} from "../history/registers.ts";
import { HistoryTape, NO_PUT, NOTHING } from "../history/tape.ts";
import type { HistoryOptions } from "../load/load.ts";
import { formatNumberedValue, numberedPut, ROUND_MAX } from "../load/numbered_workload.ts";
import { RecordKeys } from "../load/record.ts";
import { hasDeletes, type MixOptions } from "../load/workload.ts";
import { sharedNowMs } from "../sync/shared_time.ts";

/** What came of judging a history. */
export interface HistoryResult {
  /** Operations and keys that were judged. */
  readonly operations: number;
  readonly keys: number;
  /** Of so many keys one was kept, with all of its operations; 1 if all were. */
  readonly oneKeyIn: number;
  /** Whether not even that was enough, so that only a beginning was kept. */
  readonly isCut: boolean;
  /** Keys whose histories are not linearizable. */
  readonly contradicting: number;
  /** Keys whose histories would have taken too much memory to judge. */
  readonly undecided: number;
  /** The first few contradictions. */
  readonly contradictions: readonly ShownContradiction[];
  /** How long it took to judge, in milliseconds. */
  readonly judgedMs: number;
}

/** The most contradictions that are explained. */
const CONTRADICTIONS_MAX = 10;
/** How long to judge before others have their turn, in milliseconds. */
const TURN_MS = 50;

/** How a run has ended, as far as that matters to its history. */
interface HistoryEnd {
  /** Whether it failed, so that operations that were under way have not been recorded. */
  readonly failed: boolean;
  /** Whether the store is known to have held nothing when it was opened. */
  readonly wasEmpty: boolean;
  /** Whether all records were put before the load. */
  readonly preloaded: boolean;
  /** How many operations all threads have in flight. */
  readonly inFlight: number;
}

/** Records a run, and judges it. */
export class RunHistory {
  readonly #tape: HistoryTape;
  readonly #round: number;
  readonly #mix: MixOptions;
  readonly #zeroMs = sharedNowMs();

  constructor(threads: number, mix: MixOptions) {
    this.#tape = HistoryTape.create(threads);
    this.#mix = mix;
    // What another run has left in the store is not taken for a put of this one.
    this.#round = 1 + crypto.getRandomValues(new Uint32Array(1))[0]! % ROUND_MAX;
  }

  /** What the load workers need. */
  options(): HistoryOptions {
    return { tape: this.#tape.handle(), round: this.#round };
  }

  /** Judges what was recorded; called when all load workers have ended. */
  async judge({ failed, wasEmpty, preloaded, inFlight }: HistoryEnd): Promise<HistoryResult> {
    const { keyCount } = this.#mix;
    const before = { put: NO_PUT, round: this.#round, hash: 0 }, nothing = { ...before, put: NOTHING };
    const recorded: Recorded = {
      tracks: this.#tape.tracks(),
      level: this.#tape.level,
      round: this.#round,
      isUnfinished: failed,
      unrecordedMax: hasDeletes(this.#mix) ? inFlight : 0,
      initialOf: (record) => preloaded && record < keyCount ? before : wasEmpty ? nothing : undefined,
    };
    return await judgeRecorded(recorded, { mix: this.#mix, zeroMs: this.#zeroMs });
  }
}

/**
 * Judges the history of each key.
 *
 * @param naming the keys' names, and when times begin, in milliseconds of the shared time
 */
export async function judgeRecorded(
  recorded: Recorded,
  naming: { readonly mix: MixOptions; readonly zeroMs: number },
): Promise<HistoryResult> {
  const { tracks, level } = recorded;
  const startedAtMs = performance.now();
  const counts: Record<Judgement, number> = { linearizable: 0, "not linearizable": 0, undecided: 0 };
  const contradictions: ShownContradiction[] = [];
  let operations = 0;
  let turnEndsAtMs = startedAtMs + TURN_MS;
  for (const register of registersOf(recorded)) {
    const judgement = judge(register.history);
    counts[judgement]++;
    operations += register.history.kinds.length;
    if (judgement === "not linearizable" && contradictions.length < CONTRADICTIONS_MAX) {
      contradictions.push(showContradiction(named(register, naming)));
    }
    if (performance.now() < turnEndsAtMs) continue;
    await new Promise((resolve) => setTimeout(resolve, 0));
    turnEndsAtMs = performance.now() + TURN_MS;
  }
  return {
    operations,
    keys: counts.linearizable + counts["not linearizable"] + counts.undecided,
    oneKeyIn: 2 ** level,
    isCut: tracks.some(({ cutAt }) => cutAt !== Infinity),
    contradicting: counts["not linearizable"],
    undecided: counts.undecided,
    contradictions,
    judgedMs: performance.now() - startedAtMs,
  };
}

function named(
  { record, history, threads, sources, callsMs, returnsMs }: Register,
  { mix, zeroMs }: { readonly mix: MixOptions; readonly zeroMs: number },
): RecordedHistory {
  const keys = new RecordKeys(mix);
  const key = keys.createKey();
  keys.write(record, key);
  const microseconds = (ms: number) => Math.round((ms - zeroMs) * 1e4) / 10;
  return {
    key: key.toString(),
    history,
    unit: "us",
    callOf: (operation) => microseconds(callsMs[operation]!),
    returnOf: (operation) => microseconds(returnsMs[operation]!),
    processOf: (operation) => processText(threads[operation]!),
    valueText: (value) => sourceText(sources[value]),
  };
}

function processText(thread: number): string {
  if (thread === UNKNOWN_THREAD) return "unknown";
  return thread === AFTERWARDS ? "afterwards" : String(thread);
}

function sourceText(source: Source | undefined): string {
  if (source === undefined || source.put === NOTHING) return ABSENT_TEXT;
  if (source.put === NO_PUT) return JSON.stringify("what was there before");
  return JSON.stringify(formatNumberedValue(numberedPut(source.put, source.round)));
}
