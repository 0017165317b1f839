/**
 * What the tests of the store's space share with their worker.
 *
 * @module
 */
import type { StoreHandle } from "../../lib/store/shared_store.ts";
import type { AbortHandle } from "../../lib/sync/abort.ts";

/** One worker's part: puts and deletes under keys of its own, of all sizes, beside other workers' keys. */
export interface ChurnConfig {
  readonly store: StoreHandle;
  readonly abort: AbortHandle;
  /** A word where the workers meet before they start, all at once. */
  readonly meeting: Int32Array<SharedArrayBuffer>;
  readonly seed: number;
  readonly worker: number;
  readonly workers: number;
  /** The number of the worker's keys. */
  readonly keys: number;
  readonly valueBytesMax: number;
  readonly operations: number;
}

export function keyText(key: number): string {
  return `Key${key}`;
}

/** A seed that is another each time; whoever fails names it. */
export function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}
