/**
 * Room of the crew: real workers for a test, each with its own configuration, run to their results.
 *
 * The tests give their locks a tick so long that a lost wake-up is a hang. So a crew has a deadline, and whoever misses
 * it is woken up and failed, not left: a worker terminated in its sleep would keep the process from exiting.
 *
 * @module
 */
import { Abort } from "../../lib/sync/abort.ts";

/** What a crew's worker posts once, at its end; {@linkcode serve} does. */
export type Report<Result> = { readonly result: Result } | { readonly failure: string };

/** How a crew shares memory, and how long it may take. */
export interface CrewOptions {
  /** Ends every wait of the crew when the deadline passes or a worker fails. */
  readonly abort: Abort;
  /** Memory in which a worker may be asleep. */
  readonly words: Int32Array<SharedArrayBuffer>;
  /** Default: 30 seconds, some twenty times what the slowest stress test takes on a busy machine. */
  readonly deadlineMs?: number;
}

/** A tick beyond every deadline: no timeout then covers for a wake-up that was lost. */
export const NO_TICK_MS = 600_000;

const DEADLINE_MS = 30_000;
const RESCUE_PERIOD_MS = 10;

/**
 * Runs one worker for each configuration.
 *
 * @param spawn starts a worker whose module calls {@linkcode serve}
 * @returns the results, in the order of the configurations
 * @throws {Error} when a worker fails or the deadline passes, after all workers have ended
 */
export async function runCrew<Config, Result>(
  spawn: () => Worker,
  configs: readonly Config[],
  options: CrewOptions,
): Promise<Result[]> {
  const { abort, words, deadlineMs = DEADLINE_MS } = options;
  let late = false;
  let rescue: ReturnType<typeof setInterval> | undefined;
  const wakeAll = () => {
    abort.raise();
    for (let i = 0; i < words.length; i++) Atomics.notify(words, i);
  };
  const fail = () => rescue ??= setInterval(wakeAll, RESCUE_PERIOD_MS);
  const deadline = setTimeout(() => {
    late = true;
    fail();
  }, deadlineMs);

  const workers = configs.map(spawn);
  const reports = await Promise.all(workers.map(async (worker, i) => {
    const report = reportOf<Result>(worker);
    worker.postMessage(configs[i]);
    const settled = await report;
    if ("failure" in settled) fail();
    return settled;
  }));
  clearTimeout(deadline);
  clearInterval(rescue);
  for (const worker of workers) worker.terminate();
  if (late) throw new Error(`Cannot wait for the workers: some still ran or slept after ${deadlineMs} ms`);

  const failures = reports.flatMap((report) => "failure" in report ? [report.failure] : []);
  // An AbortError follows from another worker's failure, unless there is no other.
  const failure = failures.find((text) => !text.startsWith("AbortError")) ?? failures[0];
  if (failure !== undefined) throw new Error(`A worker failed: ${failure}`);
  return reports.flatMap((report) => "result" in report ? [report.result] : []);
}

function reportOf<Result>(worker: Worker): Promise<Report<Result>> {
  return new Promise((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<Report<Result>>) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      resolve({ failure: event.message });
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
