/**
 * Which scenarios there are, and how what they load is built.
 *
 * @module
 */

/** The modules of scenarios, and of the library those in which plain reads and writes are steps as well. */
export const MODULES: Readonly<Record<string, readonly string[]>> = {
  mutex: [],
  condition: [],
  doorbell: [],
  phase: [],
  store: ["lib/store/shard.ts", "lib/store/shared_store.ts"],
  pending: ["lib/persist/layout/log/pending_records.ts"],
  queue: ["lib/persist/write_queue.ts"],
  policies: ["lib/persist/ledger.ts", "lib/store/shared_store.ts"],
};
