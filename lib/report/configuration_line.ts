/**
 * The configuration line: describes a run on stderr before it starts.
 *
 * @module
 */
import { optionsWords } from "../result/option/options.ts";
import type { RunOptions } from "../run/run_options.ts";

/**
 * The run's options on one line, without a newline. The seed's workload is not mentioned, nor is whatever is off:
 *
 * ```text
 * kvlab 0.1.0: memory, 4 threads, consistent pattern, 10 s, latency of every operation, seed 123
 * kvlab 0.1.0: file synchronous (write period 500 µs), 128 files, json, temporary directory, 4 threads, …
 * kvlab 0.1.0: file asynchronous (queue depth 1024, 256MiB), 120 files, json, output DIR, 4 threads, …
 * kvlab 0.1.0: memory, 2 threads, workload b (95% read, 5% update), 10000000 keys of 16 B, values of 100 B,
 *   zipfian 0.99, preloaded, rate 10000/s, 1000000 operations after 2 s of warm-up, latency of every 128th, seed 1
 * ```
 */
export function configurationLine(options: RunOptions, version: string): string {
  return `kvlab ${version}: ${optionsWords(options).join(", ")}`;
}
