/**
 * What a persistence policy is made of: when an acknowledged put reaches the file system, and who writes it. Each has a
 * file, with both of its sides and one object of the type {@linkcode PolicyModule} in it; `policies.ts` lists them.
 *
 * @module
 */
import type { SharedStore } from "../../store/shared_store.ts";
import type { StoreSize } from "../../store/store_size.ts";
import type { Abort } from "../../sync/abort.ts";
import type { Clock } from "../../sync/clock.ts";
import type { Doorbell } from "../../sync/doorbell.ts";
import type { Phase } from "../../sync/phase.ts";
import type { SyncName } from "../durability.ts";
import type { FileLocks } from "../file_locks.ts";
import type { Ledger } from "../ledger.ts";
import type { WriteQueue } from "../write_queue.ts";
import type { Writer } from "../writer.ts";

/** A policy's options, as a run gives them. */
export interface PolicyKind {
  /** The policy's name. */
  readonly kind: string;
}

/** A thread's own view of what threads share to persist puts, and its writer. */
export interface AttachedPersistence {
  readonly store: SharedStore;
  readonly ledger: Ledger;
  readonly locks: FileLocks;
  readonly clock: Clock;
  /** Wakes the file worker. */
  readonly doorbell: Doorbell;
  /** The policy's queue, if it has one. */
  readonly queue?: WriteQueue;
  readonly writer: Writer;
  readonly shardsPerFile: number;
  readonly sync: SyncName;
}

/**
 * The load worker's side of a policy, which treats deletes as puts. Each worker uses a single class of it, so that V8
 * can inline its calls.
 */
export interface PutPolicy {
  /** Called after a put or delete has been applied and noted, under its shard's lock. */
  applied(shard: number): void;

  /**
   * Called instead if a delete has found nothing to remove. What has removed it may still be on its way to the files,
   * so what is called next has to wait for that as it would for a change.
   */
  unchanged(shard: number): void;

  /**
   * Called next, after the shard's lock has been released; the put is acknowledged when this returns.
   *
   * @throws {PersistError} when this thread has to write and that fails; the put is then not acknowledged
   * @throws {AbortError} when the run has failed elsewhere
   */
  acknowledge(shard: number): void;

  /**
   * Makes room for noting puts when the layout has none left. Called without any lock.
   *
   * @throws as {@linkcode PutPolicy.acknowledge} does
   */
  makeRoom(): void;
}

/** The file worker's flushes of the files. */
export interface FlushCounts {
  readonly flushes: number;
  /** Flushes that took longer than the period, so that the next one began at once. */
  readonly flushOverruns: number;
  /** The longest flush, in milliseconds. */
  readonly flushMsMax: number;
}

/** The most that a configuration puts at risk; what it does not bound is absent. */
export interface ExposureBound {
  readonly writes?: number;
  /** Age of the oldest write at risk, in milliseconds. */
  readonly ageMs?: number;
}

/** What decides how much a policy puts at risk, beside its options. */
export interface RiskFactors {
  /** Number of load workers. */
  readonly threads: number;
  /** The longest flush, in milliseconds; absent if it is not known yet. */
  readonly flushMsMax?: number;
}

/** How a file backend trades the risk of losing acknowledged puts against speed. */
export interface PolicyModule<Options extends PolicyKind = PolicyKind> {
  /** The flag that selects it. */
  readonly flag: "writePeriodUs" | "queueDepth" | "flushPeriodUs" | "commitDelayUs";

  /** Its options, as its flag says, and those that go with several policies. */
  optionsOf(value: number, flags: { readonly queueMemoryBytes: number }): Options;

  /** Whether a put is acknowledged as soon as it is applied, or only when the ledger says so. */
  readonly acknowledgesAtOnce: boolean;

  /** The upper bound on the writes that a crash of the process may lose. */
  bound(options: Options, factors: RiskFactors): ExposureBound;

  /** What such a crash may lose, in words. */
  loss(options: Options, factors: RiskFactors): string;

  /**
   * The queue between the load workers and the file worker, if the policy has one. Then a layout serializes what a put
   * changed while the put holds its shard's lock.
   */
  createQueue?(options: Options, store: StoreSize, abort: Abort): WriteQueue;

  /** A load worker's side. */
  put(options: Options, attached: AttachedPersistence): PutPolicy;

  /**
   * The file worker's side: writes until the run drains, or the queue is closed and empty. Absent if the load workers
   * write by themselves, and the file worker only maintains the files.
   *
   * @throws {PersistError} when a write fails
   * @throws {AbortError} when the run fails elsewhere
   */
  flush?(options: Options, attached: AttachedPersistence, phase: Phase): FlushCounts | undefined;
}
