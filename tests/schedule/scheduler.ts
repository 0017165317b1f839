/**
 * The scheduler, as each scheduled worker has it: one worker runs at a time, and at each of its steps it decides
 * itself, from the memory that all share, who goes on. Only if that is another do threads have to wake each other.
 *
 * A step is an atomic operation, a wait, a mark in the code (see `build.ts`), the begin or the end of a worker. What a
 * worker does between two steps, no other sees in part. Memory is sequentially consistent here; what a processor or a
 * compiler reorders is not tried.
 *
 * `Atomics.wait` and `Atomics.notify` are the scheduler's own: a wait compares and falls asleep in one step, the first
 * to wait is the first to be woken, and a wait times out when nobody else can run, the one with the nearest deadline
 * first, or whenever a choice says so, if the scenario allows that. The clock counts steps, and jumps to a deadline.
 *
 * @module
 */
import { choose, listOptions, type Options, prepareSchedule, recordDeviation } from "./choice.ts";
import {
  ABANDONED,
  type Control,
  DEADLINES,
  FINISHED,
  GO,
  lineOf,
  LONGEST,
  MADE_COUNT,
  NOW,
  OWN_STEPS,
  PREEMPTIONS,
  RECORD_WORDS,
  RECORDED,
  RECORDS,
  RECORDS_MAX,
  RUNNABLE,
  SCHEDULES,
  SCHEDULES_MAX,
  STATUS,
  STEPS,
  STEPS_EVER,
  STEPS_MAX,
  STOP,
  TIMED_OUT,
  WAIT_BUFFER,
  WAIT_BYTE,
  WAIT_NUMBER,
  WAITING,
  WAITS,
  WORKERS,
  WORKERS_MAX,
} from "./control.ts";

/** The genuine operations; those of `globalThis` are about to be replaced. */
const genuine = Atomics;

/** How much later it is after each step, and at the start: times of the run's clock are above 0. */
const STEP_MS = 0.001;
const START_MS = 1;

/** Leaves a scenario whose schedule has failed. */
class Abandoned extends Error {
  override readonly name = "Abandoned";
}

/** What a worker reports of the schedule that failed. */
export type OnFailure = (error: unknown) => void;

export class Scheduler {
  readonly #control: Control;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #doubles: Float64Array<SharedArrayBuffer>;
  readonly #me: number;
  readonly #line: number;
  readonly #onFailure: OnFailure;
  readonly #options: Options;
  /** Whether this worker is inside the scenario, so that its operations are steps. */
  #isScheduled = false;

  constructor(control: Control, me: number, onFailure: OnFailure) {
    this.#control = control;
    this.#words = control.words;
    this.#doubles = control.doubles;
    this.#me = me;
    this.#line = lineOf(me);
    this.#onFailure = onFailure;
    this.#options = {
      worker: me,
      step: 0,
      who: new Int32Array(WORKERS_MAX),
      runnable: 0,
      count: 0,
      goesOn: false,
    };
  }

  /** Reads the scenario's clock, in milliseconds; a worker that waits for it to go on does not wait in vain. */
  nowMs(): number {
    if (this.#isScheduled) this.#doubles[NOW]! += STEP_MS;
    return this.#doubles[NOW]!;
  }

  /** Begins the first schedule. Called by one worker, while the others are in {@linkcode Scheduler.run}. */
  begin(reset: () => void): void {
    if (prepareSchedule(this.#words, true)) this.#start(reset);
    else this.#stop();
  }

  /**
   * Runs this worker's part of one schedule after another, until there is none left or one has failed.
   *
   * @param body this worker's part
   * @param after looks at what all parts have left
   * @param reset puts the scenario's memory back to its beginning
   */
  async run(body: () => void | Promise<void>, after: () => void, reset: () => void): Promise<void> {
    const words = this.#words;
    for (;;) {
      this.#sleep();
      if (words[STOP] === 1) return;
      this.#isScheduled = true;
      try {
        if (words[ABANDONED] === 0) {
          const done = body();
          if (done !== undefined) await done;
        }
      } catch (error) {
        this.#fail(error);
      }
      this.#isScheduled = false;
      words[this.#line + STATUS] = FINISHED;
      let next = this.#next(this.#me, false);
      if (next < 0 && this.#unfinished() >= 0) {
        this.#fail(new Error(`deadlock: ${this.#waiting()}`));
        next = this.#unfinished();
      }
      if (next >= 0) this.#wake(next);
      else this.#end(after, reset);
    }
  }

  /** Does something whose operations are no steps. */
  unscheduled(work: () => void): void {
    const wasScheduled = this.#isScheduled;
    this.#isScheduled = false;
    try {
      work();
    } finally {
      this.#isScheduled = wasScheduled;
    }
  }

  /** A step: before it, others may go on. */
  step(operation: number, buffer: number, byte: number): void {
    if (!this.#isScheduled) return;
    const words = this.#words;
    if (words[ABANDONED] === 1) throw new Abandoned();
    if (words[RECORDED]! >= 0) this.#record(operation, buffer, byte);
    if (words[STEPS]! >= words[STEPS_MAX]!) this.#failHere(`no end within ${words[STEPS_MAX]} steps`);
    this.#doubles[NOW]! += STEP_MS;
    const next = this.#next(this.#me, true);
    if (next === this.#me) return;
    this.#wake(next);
    this.#sleep();
    if (words[ABANDONED] === 1) throw new Abandoned();
  }

  /** Waits for a notification of these bytes, or until `deadlineMs`; returns whether it was notified. */
  wait(buffer: number, byte: number, deadlineMs: number): boolean {
    const words = this.#words;
    const line = this.#line;
    words[line + STATUS] = WAITING;
    words[line + WAIT_BUFFER] = buffer;
    words[line + WAIT_BYTE] = byte;
    words[line + WAIT_NUMBER] = words[WAITS]!++;
    words[line + TIMED_OUT] = 0;
    this.#doubles[DEADLINES + this.#me] = deadlineMs;
    const next = this.#next(this.#me, false);
    if (next < 0) this.#failHere(`deadlock: ${this.#waiting()}`);
    // This worker itself, if its own wait times out.
    if (next !== this.#me) {
      this.#wake(next);
      this.#sleep();
    }
    if (words[ABANDONED] === 1) throw new Abandoned();
    return words[line + TIMED_OUT] === 0;
  }

  /** Lets those who wait for these bytes go on, `count` at most, the first first; returns how many. */
  notify(buffer: number, byte: number, count: number): number {
    const words = this.#words;
    const workers = words[WORKERS]!;
    for (let woken = 0;; woken++) {
      let first = -1;
      for (let worker = 0; worker < workers; worker++) {
        const line = lineOf(worker);
        if (words[line + STATUS] !== WAITING) continue;
        if (words[line + WAIT_BUFFER] !== buffer || words[line + WAIT_BYTE] !== byte) continue;
        if (first < 0 || words[line + WAIT_NUMBER]! < words[lineOf(first) + WAIT_NUMBER]!) first = worker;
      }
      if (first < 0 || woken >= count) return woken;
      words[lineOf(first) + STATUS] = RUNNABLE;
    }
  }

  /**
   * Chooses who goes on, and times out its wait if it waits; -1: nobody can.
   *
   * @param from the worker at whose step this is, or the one before the first
   */
  #next(from: number, goesOn: boolean): number {
    const words = this.#words;
    if (words[ABANDONED] === 1) return this.#unfinished();
    const options = this.#options;
    words[STEPS]!++;
    words[STEPS_EVER]!++;
    options.worker = from;
    options.step = words[lineOf(from) + OWN_STEPS]!++;
    options.goesOn = goesOn;
    listOptions(this.#control, options);
    if (options.count === 0) return -1;
    let option: number;
    try {
      option = choose(words, options);
    } catch (error) {
      this.#fail(error);
      return this.#unfinished();
    }
    const next = options.who[option]!;
    if (option > 0) recordDeviation(words, options, option);
    const line = lineOf(next);
    if (words[line + STATUS] === WAITING) {
      words[line + STATUS] = RUNNABLE;
      words[line + TIMED_OUT] = 1;
      const deadlineMs = this.#doubles[DEADLINES + next]!;
      if (deadlineMs > this.#doubles[NOW]!) this.#doubles[NOW] = deadlineMs;
    }
    return next;
  }

  /** A worker that has not ended; -1: all have. */
  #unfinished(): number {
    const words = this.#words;
    for (let worker = 0; worker < words[WORKERS]!; worker++) {
      if (words[lineOf(worker) + STATUS] !== FINISHED) return worker;
    }
    return -1;
  }

  #waiting(): string {
    const words = this.#words;
    return Array.from({ length: words[WORKERS]! }, (_, worker) => {
      const line = lineOf(worker);
      if (words[line + STATUS] === FINISHED) return `worker ${worker} has ended`;
      return `worker ${worker} waits at buffer ${words[line + WAIT_BUFFER]}, byte ${words[line + WAIT_BYTE]}`;
    }).join(", ");
  }

  #failHere(message: string): never {
    const error = new Error(message);
    this.#fail(error);
    throw new Abandoned();
  }

  #fail(error: unknown): void {
    if (this.#words[ABANDONED] === 1) return;
    this.#words[ABANDONED] = 1;
    this.#onFailure(error);
  }

  #record(operation: number, buffer: number, byte: number): void {
    const words = this.#words;
    const record = RECORDS + (words[RECORDED]!++ % RECORDS_MAX) * RECORD_WORDS;
    words[record] = this.#me;
    words[record + 1] = operation;
    words[record + 2] = buffer;
    words[record + 3] = byte;
  }

  /** Ends a schedule: all workers have. */
  #end(after: () => void, reset: () => void): void {
    const words = this.#words;
    if (words[ABANDONED] === 0) {
      try {
        after();
      } catch (error) {
        this.#fail(error);
      }
    }
    words[SCHEDULES]!++;
    words[LONGEST] = Math.max(words[LONGEST]!, words[STEPS]!);
    const goesOn = words[ABANDONED] === 0 && words[SCHEDULES]! < words[SCHEDULES_MAX]! && prepareSchedule(words, false);
    if (goesOn) this.#start(reset);
    else this.#stop();
  }

  #start(reset: () => void): void {
    const words = this.#words;
    reset();
    this.#doubles[NOW] = START_MS;
    words[STEPS] = 0;
    words[PREEMPTIONS] = 0;
    words[MADE_COUNT] = 0;
    words[WAITS] = 0;
    for (let worker = 0; worker < words[WORKERS]!; worker++) {
      const line = lineOf(worker);
      words[line + STATUS] = RUNNABLE;
      words[line + OWN_STEPS] = 0;
    }
    this.#wake(this.#next(words[WORKERS]! - 1, false));
  }

  #stop(): void {
    this.#words[STOP] = 1;
    for (let worker = 0; worker < this.#words[WORKERS]!; worker++) this.#wake(worker);
  }

  #wake(worker: number): void {
    const go = lineOf(worker) + GO;
    genuine.store(this.#words, go, 1);
    genuine.notify(this.#words, go);
  }

  /** Sleeps until another worker lets this one go on. */
  #sleep(): void {
    const go = this.#line + GO;
    while (genuine.exchange(this.#words, go, 0) === 0) genuine.wait(this.#words, go, 0);
  }
}
