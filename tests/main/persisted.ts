/**
 * The check that a directory holds exactly what runs have acknowledged: no put lost, none made up.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { SerializerName } from "../../lib/codec/codec.ts";
import { keysOf, leftOversIn, snapshotsIn } from "../run/files.ts";
import { putsByShard, regenerateLoad } from "../run/regenerated_load.ts";
import type { ResultDocument } from "./kvlab.ts";

/**
 * Checks a directory against the results of all runs that there have been on it. What each thread did is told by the
 * run's seed and by how many operations the thread has reported.
 */
export function assertPersisted(
  output: string,
  options: { readonly files: number; readonly serializer: SerializerName; readonly runs: readonly ResultDocument[] },
): void {
  const { files, serializer, runs } = options;
  const puts = new Map<string, number>();
  for (const { seed, threads } of runs) {
    const load = regenerateLoad(seed, threads.map(({ ops }) => ops));
    assertEquals(threads.map(({ reads, writes }) => ({ reads, writes })), load.threads);
    for (const [key, count] of load.putsByKey) puts.set(key, (puts.get(key) ?? 0) + count);
  }
  assertEquals(leftOversIn(output), []);
  const snapshots = snapshotsIn(output, serializer);
  assertEquals(keysOf(snapshots), [...puts.keys()].sort());
  for (const { entries } of snapshots.values()) {
    for (const [key, value] of Object.entries(entries)) assertEquals(value, "foo", key);
  }
  const versions = new Map(Array.from(snapshots, ([shard, { version }]) => [shard, version]));
  assertEquals(versions, putsByShard(puts, files));
}
