/**
 * Wraps backends to record their acknowledgements so that they outlive the process.
 *
 * @module
 */
import type { AsynchronousOperations, ShardProgress, SynchronousOperations } from "../engine/connection.ts";
import type { Witness } from "../persist/witness.ts";
import type { PaddedBytes } from "../store/padded_bytes.ts";

/** The progress of backends without shards. */
const NO_SHARDS: ShardProgress = { shardOf: () => 0, acknowledgedVersion: () => 0 };

/**
 * Records each put and delete as acknowledged once the wrapped backend returns from it, with the version up to which
 * its shard's writes have been acknowledged: what a gauge would read at that moment.
 */
export class WitnessedBackend {
  readonly #backend: SynchronousOperations;
  readonly #progress: ShardProgress;
  readonly #witness: Witness;

  constructor(parts: {
    backend: SynchronousOperations;
    progress?: ShardProgress | undefined;
    witness: Witness;
  }) {
    this.#backend = parts.backend;
    this.#progress = parts.progress ?? NO_SHARDS;
    this.#witness = parts.witness;
  }

  put(key: PaddedBytes, value: PaddedBytes): void {
    this.#backend.put(key, value);
    this.#acknowledged(key);
  }

  get(key: PaddedBytes, out: PaddedBytes): boolean {
    return this.#backend.get(key, out);
  }

  delete(key: PaddedBytes): void {
    this.#backend.delete(key);
    this.#acknowledged(key);
  }

  scan(key: PaddedBytes, count: number, out: PaddedBytes): number {
    return this.#backend.scan!(key, count, out);
  }

  #acknowledged(key: PaddedBytes): void {
    const shard = this.#progress.shardOf(key);
    this.#witness.record(shard, this.#progress.acknowledgedVersion(shard));
  }
}

/**
 * The same for an asynchronous backend, for a sequence of operations that each begin when the previous one has ended.
 */
export class WitnessedLane {
  readonly #backend: AsynchronousOperations;
  readonly #witness: Witness;

  constructor(parts: { backend: AsynchronousOperations; witness: Witness }) {
    this.#backend = parts.backend;
    this.#witness = parts.witness;
  }

  async put(key: PaddedBytes, value: PaddedBytes): Promise<void> {
    await this.#backend.put(key, value);
    this.#witness.record(0, 0);
  }

  get(key: PaddedBytes, out: PaddedBytes): Promise<boolean> {
    return this.#backend.get(key, out);
  }

  async delete(key: PaddedBytes): Promise<void> {
    await this.#backend.delete(key);
    this.#witness.record(0, 0);
  }

  scan(key: PaddedBytes, count: number, out: PaddedBytes): Promise<number> {
    return this.#backend.scan!(key, count, out);
  }
}
