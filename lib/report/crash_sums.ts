/**
 * What the texts and the JSON of kills have in common: how failures are called, and the sums over all kills.
 *
 * @module
 */
import type { KillResult } from "../crash/crash_result.ts";
import type { Failure } from "../crash/victim.ts";

/** How the kinds of failure are called, each one of them, and their number. */
export const FAILURE_WORDS: Readonly<
  Record<Failure, { readonly name: string; readonly one: string; readonly label: string }>
> = {
  processCrash: { name: "process crash", one: "kill", label: "kills" },
  powerLoss: { name: "power loss", one: "kill", label: "kills" },
  failover: { name: "failover", one: "failover", label: "failovers" },
  orderlyEnd: { name: "orderly end", one: "orderly end", label: "ends" },
};

/** The figures of a kill that are numbers. */
type KillFigure = {
  [Key in keyof KillResult]-?: NonNullable<KillResult[Key]> extends number ? Key : never;
}[keyof KillResult];

/** A figure of all kills together. */
export function sum(kills: readonly KillResult[], key: KillFigure): number {
  return kills.reduce((total, kill) => total + (kill[key] ?? 0), 0);
}

/** The greatest figure of a single kill. */
export function max(kills: readonly KillResult[], key: KillFigure): number {
  return kills.reduce((largest, kill) => Math.max(largest, kill[key] ?? 0), 0);
}
