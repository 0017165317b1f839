/**
 * Which of a mix's options apply, given the others.
 *
 * @module
 */
import { INSERT } from "./operation.ts";
import type { MixOptions } from "./workload.ts";

/** Whether the load adds records, so that `keyCountMax` applies. */
export function hasInserts({ shares }: Pick<MixOptions, "shares">): boolean {
  return (shares[INSERT] ?? 0) > 0;
}

/** Whether the distribution has an exponent, so that `zipfTheta` applies. */
export function hasTheta({ distribution }: Pick<MixOptions, "distribution">): boolean {
  return distribution === "zipfian" || distribution === "latest";
}
