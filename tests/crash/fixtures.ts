/**
 * What the tests of crashes share: a child's operations regenerated, and a store in which some of them have survived.
 *
 * @module
 */
import { planStore } from "../../lib/backend/plan.ts";
import type { ComparisonParts } from "../../lib/crash/outcome.ts";
import { NUMBERED_KEY_SPACE, NumberedWorkload } from "../../lib/load/numbered_workload.ts";
import { UPDATE } from "../../lib/load/operation.ts";
import { Rng } from "../../lib/load/rng.ts";
import { hashKey } from "../../lib/store/hash.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { Abort } from "../../lib/sync/abort.ts";

export const SEED = 77;
export const ROUND = 5;
export const SHARDS = 4;

/** One put of a child. */
export interface Put {
  readonly thread: number;
  /** From 1. */
  readonly sequence: number;
  readonly key: string;
  readonly value: string;
  readonly shard: number;
}

export function emptyStore(): SharedStore {
  return SharedStore.create(planStore(SHARDS, NUMBERED_KEY_SPACE), Abort.create());
}

/** The first puts of one of so many threads. */
export function putsOf(thread: number, options: { threads: number; count: number }): Put[] {
  const store = emptyStore();
  const { threads, count } = options;
  const workload = new NumberedWorkload(new Rng(SEED, 2 * thread), { round: ROUND, thread, threads });
  const puts: Put[] = [];
  while (puts.length < count) {
    workload.next();
    if (workload.kind !== UPDATE) continue;
    const { key, value } = workload;
    const shard = store.shardOf(hashKey(key.words, key.length));
    puts.push({ thread, sequence: puts.length + 1, key: key.toString(), value: value.toString(), shard });
  }
  return puts;
}

/** A crash: what was applied, in this order; how far each thread was acknowledged; what is left. */
export interface Crash {
  readonly applied: readonly Put[];
  /** Per thread, how many of its puts. */
  readonly acknowledged: readonly number[];
  /** Per shard, up to which version its puts are in the file, and what the ledger said of that. */
  readonly inFiles: readonly number[];
  readonly recorded?: readonly number[];
  readonly versionsBefore?: readonly number[];
  readonly tornShards?: readonly number[];
}

/** What {@linkcode compare} gets after such a crash; put `i` of all is acknowledged at `i + 1` milliseconds. */
export function partsOf(crash: Crash): ComparisonParts {
  const { applied, acknowledged, inFiles, recorded = inFiles, tornShards = [] } = crash;
  const before = crash.versionsBefore ?? new Array(SHARDS).fill(0);
  const store = emptyStore();
  const versions = [...before];
  const atMs: number[][] = acknowledged.map(() => []);
  const atVersions: number[][] = acknowledged.map(() => []);
  for (const [i, { thread, sequence, key, value, shard }] of applied.entries()) {
    const version = ++versions[shard];
    if (version <= (inFiles[shard] ?? 0)) store.putString(key, value);
    if (sequence > (acknowledged[thread] ?? 0)) continue;
    atMs[thread]?.push(i + 1);
    atVersions[thread]?.push(version);
  }
  return {
    store,
    seed: SEED,
    round: ROUND,
    versionsBefore: Float64Array.from(before),
    tornShards: new Set(tornShards),
    testimony: {
      acknowledgedAtMs: atMs.map((times) => Float64Array.from(times)),
      acknowledgedVersions: atVersions.map((versions) => Float64Array.from(versions)),
      writtenVersions: new Map(recorded.map((version, shard) => [shard, version])),
      // As though each snapshot were synced as soon as it is written.
      syncedVersions: new Map(recorded.map((version, shard) => [shard, version])),
    },
  };
}

/** How many of the puts went to each shard. */
export function perShard(puts: readonly Put[]): number[] {
  const counts = new Array<number>(SHARDS).fill(0);
  for (const { shard } of puts) counts[shard] = (counts[shard] ?? 0) + 1;
  return counts;
}
