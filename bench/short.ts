/**
 * The short form of the benchmarks, which checks that they still work rather than how fast they are:
 *
 * ```sh
 * deno task bench -- --short
 * ```
 *
 * Every benchmark spreads {@linkcode options} into its definition.
 *
 * @module
 */

/** Runs each benchmark once, as far as Deno allows: it measures anything below 10 µs a few hundred times regardless. */
const SHORT = { n: 1, warmup: 0 };

/** The part of a benchmark's definition that depends on the form. */
export function options(): { n?: number; warmup?: number } {
  return Deno.args.includes("--short") ? SHORT : {};
}
