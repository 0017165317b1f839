/**
 * Batches of records that go straight into the store.
 *
 * @module
 */
import type { Batch } from "../engine/connection.ts";
import type { SharedStore } from "../store/shared_store.ts";

/** Puts each record at once; files, if any, are written afterwards. */
export function storeBatch(store: SharedStore): Batch {
  return { begin: () => {}, put: (key, value) => store.put(key, value), commit: () => {} };
}
