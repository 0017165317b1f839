/**
 * What the file backend's gauges said at the moment of a kill.
 *
 * @module
 */
import type { Testimony } from "./testimony.ts";

/**
 * How many puts no persisted version holds, of those up to the latest acknowledged one of each shard: what the child's own
 * gauge would have read.
 *
 * Counting acknowledgements instead would call a put that the kill caught between the store and its acknowledgement, but
 * in time for a write, one of the others that are safe; and it would excuse whoever acknowledges a put before the store
 * has it.
 *
 * @param versionsBefore each shard's version before the child began
 * @param persistedVersions what the child's ledger called written, or synced
 */
export function unpersisted(
  { acknowledgedVersions }: Pick<Testimony, "acknowledgedVersions">,
  versionsBefore: Float64Array,
  persistedVersions: ReadonlyMap<number, number>,
): number {
  let writes = 0;
  for (const [shard, version] of acknowledgedVersions) {
    const persisted = Math.max(versionsBefore[shard]!, persistedVersions.get(shard) ?? 0);
    writes += Math.max(0, version - persisted);
  }
  return writes;
}
