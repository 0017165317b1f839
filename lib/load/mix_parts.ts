/**
 * A mix's parts: which of its options mean anything, given the others.
 *
 * @module
 */
import { INSERT } from "./operation.ts";
import type { MixOptions } from "./workload.ts";

/** Whether the load adds records, so that `keyCountMax` means anything. */
export function hasInserts({ shares }: Pick<MixOptions, "shares">): boolean {
  return (shares[INSERT] ?? 0) > 0;
}

/** Whether the distribution has an exponent, so that `zipfTheta` means anything. */
export function hasTheta({ distribution }: Pick<MixOptions, "distribution">): boolean {
  return distribution === "zipfian" || distribution === "latest";
}
