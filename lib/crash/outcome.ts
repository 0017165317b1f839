/**
 * The comparison: what a child had acknowledged, against what a new process finds.
 *
 * @module
 */
import { NumberedWorkload, parseNumberedValue } from "../load/numbered_workload.ts";
import { UPDATE } from "../load/operation.ts";
import { Rng } from "../load/rng.ts";
import { hashKey } from "../store/hash.ts";
import { PaddedBytes } from "../store/padded_bytes.ts";
import type { SharedStore } from "../store/shared_store.ts";
import type { Testimony } from "./testimony.ts";

/** What is compared. */
export interface ComparisonParts {
  /** The store as loaded after the kill. */
  readonly store: SharedStore;
  readonly testimony: Testimony;
  /** The child's seed and round, which give its operations. */
  readonly seed: number;
  readonly round: number;
  /** Each shard's version before the child began. */
  readonly versionsBefore: Float64Array;
  /** Shards that lost all they had. */
  readonly tornShards: ReadonlySet<number>;
}

/** What came out. */
export interface Comparison {
  readonly acknowledged: number;
  readonly lost: number;
  /** When the oldest lost write was acknowledged, in milliseconds since the epoch; Infinity when none is lost. */
  readonly oldestLostAtMs: number;
  readonly neverAcknowledged: number;
  readonly holes: number;
  /** What a crash of the process may lose: acknowledged, less what the ledger called written. */
  readonly gauge: number;
  /** What a power loss may lose: acknowledged, less what the ledger called synced. */
  readonly powerGauge: number;
}

/**
 * Runs the child's operations again, thread by thread, and looks up what became of each put.
 *
 * The gauge is what the child's own would have read: by shard, the store's version at the latest acknowledgement, less
 * the version that the ledger called written. Counting acknowledgements instead would call a put that the kill caught
 * between the store and its acknowledgement, but in time for a snapshot, one of the others that are safe; and it would
 * excuse whoever acknowledges a put before the store has it.
 */
export function compare(parts: ComparisonParts): Comparison {
  const { store, testimony, versionsBefore, tornShards } = parts;
  const acknowledgedVersions = new Float64Array(store.size.shards);
  let acknowledged = 0, lost = 0, oldestLostAtMs = Infinity, neverAcknowledged = 0, holes = 0;
  for (const [thread, acknowledgedAtMs] of testimony.acknowledgedAtMs.entries()) {
    const outcome = compareThread(parts, thread, acknowledgedVersions);
    acknowledged += acknowledgedAtMs.length;
    lost += outcome.lost.length;
    holes += outcome.holes;
    neverAcknowledged += outcome.neverAcknowledged;
    const [oldest] = outcome.lost;
    if (oldest !== undefined) oldestLostAtMs = Math.min(oldestLostAtMs, acknowledgedAtMs[oldest - 1]!);
  }
  for (const shard of tornShards) lost += versionsBefore[shard]!;

  const gauge = unpersisted(acknowledgedVersions, versionsBefore, testimony.writtenVersions);
  const powerGauge = unpersisted(acknowledgedVersions, versionsBefore, testimony.syncedVersions);
  return { acknowledged, lost, oldestLostAtMs, neverAcknowledged, holes, gauge, powerGauge };
}

/** How many puts no persisted version holds, of those up to the latest acknowledged one of each shard. */
function unpersisted(
  acknowledgedVersions: Float64Array,
  versionsBefore: Float64Array,
  persistedVersions: ReadonlyMap<number, number>,
): number {
  let writes = 0;
  for (const [shard, version] of acknowledgedVersions.entries()) {
    const persisted = Math.max(versionsBefore[shard]!, persistedVersions.get(shard) ?? 0);
    writes += Math.max(0, version - persisted);
  }
  return writes;
}

/** What became of one thread's puts; they are numbered from 1. */
interface ThreadOutcome {
  readonly lost: readonly number[];
  readonly neverAcknowledged: number;
  readonly holes: number;
}

function compareThread(
  { store, testimony, seed, round }: ComparisonParts,
  thread: number,
  acknowledgedVersions: Float64Array,
): ThreadOutcome {
  const threads = testimony.acknowledgedAtMs.length;
  const versions = testimony.acknowledgedVersions[thread]!;
  const acknowledged = versions.length;
  const workload = new NumberedWorkload(new Rng(seed, 2 * thread), { round, thread, threads });
  const recovered = new RecoveredSequences(store, round);
  const lost: number[] = [];
  let latestSurvivor = 0;
  for (let sequence = 1; sequence <= acknowledged; sequence++) {
    do workload.next(); while (workload.kind !== UPDATE);
    const survivor = recovered.sequenceOf(workload.key);
    if (survivor < sequence) lost.push(sequence);
    latestSurvivor = Math.max(latestSurvivor, survivor);
    const shard = store.shardOf(hashKey(workload.key.words, workload.key.length));
    acknowledgedVersions[shard] = Math.max(acknowledgedVersions[shard]!, versions[sequence - 1]!);
  }
  // The put that the kill may have caught between the store and its acknowledgement.
  do workload.next(); while (workload.kind !== UPDATE);
  const neverAcknowledged = recovered.sequenceOf(workload.key) > acknowledged ? 1 : 0;
  return { lost, neverAcknowledged, holes: lost.filter((sequence) => sequence < latestSurvivor).length };
}

/** Looks up which put of the round a key's value is of, once per key. */
class RecoveredSequences {
  readonly #store: SharedStore;
  readonly #round: number;
  readonly #known = new Map<string, number>();
  readonly #value = new PaddedBytes(64);

  constructor(store: SharedStore, round: number) {
    this.#store = store;
    this.#round = round;
  }

  /** 0 when the key is absent or its value of an earlier round. */
  sequenceOf(key: PaddedBytes): number {
    const text = key.toString();
    let sequence = this.#known.get(text);
    if (sequence === undefined) {
      sequence = this.#store.get(key, this.#value) ? this.#sequenceIn(this.#value.toString()) : 0;
      this.#known.set(text, sequence);
    }
    return sequence;
  }

  #sequenceIn(value: string): number {
    const { round, sequence } = parseNumberedValue(value);
    return round === this.#round ? sequence : 0;
  }
}
