/**
 * The worker of the condition variable's tests.
 *
 * @module
 */
import { Abort, AbortError, type AbortHandle } from "../../lib/sync/abort.ts";
import { Condition, CONDITION_WORDS } from "../../lib/sync/condition.ts";
import { LINE_WORDS } from "../../lib/sync/layout.ts";
import { lock, unlock } from "../../lib/sync/mutex.ts";
import { addJitter } from "./jitter.ts";
import { serve } from "./serve.ts";

/** Most workers of a crew. */
export const WORKERS_MAX = 8;
/** Slots of the bounded buffer: so few that producers and consumers wait for each other all the time. */
export const BUFFER_CAPACITY = 2;

/** Words of the shared memory. */
export const MUTEX = 0;
/** The condition that all wait for; in the bounded buffer, that it is not empty. */
export const CONDITION = LINE_WORDS;
/** In the bounded buffer, that it is not full. */
export const NOT_FULL = 2 * LINE_WORDS;
/** In the ring, each worker's own condition, that it is their turn. */
export const OWN_CONDITIONS = 3 * LINE_WORDS;
/** Guarded by the mutex: whose turn it is, counted on without end. */
export const TURN = 4 * LINE_WORDS;
/** Guarded by the mutex: values ever put into the buffer and taken out of it. */
export const PRODUCED = TURN + 1;
export const CONSUMED = TURN + 2;
/** Guarded by the mutex: the buffer's slots. */
export const SLOTS = TURN + 3;
/** Guarded by the mutex: how many workers may pass, and how many have. */
export const PERMITS = SLOTS + BUFFER_CAPACITY;
export const PASSED = PERMITS + 1;
/** Guarded by the mutex: how often a wait has returned. */
export const RETURNS = PASSED + 1;
/** Words in all. */
export const CONDITION_TEST_WORDS = 6 * LINE_WORDS;

/** One worker's part. */
export interface ConditionConfig {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly abort: AbortHandle;
  /**
   * `ring`: pass the turn on to the next worker, each of whom has a condition of their own.
   * `crowd`: the same, with one condition for all.
   * `produce`, `consume`: a bounded buffer.
   * `pass`: wait for a permit.
   */
  readonly kind: "ring" | "crowd" | "produce" | "consume" | "pass";
  /** The worker's own number. */
  readonly worker: number;
  readonly workers: number;
  /**
   * How many turns to take, values to produce or consume, or permits to wait for; all but the permits with jitter after
   * half.
   */
  readonly turns: number;
}

/** What a worker saw. */
export interface ConditionResult {
  /** Sum of the values that were produced or consumed. */
  readonly sum: number;
  /** Whether a wait ended in an AbortError. */
  readonly aborted: boolean;
}

if (import.meta.main) {
  serve((config: ConditionConfig): ConditionResult => {
    try {
      return { sum: work(config), aborted: false };
    } catch (error) {
      if (error instanceof AbortError) return { sum: 0, aborted: true };
      throw error;
    }
  });
}

function work(config: ConditionConfig): number {
  switch (config.kind) {
    case "ring":
    case "crowd":
      return takeTurns(config);
    case "produce":
      return produce(config);
    case "consume":
      return consume(config);
    case "pass":
      return pass(config);
  }
}

function takeTurns({ words, abort: handle, kind, worker, workers, turns }: ConditionConfig): number {
  const abort = Abort.attach(handle);
  const of = (owner: number) => {
    const index = kind === "ring" ? OWN_CONDITIONS + owner * CONDITION_WORDS : CONDITION;
    return new Condition(words, { index, mutex: MUTEX, abort });
  };
  const own = of(worker);
  const next = of((worker + 1) % workers);
  for (let turn = 0; turn < turns; turn++) {
    if (turn === turns >> 1) addJitter(worker);
    lock(words, MUTEX, abort);
    while (words[TURN]! % workers !== worker) own.wait();
    words[TURN] = words[TURN]! + 1;
    // Both ways of notifying are allowed: while holding the mutex, and after.
    if (turn % 2 === 0) unlock(words, MUTEX);
    if (kind === "ring") next.notifyOne();
    else next.notifyAll();
    if (turn % 2 !== 0) unlock(words, MUTEX);
  }
  return turns;
}

/** Puts the numbers from 0 to `turns` - 1 into the buffer. */
function produce({ words, abort: handle, worker, turns }: ConditionConfig): number {
  const abort = Abort.attach(handle);
  const { notEmpty, notFull } = bufferConditions(words, abort);
  let sum = 0;
  for (let value = 0; value < turns; value++) {
    if (value === turns >> 1) addJitter(worker);
    lock(words, MUTEX, abort);
    while (words[PRODUCED]! - words[CONSUMED]! === BUFFER_CAPACITY) notFull.wait();
    const produced = words[PRODUCED]!;
    words[SLOTS + produced % BUFFER_CAPACITY] = value;
    words[PRODUCED] = produced + 1;
    unlock(words, MUTEX);
    notEmpty.notifyOne();
    sum += value;
  }
  return sum;
}

/** Takes `turns` values out of the buffer. */
function consume({ words, abort: handle, worker, workers, turns }: ConditionConfig): number {
  const abort = Abort.attach(handle);
  const { notEmpty, notFull } = bufferConditions(words, abort);
  let sum = 0;
  for (let turn = 0; turn < turns; turn++) {
    if (turn === turns >> 1) addJitter(workers + worker);
    lock(words, MUTEX, abort);
    while (words[PRODUCED] === words[CONSUMED]) notEmpty.wait();
    const consumed = words[CONSUMED]!;
    sum += words[SLOTS + consumed % BUFFER_CAPACITY]!;
    words[CONSUMED] = consumed + 1;
    notFull.notifyOne();
    unlock(words, MUTEX);
  }
  return sum;
}

function bufferConditions(words: Int32Array<SharedArrayBuffer>, abort: Abort) {
  return {
    notEmpty: new Condition(words, { index: CONDITION, mutex: MUTEX, abort }),
    notFull: new Condition(words, { index: NOT_FULL, mutex: MUTEX, abort }),
  };
}

function pass({ words, abort: handle, turns }: ConditionConfig): number {
  const abort = Abort.attach(handle);
  const condition = new Condition(words, { index: CONDITION, mutex: MUTEX, abort });
  for (let turn = 0; turn < turns; turn++) {
    lock(words, MUTEX, abort);
    while (words[PERMITS] === 0) {
      condition.wait();
      words[RETURNS] = words[RETURNS]! + 1;
    }
    words[PERMITS] = words[PERMITS]! - 1;
    words[PASSED] = words[PASSED]! + 1;
    unlock(words, MUTEX);
  }
  return turns;
}
