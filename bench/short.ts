/**
 * The benches' short form, which shows that they still work and not how fast:
 *
 * ```sh
 * deno task bench -- --short
 * ```
 *
 * Every bench spreads {@linkcode options} into its definition.
 *
 * @module
 */

/** Each bench once, as far as Deno can: it measures what takes less than 10 µs a few hundred times in any case. */
const SHORT = { n: 1, warmup: 0 };

/** The part of a bench's definition that the form of the run decides. */
export function options(): { n?: number; warmup?: number } {
  return Deno.args.includes("--short") ? SHORT : {};
}
