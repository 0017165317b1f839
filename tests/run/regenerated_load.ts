/**
 * The regenerated load: what a run of the seed's workload must have done, from nothing but its seed and how many
 * operations each of its threads did.
 *
 * @module
 */
import { SeedWorkload } from "../../lib/load/seed_workload.ts";
import { UPDATE } from "../../lib/load/operation.ts";
import { Rng } from "../../lib/load/rng.ts";
import { hashKey, shardOf } from "../../lib/store/hash.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";

/** What threads have done. */
export interface RegeneratedLoad {
  /** Per thread, in the order given. */
  readonly threads: readonly { readonly reads: number; readonly writes: number }[];
  /** How often each key was put. */
  readonly putsByKey: ReadonlyMap<string, number>;
  /** Reads of a key that the same thread had put before; all hits of a run with one thread. */
  readonly hitsOfOwnKeys: number;
}

/** Goes through each thread's operations again. */
export function regenerateLoad(seed: number, threadOps: readonly number[]): RegeneratedLoad {
  const putsByKey = new Map<string, number>();
  const threads: { reads: number; writes: number }[] = [];
  let hitsOfOwnKeys = 0;
  for (const [thread, ops] of threadOps.entries()) {
    const workload = new SeedWorkload(new Rng(seed, 2 * thread));
    const own = new Set<string>();
    const counts = { reads: 0, writes: 0 };
    for (let op = 0; op < ops; op++) {
      workload.next();
      const key = workload.key.toString();
      if (workload.kind === UPDATE) {
        counts.writes++;
        own.add(key);
        putsByKey.set(key, (putsByKey.get(key) ?? 0) + 1);
      } else {
        counts.reads++;
        if (own.has(key)) hitsOfOwnKeys++;
      }
    }
    threads.push(counts);
  }
  return { threads, putsByKey, hitsOfOwnKeys };
}

/** How many puts went to each shard, for the shards that got any. */
export function putsByShard(putsByKey: ReadonlyMap<string, number>, shards: number): Map<number, number> {
  const puts = new Map<number, number>();
  for (const [key, count] of putsByKey) {
    const shard = shardOfKey(key, shards);
    puts.set(shard, (puts.get(shard) ?? 0) + count);
  }
  return puts;
}

function shardOfKey(text: string, shards: number): number {
  const key = PaddedBytes.of(text);
  return shardOf(hashKey(key.words, key.length), shards);
}
