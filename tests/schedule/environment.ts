/**
 * What modules under test see in a scheduled worker instead of the genuine `Atomics` and the genuine clock. It has to
 * be in place before they load.
 *
 * @module
 */
import type { Scheduler } from "./scheduler.ts";

/** The names of steps as they are recorded, by their numbers. */
export const OPERATIONS = [
  "mark",
  "load",
  "store",
  "add",
  "sub",
  "and",
  "or",
  "xor",
  "exchange",
  "compareExchange",
  "wait",
  "notify",
  "copy",
] as const;

type Operation = (typeof OPERATIONS)[number];
type Words = Int32Array<SharedArrayBuffer>;

/** A load that is repeated by a worker that spins yields as often as this: only others could change what it sees. */
const SPINS_MAX = 2;

/** Number of the first buffer that only one worker knows. */
const OWN_BUFFERS = 1000;

/** The part of the environment that differs by job. */
export interface Environment {
  /** Numbers the buffers that all workers know, in the same order in each. */
  numberBuffers(buffers: readonly SharedArrayBuffer[]): void;
  /** Forgets what the worker has done, so that nothing depends on the schedule before. */
  begin(): void;
}

/** Replaces the globals. Steps go to the scheduler. */
export function replaceGlobals(scheduler: Scheduler): Environment {
  const genuine = Atomics;
  let shared: ReadonlyMap<ArrayBufferLike, number> = new Map();
  let numbers = new Map<ArrayBufferLike, number>();
  const bufferOf = (buffer: ArrayBufferLike): number => {
    let number = numbers.get(buffer);
    // Such as one that its owner makes only to sleep on it.
    if (number === undefined) numbers.set(buffer, number = OWN_BUFFERS + numbers.size);
    return number;
  };
  const byteOf = (words: Words, index: number) => words.byteOffset + index * words.BYTES_PER_ELEMENT;

  let spunWords: Words | undefined;
  let spunIndex = -1;
  let spins = 0;
  const step = (operation: Operation, words: Words, index: number): void => {
    spunWords = undefined;
    scheduler.step(OPERATIONS.indexOf(operation), bufferOf(words.buffer), byteOf(words, index));
  };
  const load = (words: Words, index: number): number => {
    if (words === spunWords && index === spunIndex) {
      if (++spins > SPINS_MAX) return genuine.load(words, index);
    } else {
      spins = 0;
    }
    step("load", words, index);
    spunWords = words;
    spunIndex = index;
    return genuine.load(words, index);
  };
  const wait = (words: Words, index: number, value: number, timeoutMs = Infinity): "ok" | "not-equal" | "timed-out" => {
    step("wait", words, index);
    if (genuine.load(words, index) !== value) return "not-equal";
    // As specified: not a number is forever.
    const leftMs = Number.isNaN(timeoutMs) ? Infinity : timeoutMs;
    if (leftMs <= 0) return "timed-out";
    const deadlineMs = scheduler.nowMs() + leftMs;
    return scheduler.wait(bufferOf(words.buffer), byteOf(words, index), deadlineMs) ? "ok" : "timed-out";
  };
  const changing = (operation: "store" | "add" | "sub" | "and" | "or" | "xor" | "exchange") => {
    const change = genuine[operation] as (words: Words, index: number, value: number) => number;
    return (words: Words, index: number, value: number): number => {
      step(operation, words, index);
      return change(words, index, value);
    };
  };
  const replacement = {
    load,
    store: changing("store"),
    add: changing("add"),
    sub: changing("sub"),
    and: changing("and"),
    or: changing("or"),
    xor: changing("xor"),
    exchange: changing("exchange"),
    compareExchange(words: Words, index: number, expected: number, value: number): number {
      step("compareExchange", words, index);
      return genuine.compareExchange(words, index, expected, value);
    },
    wait,
    // A scenario's worker has nothing else to do meanwhile.
    waitAsync(words: Words, index: number, value: number, timeoutMs?: number) {
      return { async: false, value: wait(words, index, value, timeoutMs) };
    },
    notify(words: Words, index: number, count = Infinity): number {
      step("notify", words, index);
      return scheduler.notify(bufferOf(words.buffer), byteOf(words, index), count);
    },
    isLockFree: genuine.isLockFree,
  };

  const define = (target: object, name: string, value: unknown) =>
    Object.defineProperty(target, name, { value, configurable: true, writable: true });
  define(globalThis, "Atomics", replacement);
  define(performance, "now", () => scheduler.nowMs());
  // All workers have the scenario's clock, whose zero is the same for all.
  define(performance, "timeOrigin", 0);
  define(Deno, "dlopen", () => {
    throw new Error("A scheduled worker has no other clock");
  });
  define(globalThis, "kvlabMark", () => {
    spunWords = undefined;
    scheduler.step(OPERATIONS.indexOf("mark"), 0, 0);
  });
  define(globalThis, "kvlabUnscheduled", (work: () => void) => scheduler.unscheduled(work));
  cutCopies((target) => step("copy", target, 0));
  return {
    numberBuffers(buffers) {
      shared = new Map(buffers.map((buffer, number) => [buffer, number]));
    },
    begin() {
      spunWords = undefined;
      numbers = new Map(shared);
    },
  };
}

/** A copy into shared memory is made in two halves, with a step between them. */
function cutCopies(step: (target: Words) => void): void {
  const prototype = Object.getPrototypeOf(Uint8Array.prototype);
  const { set } = prototype;
  prototype.set = function (this: Words, source: ArrayLike<number>, offset = 0) {
    if (!(this.buffer instanceof SharedArrayBuffer) || source.length < 2 || !ArrayBuffer.isView(source)) {
      return set.call(this, source, offset);
    }
    const half = source.length >> 1;
    const bytes = source as unknown as Uint8Array;
    set.call(this, bytes.subarray(0, half), offset);
    step(this);
    set.call(this, bytes.subarray(half), offset + half);
  };
}
