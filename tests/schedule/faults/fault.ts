/**
 * A fault to plant: a change of one module that some schedule shows, mostly a mistake that is easily made.
 *
 * @module
 */
import type { Patch } from "../build.ts";

/** A fault, and where to look for it. */
export interface Fault {
  readonly name: string;
  readonly patches: readonly Patch[];
  /** The module below `scenarios/` whose scenarios are tried. */
  readonly module: string;
  readonly scenarios: readonly string[];
}
