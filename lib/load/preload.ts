/**
 * Room of the preload: the records that are there before the load.
 *
 * @module
 */
import type { SharedStore } from "../store/shared_store.ts";
import type { Rng } from "./rng.ts";
import type { MixOptions } from "./workload.ts";

/** What one thread's preload works with. */
export interface PreloadParts {
  readonly rng: Rng;
  readonly thread: number;
  readonly threads: number;
  /** Told now and then how many records the thread has put, and at the end; says whether it is to go on. */
  keepGoing(records: number): boolean;
}

/** Puts one thread's part of a mix's records straight into the store. */
export function preload(_store: SharedStore, _options: MixOptions, _parts: PreloadParts): number {
  return 0;
}
