/**
 * A crew's worker: its frame, and the place where a crew meets.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import type { Abort } from "../../lib/sync/abort.ts";
import type { Report } from "./crew.ts";

/** Says that the worker is loaded, and answers the one message with the work's result or the failure that it threw. */
export function serve<Config, Result>(work: (config: Config) => Result): void {
  const post = (report: Report<Result>) => self.postMessage(report);
  self.onmessage = ({ data }: MessageEvent<Config>) => post(reportOn(work, data));
  post({ ready: true });
}

function reportOn<Config, Result>(work: (config: Config) => Result, config: Config): Report<Result> {
  try {
    return { result: work(config) };
  } catch (error) {
    return { failure: String(error) };
  }
}

/**
 * Blocks until the word at `index` has counted `target` arrivals, this one included. Uses nothing that is under test
 * but the abort flag.
 *
 * @throws {AbortError} when the crew has failed
 */
export function meet(words: Int32Array<SharedArrayBuffer>, index: number, target: number, abort: Abort): void {
  let arrived = Atomics.add(words, index, 1) + 1;
  if (arrived >= target) Atomics.notify(words, index);
  for (; arrived < target; arrived = Atomics.load(words, index)) {
    abort.check();
    Atomics.wait(words, index, arrived, abort.tickMs);
  }
}
