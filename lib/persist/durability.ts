/**
 * The sync levels, which say what has to be on the device.
 *
 * @module
 */

/** The names of the sync levels, in the order shown to users. */
export const SYNC_NAMES = ["none", "data", "full"] as const;

/** What is synced to the device before a write counts as durable: nothing, the file's data, or its directory too. */
export type SyncName = typeof SYNC_NAMES[number];
