/**
 * The load meter: shared counts of what each load worker has done.
 *
 * @module
 */
import { type BucketCounts, countDuration, HISTOGRAM_BUCKETS } from "../metrics/histogram.ts";
import { LINE_DOUBLES } from "../sync/layout.ts";
import { OPERATION_KINDS } from "./operation.ts";

/** What {@linkcode LoadMeter.attach} needs; structured-cloneable. */
export interface LoadMeterHandle {
  readonly buffer: SharedArrayBuffer;
}

/** Index, in a thread's counts, of reads that found their key. The operations themselves are counted by kind. */
export const HITS = OPERATION_KINDS;
/** Index of the operations of an open loop that began late because the one before had not ended by then. */
export const MISSED_STARTS = OPERATION_KINDS + 1;
/** Index of the records that the thread has preloaded. */
export const PRELOADED = OPERATION_KINDS + 2;
/** Index of the pattern's waits, followed by the milliseconds they were meant to last and those they did last. */
export const WAITS = OPERATION_KINDS + 3;
export const WAIT_ASKED_MS = OPERATION_KINDS + 4;
export const WAITED_MS = OPERATION_KINDS + 5;
/** Index of the operations of an open loop that were due before its end, and never began. No latency shows them. */
export const NEVER_BEGUN = OPERATION_KINDS + 6;
/** Index of the records that scans have found. */
export const SCANNED = OPERATION_KINDS + 7;

/** The indices by the names that the counts have in results. */
const COUNTS = {
  hits: HITS,
  missedStarts: MISSED_STARTS,
  preloaded: PRELOADED,
  waits: WAITS,
  waitAskedMs: WAIT_ASKED_MS,
  waitedMs: WAITED_MS,
  neverBegun: NEVER_BEGUN,
  scanned: SCANNED,
};

/** The counts of all threads together, by name. */
export type LoadCounts = Readonly<Record<keyof typeof COUNTS, number>>;

const COUNTS_DOUBLES = 2 * LINE_DOUBLES;
/** A histogram of latencies for each kind of operation, then one of uncorrected latencies for each. */
const LATENCIES = COUNTS_DOUBLES;
const UNCORRECTED = LATENCIES + OPERATION_KINDS * HISTOGRAM_BUCKETS;
/** How late an idle loop woke. */
const TIMER_LATE = UNCORRECTED + OPERATION_KINDS * HISTOGRAM_BUCKETS;
const THREAD_DOUBLES = TIMER_LATE + HISTOGRAM_BUCKETS;

/**
 * What the load workers have done.
 *
 * Layout, in 64-bit floats: for each thread two lines with the operations done by kind, the hits, the missed starts,
 * the records preloaded, the waits, what never began and the records scanned; then its histograms, in nanoseconds: of
 * the latencies of each kind of operation, of the uncorrected latencies of each kind, and of how late an idle loop
 * woke. Pages that nobody writes to take no memory.
 *
 * Invariant: a thread's part is written by that thread alone, and only ever grows. Others may read it at any time; what
 * they read was true a moment ago.
 */
export class LoadMeter {
  readonly #doubles: Float64Array<SharedArrayBuffer>;

  private constructor(buffer: SharedArrayBuffer) {
    this.#doubles = new Float64Array(buffer);
  }

  /** Creates a meter for the given number of threads, all zero. */
  static create(threads: number): LoadMeter {
    return new LoadMeter(new SharedArrayBuffer(threads * THREAD_DOUBLES * Float64Array.BYTES_PER_ELEMENT));
  }

  static attach(handle: LoadMeterHandle): LoadMeter {
    return new LoadMeter(handle.buffer);
  }

  handle(): LoadMeterHandle {
    return { buffer: this.#doubles.buffer };
  }

  /** The parts of all threads. */
  get threads(): ThreadMeter[] {
    return Array.from({ length: this.#doubles.length / THREAD_DOUBLES }, (_, thread) => this.thread(thread));
  }

  /** What all threads together have counted. */
  get counts(): LoadCounts {
    const { threads } = this;
    const sum = (index: number) => threads.reduce((total, { counts }) => total + counts[index]!, 0);
    return Object.fromEntries(Object.entries(COUNTS).map(([name, index]) => [name, sum(index)])) as LoadCounts;
  }

  /** The part of one thread. */
  thread(thread: number): ThreadMeter {
    return new ThreadMeter(this.#doubles.subarray(thread * THREAD_DOUBLES, (thread + 1) * THREAD_DOUBLES));
  }
}

/** One thread's part of a {@linkcode LoadMeter}. */
export class ThreadMeter {
  /** Operations done by kind, then the counts at {@linkcode HITS} and the other indices. */
  readonly counts: Float64Array<SharedArrayBuffer>;
  /** By kind of operation. */
  readonly latencies: readonly BucketCounts[];
  /** By kind of operation, counted from the actual start where the others count from the intended one. */
  readonly uncorrectedLatencies: readonly BucketCounts[];
  /** How late an idle loop woke. */
  readonly timerLate: BucketCounts;

  constructor(doubles: Float64Array<SharedArrayBuffer>) {
    const histogram = (at: number) => doubles.subarray(at, at + HISTOGRAM_BUCKETS);
    const byKind = (at: number) =>
      Array.from({ length: OPERATION_KINDS }, (_, kind) => histogram(at + kind * HISTOGRAM_BUCKETS));
    this.counts = doubles.subarray(0, COUNTS_DOUBLES);
    this.latencies = byKind(LATENCIES);
    this.uncorrectedLatencies = byKind(UNCORRECTED);
    this.timerLate = histogram(TIMER_LATE);
  }

  /** Counts a latency, in milliseconds. */
  countLatency(kind: number, durationMs: number): void {
    countDuration(this.latencies[kind]!, durationMs);
  }

  /** Counts a latency from the actual start of an operation, in milliseconds. */
  countUncorrectedLatency(kind: number, durationMs: number): void {
    countDuration(this.uncorrectedLatencies[kind]!, durationMs);
  }
}
