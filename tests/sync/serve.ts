/**
 * Room of a crew's worker: its frame, and the place where a crew meets.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import type { Abort } from "../../lib/sync/abort.ts";
import type { Report } from "./crew.ts";

/** Answers the one message with the work's result, or with the failure that it threw. */
export function serve<Config, Result>(work: (config: Config) => Result): void {
  self.onmessage = ({ data }: MessageEvent<Config>) => self.postMessage(reportOn(work, data));
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
