/**
 * How a schedule is chosen. At each step the worker that runs lists who could go on, itself first, and one of these
 * decides:
 *
 * - {@linkcode FOLLOW}: what is given, a list of deviations from going on for as long as possible;
 * - {@linkcode BOUNDED}: all schedules of up to so many preemptions, one after another, as CHESS does (Musuvathi et
 *   al., "Finding and Reproducing Heisenbugs in Concurrent Programs", OSDI 2008). Who goes on when a worker waits or
 *   has ended is free; that another goes on although the worker could, or that a wait times out although others could
 *   run, is a preemption;
 * - {@linkcode RANDOMLY}: by random priorities that change at a few random steps, as PCT does (Burckhardt et al., "A
 *   Randomized Scheduler with Probabilistic Guarantees of Finding Bugs", ASPLOS 2010), and now and then by a random
 *   walk. The seed alone decides.
 *
 * @module
 */
import {
  BOUNDED,
  CHANGE_COUNT,
  CHANGES,
  CHANGES_MAX,
  CHOICE,
  CHOICES,
  CHOICES_GIVEN,
  CHOICES_MAX,
  type Control,
  DEADLINES,
  DEVIATION_WORDS,
  DEVIATIONS_MAX,
  EXHAUSTED,
  FOLLOW,
  GIVEN,
  GIVEN_COUNT,
  KIND,
  lineOf,
  MADE,
  MADE_COUNT,
  OPTION_COUNTS,
  PREEMPTIONS,
  PREEMPTIONS_MAX,
  PRIORITY,
  RANDOM,
  RUNNABLE,
  SEED,
  SPREAD_STEPS,
  STATUS,
  STEPS,
  TIMEOUTS_ANY_TIME,
  WAITING,
  WALK,
  WORKERS,
} from "./control.ts";

type Words = Int32Array<SharedArrayBuffer>;

/** What there is to choose from at a step. */
export interface Options {
  /** The worker at whose step the choice is, and the number of that step. */
  worker: number;
  step: number;
  /**
   * Who could go on: the one that goes on by default, then others that can run, then those whose wait would time out.
   */
  readonly who: Int32Array<ArrayBuffer>;
  /** How many can run, and how many there are with those whose wait would time out. */
  runnable: number;
  count: number;
  /** Whether the first is the worker itself, so that any other would preempt it. */
  goesOn: boolean;
}

/** Whether an option is a preemption. */
function isPreemption({ goesOn, runnable }: Options, option: number): boolean {
  return option > 0 && (goesOn || (option >= runnable && runnable > 0));
}

/** Lists who could go on. */
export function listOptions({ words, doubles }: Control, options: Options): void {
  const { who, worker: from, goesOn } = options;
  const workers = words[WORKERS]!;
  let count = 0;
  if (goesOn) who[count++] = from;
  for (let i = 1; i <= workers; i++) {
    const worker = (from + i) % workers;
    if (words[lineOf(worker) + STATUS] === RUNNABLE && (worker !== from || !goesOn)) who[count++] = worker;
  }
  options.runnable = count;
  options.count = count;
  if (count > 0 && words[TIMEOUTS_ANY_TIME] === 0) return;
  for (let worker = 0; worker < workers; worker++) {
    const deadlineMs = doubles[DEADLINES + worker]!;
    if (words[lineOf(worker) + STATUS] !== WAITING || deadlineMs === Infinity) continue;
    // The nearest deadline first.
    let at = options.count++;
    for (; at > count && deadlineMs < doubles[DEADLINES + who[at - 1]!]!; at--) who[at] = who[at - 1]!;
    who[at] = worker;
  }
  // Nothing else can run: time goes on to the nearest deadline, and no further.
  if (count === 0 && words[TIMEOUTS_ANY_TIME] === 0) options.count = Math.min(1, options.count);
}

/** Records that another option than the default was taken. */
export function recordDeviation(words: Words, options: Options, option: number): void {
  if (isPreemption(options, option)) words[PREEMPTIONS]!++;
  const at = words[MADE_COUNT]!++;
  if (at >= DEVIATIONS_MAX) return;
  const deviation = MADE + at * DEVIATION_WORDS;
  words[deviation] = options.worker;
  words[deviation + 1] = options.step;
  words[deviation + 2] = options.who[option]!;
}

/** Which of the options to take. */
export function choose(words: Words, options: Options): number {
  switch (words[KIND]) {
    case FOLLOW:
      return follow(words, options);
    case BOUNDED:
      return nextInOrder(words, options);
    default:
      return words[WALK] === 0 ? byPriority(words, options) : walk(words, options);
  }
}

/** Prepares the next schedule, the first or one after another; returns false if there is none. */
export function prepareSchedule(words: Words, isFirst: boolean): boolean {
  if (words[KIND] === BOUNDED) return isFirst || advance(words);
  if (words[KIND] === FOLLOW) return isFirst;
  if (!isFirst) words[SEED]!++;
  draw(words);
  return true;
}

function follow(words: Words, { worker, step, who, count }: Options): number {
  for (let i = 0; i < words[GIVEN_COUNT]!; i++) {
    const at = GIVEN + i * DEVIATION_WORDS;
    if (words[at] !== worker || words[at + 1] !== step) continue;
    const option = who.indexOf(words[at + 2]!);
    return option >= 0 && option < count ? option : 0;
  }
  return 0;
}

function nextInOrder(words: Words, options: Options): number {
  const spent = words[PREEMPTIONS]! >= words[PREEMPTIONS_MAX]!;
  const count = !spent ? options.count : options.goesOn ? 1 : Math.max(1, options.runnable);
  if (count === 1) return 0;
  const at = words[CHOICE]!++;
  if (at >= CHOICES_MAX) throw new Error(`The scenario has more than ${CHOICES_MAX} choices, must be made smaller`);
  if (at >= words[CHOICES_GIVEN]!) words[CHOICES + at] = 0;
  else if (words[OPTION_COUNTS + at] !== count) throw new Error("The scenario does not depend on its schedule alone");
  words[OPTION_COUNTS + at] = count;
  return words[CHOICES + at]!;
}

/** The last choice that has an option left takes it, and those after it start over. */
function advance(words: Words): boolean {
  for (let at = words[CHOICE]! - 1; at >= 0; at--) {
    if (words[CHOICES + at]! + 1 >= words[OPTION_COUNTS + at]!) continue;
    words[CHOICES + at]!++;
    words[CHOICES_GIVEN] = at + 1;
    words[CHOICE] = 0;
    return true;
  }
  words[EXHAUSTED] = 1;
  return false;
}

/** Of so many changes of priority one lets a wait time out instead. */
const TIMEOUT_EVERY = 3;
/** Of so many random schedules one is a walk. */
const WALK_EVERY = 4;
const WALK_STEPS_MAX = 16;

/** Draws what is random about a whole schedule. */
function draw(words: Words): void {
  words[RANDOM] = Math.imul(words[SEED]! + 1, 0x9e3779b1) | 1;
  for (let i = 0; i < 4; i++) random(words, 2);
  words[WALK] = random(words, WALK_EVERY) === 0 ? 2 + random(words, WALK_STEPS_MAX) : 0;
  const workers = words[WORKERS]!;
  for (let worker = 0; worker < workers; worker++) {
    const other = random(words, worker + 1);
    words[lineOf(worker) + PRIORITY] = words[lineOf(other) + PRIORITY]!;
    words[lineOf(other) + PRIORITY] = CHANGES_MAX + 1 + worker;
  }
  words[CHANGE_COUNT] = 1 + random(words, CHANGES_MAX >> 1);
  for (let i = 0; i < words[CHANGE_COUNT]!; i++) words[CHANGES + i] = 1 + random(words, words[SPREAD_STEPS]!);
}

function byPriority(words: Words, { worker, who, runnable, count, goesOn }: Options): number {
  const step = words[STEPS]!;
  for (let i = 0; i < words[CHANGE_COUNT]!; i++) {
    if (words[CHANGES + i] !== step) continue;
    if (goesOn) words[lineOf(worker) + PRIORITY] = i;
    if (count > runnable && random(words, TIMEOUT_EVERY) === 0) return runnable + random(words, count - runnable);
  }
  let best = 0;
  for (let option = 1; option < runnable; option++) {
    if (words[lineOf(who[option]!) + PRIORITY]! > words[lineOf(who[best]!) + PRIORITY]!) best = option;
  }
  return best;
}

function walk(words: Words, { runnable, count, goesOn }: Options): number {
  if (goesOn && random(words, words[WALK]!) !== 0) return 0;
  // A wait that times out is one of the rarer surprises.
  const among = runnable > 0 && random(words, TIMEOUT_EVERY) !== 0 ? runnable : count;
  return random(words, among);
}

/** A whole number from 0 up to `below`; Marsaglia's xorshift with 32 bits. */
function random(words: Words, below: number): number {
  let x = words[RANDOM]!;
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  words[RANDOM] = x;
  return (x >>> 0) % below;
}
