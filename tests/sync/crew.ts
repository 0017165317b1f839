/**
 * The crew: real workers for a test, each with its own configuration, run to their results.
 *
 * The tests give their locks a tick so long that a lost wake-up is a hang. So a crew has a deadline, and whoever misses
 * it is woken up and failed, not left: a worker terminated in its sleep would keep the process from exiting.
 *
 * @module
 */
import { Abort } from "../../lib/sync/abort.ts";

/** What a crew's worker posts when it is loaded, and at its end; {@linkcode serve} does. */
export type Report<Result> = { readonly ready: true } | { readonly result: Result } | { readonly failure: string };

/** How a crew shares memory, and how long it may take. */
export interface CrewOptions {
  /** Ends every wait of the crew when the deadline passes or a worker fails. */
  readonly abort: Abort;
  /** Memory in which a worker may be asleep. */
  readonly words: Int32Array<SharedArrayBuffer> | readonly Int32Array<SharedArrayBuffer>[];
  /** What this thread does while the workers run; its failure is the crew's. */
  readonly meanwhile?: () => Promise<void>;
  /** Default: 30 seconds, more than twenty times what the slowest stress test takes on a busy machine. */
  readonly deadlineMs?: number;
}

/** A tick beyond every deadline: no timeout then covers for a wake-up that was lost. */
export const NO_TICK_MS = 600_000;

const DEADLINE_MS = 30_000;
const RESCUE_PERIOD_MS = 10;
/** How long a rescued worker may take to end by itself. */
const RESCUE_MAX_MS = 5_000;

/**
 * Runs one worker for each configuration.
 *
 * @param spawn starts a worker whose module calls {@linkcode serve}
 * @returns the results, in the order of the configurations
 * @throws {Error} when a worker or `meanwhile` fails or the deadline passes, after all workers have ended
 */
export async function runCrew<Config, Result>(
  spawn: () => Worker,
  configs: readonly Config[],
  options: CrewOptions,
): Promise<Result[]> {
  const { deadlineMs = DEADLINE_MS } = options;
  const workers = await spawnAll(spawn, configs.length);
  const rescue = new Rescue(options);
  const deadline = setTimeout(() => rescue.start(`some worker still ran or slept after ${deadlineMs} ms`), deadlineMs);
  const work = Promise.all(workers.map(async (worker, i) => {
    const result = resultOf<Result>(worker);
    worker.postMessage(configs[i]);
    return await result.catch((error: Error) => {
      rescue.start(error.message);
      throw error;
    });
  }));
  const meanwhile = options.meanwhile?.().catch((error) => rescue.start(String(error)));
  try {
    const ended = Promise.allSettled([work, meanwhile]);
    await Promise.race([ended, rescue.givenUp]);
    if (rescue.reason !== undefined) throw new Error(`The crew failed: ${rescue.reason}`);
    return await work;
  } finally {
    clearTimeout(deadline);
    for (const worker of workers) worker.terminate();
    rescue.end();
  }
}

/**
 * Starts workers, the first before the others: `deno test` checks the types of a worker's module on its first start,
 * and would do it for each that starts at the same time.
 */
async function spawnAll(spawn: () => Worker, count: number): Promise<Worker[]> {
  const workers: Worker[] = [];
  for (const size of [1, count - 1]) {
    const started = Array.from({ length: size }, spawn);
    workers.push(...started);
    await Promise.all(started.map(ready));
  }
  return workers;
}

function ready(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.onmessage = () => resolve();
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
  });
}

/** Wakes a crew that has failed, again and again, so that its workers see the abort flag and end. */
class Rescue {
  /** Why the crew failed: the first reason given, unless that only followed from another. */
  reason: string | undefined;
  /** Resolves when the workers were given time enough to end and did not. */
  readonly givenUp: Promise<void>;
  readonly #options: CrewOptions;
  readonly #giveUp: () => void;
  #waker: ReturnType<typeof setInterval> | undefined;
  #limit: ReturnType<typeof setTimeout> | undefined;

  constructor(options: CrewOptions) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#options = options;
    this.givenUp = promise;
    this.#giveUp = resolve;
  }

  start(reason: string): void {
    if (this.reason === undefined || this.reason.startsWith("AbortError")) this.reason = reason;
    this.#options.abort.raise();
    this.#waker ??= setInterval(() => this.#wakeAll(), RESCUE_PERIOD_MS);
    this.#limit ??= setTimeout(this.#giveUp, RESCUE_MAX_MS);
  }

  end(): void {
    clearInterval(this.#waker);
    clearTimeout(this.#limit);
    if (this.reason !== undefined) this.#wakeAll();
  }

  #wakeAll(): void {
    for (const words of [this.#options.words].flat()) {
      for (let i = 0; i < words.length; i++) Atomics.notify(words, i);
    }
  }
}

function resultOf<Result>(worker: Worker): Promise<Result> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Report<Result>>) => {
      if ("result" in data) resolve(data.result);
      if ("failure" in data) reject(new Error(data.failure));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
  });
}

/** Resolves when the predicate, which other threads make true, holds; rejects after the deadline. */
export async function until(predicate: () => boolean, options: { deadlineMs?: number } = {}): Promise<void> {
  const { deadlineMs = DEADLINE_MS } = options;
  const startMs = performance.now();
  while (!predicate()) {
    if (performance.now() - startMs > deadlineMs) {
      throw new Error(`Cannot wait for ${predicate}: ${deadlineMs} ms passed`);
    }
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}
