/**
 * The worker of the mutex's tests.
 *
 * @module
 */
import { Abort, AbortError, type AbortHandle } from "../../lib/sync/abort.ts";
import { LINE_WORDS } from "../../lib/sync/layout.ts";
import { lock, unlock } from "../../lib/sync/mutex.ts";
import { addJitter, dawdle } from "./jitter.ts";
import { meet, serve } from "./serve.ts";

/** Words of the shared memory, a cache line apart. */
export const MUTEX = 0;
/** Where the workers meet before each round. */
export const MEETING = LINE_WORDS;
/** Counters that the mutex keeps equal. */
export const COUNTERS = [2 * LINE_WORDS, 3 * LINE_WORDS, 4 * LINE_WORDS, 5 * LINE_WORDS] as const;
/** Words in all. */
export const MUTEX_TEST_WORDS = 6 * LINE_WORDS;

/** One worker's part. */
export interface MutexConfig {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly abort: AbortHandle;
  /** `count`: increment the counters. `wait`: take the lock, once, while another thread has it. */
  readonly kind: "count" | "wait";
  /** The worker's own number. */
  readonly worker: number;
  readonly workers: number;
  /** The workers meet before each round, so that a wake-up lost in one is not made up for in the next. */
  readonly rounds: number;
  /** Times that the lock is taken in each round. */
  readonly turns: number;
  /** Rounds with jitter after those without, and the times that the lock is taken in each, which is slow. */
  readonly lateRounds: number;
  readonly lateTurns: number;
}

/** What a worker saw. */
export interface MutexResult {
  /** Times that the counters differed under the lock. */
  readonly torn: number;
  /** Whether a wait ended in an AbortError. */
  readonly aborted: boolean;
}

/** Every so many turns the lock is held for long enough that those who want it give up spinning and sleep. */
const LONG_TURN_EVERY = 8;
const LONG_TURN_LOOPS = 2_000;

if (import.meta.main) {
  serve((config: MutexConfig): MutexResult => {
    if (config.kind === "count") return { torn: count(config), aborted: false };
    try {
      lock(config.words, MUTEX, Abort.attach(config.abort));
      return { torn: 0, aborted: false };
    } catch (error) {
      if (error instanceof AbortError) return { torn: 0, aborted: true };
      throw error;
    }
  });
}

function count(config: MutexConfig): number {
  const { worker, workers, rounds, turns, lateRounds, lateTurns } = config;
  let torn = 0;
  for (let round = 1; round <= rounds + lateRounds; round++) {
    if (round === rounds + 1) addJitter(worker);
    meet(config.words, MEETING, round * workers, Abort.attach(config.abort));
    torn += countRound(config, round <= rounds ? turns : lateTurns);
  }
  return torn;
}

function countRound({ words, abort: handle }: MutexConfig, turns: number): number {
  const abort = Abort.attach(handle);
  let torn = 0;
  for (let turn = 0; turn < turns; turn++) {
    lock(words, MUTEX, abort);
    const before = words[COUNTERS[0]]!;
    for (const counter of COUNTERS) if (words[counter] !== before) torn++;
    if (turn % LONG_TURN_EVERY === 0) dawdle(LONG_TURN_LOOPS);
    for (const counter of COUNTERS) words[counter] = before + 1;
    unlock(words, MUTEX);
  }
  return torn;
}
