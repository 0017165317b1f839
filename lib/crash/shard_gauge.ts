/**
 * Computes what the file backend's gauges would have read at the moment of a kill.
 *
 * @module
 */
import type { Testimony } from "./testimony.ts";

/**
 * How many puts are in no persisted version, out of those up to the latest acknowledged one of each shard: what the
 * child's own gauge would have read.
 *
 * Counting acknowledgements instead would be wrong in two ways. A put that the kill caught between the store and its
 * acknowledgement, but that made it into a write, would be counted in place of one that is safe. And acknowledging a
 * put before the store has it would go unnoticed.
 *
 * @param versionsBefore each shard's version before the child began
 * @param persistedVersions the versions that the child's ledger recorded as written, or as synced
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
