/**
 * The replay: the operations of a trace, as its reader hands them to one lane of the load.
 *
 * @module
 */
import { TRACE, TRACE_KINDS } from "../replay/format/trace_format.ts";
import type { TraceRing } from "../replay/trace_ring.ts";
import { PaddedBytes } from "../store/padded_bytes.ts";
import type { Schedule } from "./load_loop.ts";
import { NUMBERED_VALUE_BYTES_MIN, NumberedValues } from "./numbered_workload.ts";
import { DELETE as KIND_DELETE, READ, READ_MODIFY_WRITE, UPDATE } from "./operation.ts";
import { createValues, type ValueOptions, type Values } from "./record.ts";
import { Rng } from "./rng.ts";
import { type ReplayOptions, traceOf, type Workload } from "./workload.ts";

/** The kind of operation that each kind in a trace is; a put is an update, whether or not it is the key's first. */
export const KINDS = new Uint8Array(TRACE_KINDS);
KINDS[TRACE.READ] = READ;
KINDS[TRACE.PUT] = UPDATE;
KINDS[TRACE.READ_MODIFY_WRITE] = READ_MODIFY_WRITE;
KINDS[TRACE.DELETE] = KIND_DELETE;

/** Module-level constants: V8 folds these, but not imported ones. */
const DELETE = KIND_DELETE;
const READ_KIND = READ;

/** Thrown in place of an operation when the trace is over, or the load is; that ends the lane. */
export class TraceOverError extends Error {
  override readonly name = "TraceOverError";
  constructor() {
    super("The trace is over");
  }
}

/** The replay of what one lane gets of a trace. */
export class ReplayWorkload implements Workload {
  readonly key: PaddedBytes;
  readonly value: PaddedBytes;
  kind = READ_KIND;
  readonly ring: TraceRing;
  readonly #values: Values;

  constructor(ring: TraceRing, values: Values, options: ReplayOptions) {
    this.ring = ring;
    this.#values = values;
    this.key = new PaddedBytes(traceOf(options).keyBytesMax);
    this.value = values.createValue();
  }

  /**
   * Takes the next operation, and waits for it if it must.
   *
   * @throws {TraceOverError} when there is none
   * @throws {AbortError} when the run has failed
   */
  next(): void {
    const ring = this.ring;
    if (!ring.hasNext()) throw new TraceOverError();
    ring.take(this.key);
    const kind = KINDS[ring.kind]!;
    this.kind = kind;
    if (kind === READ_KIND) return;
    const values = this.#values;
    if (kind === DELETE) {
      values.skip();
    } else {
      values.setLength(ring.valueBytes);
      values.write(this.value);
    }
  }
}

/** Where a lane stands among those whose values must differ, and the round of the crash command, if it is one. */
interface ReplayPlace {
  readonly thread: number;
  readonly threads: number;
  readonly round?: number | undefined;
}

/**
 * The values of a lane. They are made up, of the size that the trace says; with a round, each identifies its put, and
 * is as long as that takes.
 */
export function replayValues(seed: number, options: ReplayOptions, { thread, threads, round }: ReplayPlace): Values {
  const rng = new Rng(seed, 2 * thread);
  const valueOptions = valueOptionsOf(options, round !== undefined);
  return round === undefined
    ? createValues(rng, valueOptions, { thread, threads })
    : new NumberedValues(rng, valueOptions, { thread, threads, round });
}

function valueOptionsOf(options: ReplayOptions, isNumbered: boolean): ValueOptions {
  const { valueBytesMax } = traceOf(options);
  const most = isNumbered ? Math.max(valueBytesMax, NUMBERED_VALUE_BYTES_MIN) : valueBytesMax;
  return { valueBytesMin: most, valueBytesMax: most, compressible: options.compressible };
}

/**
 * When the operations of a lane are meant to begin: as in the trace, so many times as fast. What has been waited for is
 * looked at here first, and taken by {@linkcode ReplayWorkload.next} afterwards.
 */
export class TraceSchedule implements Schedule {
  readonly #ring: TraceRing;
  readonly #originMs: number;
  readonly #msPerUs: number;
  readonly #isLast: boolean;

  /**
   * @param options.originMs when the trace begins, in milliseconds of `performance.now()`
   * @param options.isLast whether nobody takes what is left when this part of the load is over
   */
  constructor(ring: TraceRing, { originMs, speed, isLast }: { originMs: number; speed: number; isLast: boolean }) {
    this.#ring = ring;
    this.#originMs = originMs;
    this.#msPerUs = 1 / (1000 * speed);
    this.#isLast = isLast;
  }

  intendedMs(): number {
    return this.#ring.hasNext() ? this.nextMs : Infinity;
  }

  /** When the next operation is meant to begin, of which it is known that it is there. */
  get nextMs(): number {
    return this.#originMs + this.#ring.nextTimeUs * this.#msPerUs;
  }

  /** Counts what the reader has handed out; if that is more than it can, what it still holds back is not known. */
  dueBefore(untilMs: number, begun: number): number {
    const key = new PaddedBytes(0);
    let due = begun;
    for (; this.#isLast && this.#ring.isThere && this.nextMs < untilMs; due++) this.#ring.take(key);
    return due;
  }
}
