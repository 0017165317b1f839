/**
 * The scheduler's own memory, shared by the workers that it schedules and the thread that asks for schedules.
 *
 * Layout, in 32-bit words: globals, a line for each worker, then five lists: the choices of a bounded exploration, how
 * many options each had, the deviations to follow, those that the current schedule has made, and its steps. The 64-bit
 * floats hold the clock, and until when each worker waits.
 *
 * Invariant: exactly one worker runs at a time, and only it reads and writes this memory; the exceptions are each
 * worker's own {@linkcode GO}, on which it sleeps until another lets it run, and the asking thread, which touches the
 * memory only while all workers are idle, except that it looks at {@linkcode STEPS_EVER}.
 *
 * @module
 */

/** Most workers of a scenario. */
export const WORKERS_MAX = 4;

// Words of the globals.
/** 1 when the workers shall go back to their event loops. */
export const STOP = 0;
/** 1 when the schedule has failed: every worker leaves its scenario at its next step. */
export const ABANDONED = 1;
export const KIND = 2;
/** Steps of the current schedule, of all workers. */
export const STEPS = 3;
/** Steps after which a schedule counts as endless. */
export const STEPS_MAX = 4;
/** Preemptions of the current schedule, and how many a bounded exploration allows. */
export const PREEMPTIONS = 5;
export const PREEMPTIONS_MAX = 6;
/** Schedules run, and how many to run at most. */
export const SCHEDULES = 7;
export const SCHEDULES_MAX = 8;
/** Bounded exploration: the choice that comes next, how many are given, and whether all have been tried. */
export const CHOICE = 9;
export const CHOICES_GIVEN = 10;
export const EXHAUSTED = 11;
/** Random schedules: the seed of the current one, its generator, and over how many steps changes are spread. */
export const SEED = 12;
export const RANDOM = 13;
export const SPREAD_STEPS = 14;
/** One in so many steps of a random walk goes on with another worker; 0: by priorities instead. */
export const WALK = 15;
/** Steps at which priorities change; 0: none. */
export const CHANGES = 16;
export const CHANGES_MAX = 8;
export const CHANGE_COUNT = CHANGES + CHANGES_MAX;
/** Number of deviations to follow, and of those made. */
export const GIVEN_COUNT = CHANGE_COUNT + 1;
export const MADE_COUNT = CHANGE_COUNT + 2;
/** Counts waits, so that the first to wait is the first to be woken. */
export const WAITS = CHANGE_COUNT + 3;
export const WORKERS = CHANGE_COUNT + 4;
/** Whether a wait may time out while others could go on. */
export const TIMEOUTS_ANY_TIME = CHANGE_COUNT + 5;
/** The most steps of a schedule. */
export const LONGEST = CHANGE_COUNT + 6;
/** Number of steps recorded, if they are to be; -1: they are not. */
export const RECORDED = CHANGE_COUNT + 7;
/** Steps of all schedules, modulo 2^32; the asking thread looks at it while workers run. */
export const STEPS_EVER = CHANGE_COUNT + 8;
const GLOBAL_WORDS = 64;

// Words of a worker's line.
const LINE_WORDS = 16;
export const GO = 0;
export const STATUS = 1;
/** Steps of this worker in the current schedule. */
export const OWN_STEPS = 2;
/** What it waits on: the number of a shared buffer and of a byte in it; and which of all waits this is. */
export const WAIT_BUFFER = 3;
export const WAIT_BYTE = 4;
export const WAIT_NUMBER = 5;
export const TIMED_OUT = 6;
export const PRIORITY = 7;

/** A worker's status. */
export const RUNNABLE = 0;
export const WAITING = 1;
export const FINISHED = 2;

/** How schedules are chosen. */
export const FOLLOW = 0;
export const BOUNDED = 1;
export const RANDOMLY = 2;

export const CHOICES_MAX = 1 << 14;
export const DEVIATIONS_MAX = 1 << 12;
/** Words of a deviation: the worker, its step, and who went on instead. */
export const DEVIATION_WORDS = 3;
/** Recorded steps, of the last so many: worker, operation, buffer, byte. */
export const RECORDS_MAX = 1 << 12;
export const RECORD_WORDS = 4;

export const LINES = GLOBAL_WORDS;
export const CHOICES = LINES + WORKERS_MAX * LINE_WORDS;
export const OPTION_COUNTS = CHOICES + CHOICES_MAX;
export const GIVEN = OPTION_COUNTS + CHOICES_MAX;
export const MADE = GIVEN + DEVIATIONS_MAX * DEVIATION_WORDS;
export const RECORDS = MADE + DEVIATIONS_MAX * DEVIATION_WORDS;
const CONTROL_WORDS = RECORDS + RECORDS_MAX * RECORD_WORDS;

/** In 64-bit floats: the clock in milliseconds, then until when each worker waits. */
export const NOW = 0;
export const DEADLINES = 1;

/** The memory, as it is passed to workers. */
export interface Control {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly doubles: Float64Array<SharedArrayBuffer>;
}

export function createControl(): Control {
  return {
    words: new Int32Array(new SharedArrayBuffer(CONTROL_WORDS * Int32Array.BYTES_PER_ELEMENT)),
    doubles: new Float64Array(new SharedArrayBuffer((DEADLINES + WORKERS_MAX) * Float64Array.BYTES_PER_ELEMENT)),
  };
}

/** The first word of a worker's line. */
export function lineOf(worker: number): number {
  return LINES + worker * LINE_WORDS;
}
