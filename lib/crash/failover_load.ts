/**
 * The load during a failover: puts and deletes in lanes, in each of which one begins when the one before has ended,
 * refused or not.
 *
 * @module
 */
import type { AsynchronousConnection } from "../engine/connection.ts";
import type { FailedPrimary } from "../engine/failover.ts";
import type { NumberedLoad } from "../load/numbered_load.ts";
import { DELETE } from "../load/operation.ts";
import { ORIGIN_MS } from "../sync/shared_time.ts";
import type { Testimony } from "./testimony.ts";

/** What a load's lanes work with. */
export interface FailoverLoadParts {
  /** Each lane uses one of these. */
  readonly connections: readonly AsynchronousConnection[];
  readonly lanes: number;
  readonly load: NumberedLoad;
  readonly seed: number;
  readonly round: number;
}

/** How long to wait after a refused write, in milliseconds; begun at once, the next would be refused as well. */
const REFUSED_PAUSE_MS = 2;

/** Writes in lanes from its start until it is told to end. */
export class FailoverLoad {
  readonly #parts: FailoverLoadParts;
  /** For each lane, when each of its writes was acknowledged, in milliseconds of the shared time; NaN if refused. */
  readonly #acknowledgedAtMs: readonly number[][];
  #isEnding = false;
  #ended: Promise<unknown> = Promise.resolve();
  /** What has failed, once something has. */
  #failed: FailedPrimary | undefined;
  readonly #availableAtMs = Promise.withResolvers<number>();

  constructor(parts: FailoverLoadParts) {
    this.#parts = parts;
    this.#acknowledgedAtMs = Array.from({ length: parts.lanes }, () => []);
  }

  start(): void {
    this.#ended = Promise.all(this.#acknowledgedAtMs.map((times, lane) => this.#run(times, lane)));
  }

  /**
   * Tells the load what has failed.
   *
   * @returns when the first write to one of its keys that began after that was acknowledged, in milliseconds of
   * `performance.now()`
   */
  failed(failed: FailedPrimary): Promise<number> {
    this.#failed = failed;
    return this.#availableAtMs.promise;
  }

  /** Begins no further writes, and resolves when those in flight have ended. */
  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#ended;
  }

  /** What was acknowledged, in lanes as in threads. */
  get testimony(): Testimony {
    const acknowledgedAtMs = this.#acknowledgedAtMs.map((times) => Float64Array.from(times));
    const none = new Map();
    return { acknowledgedAtMs, acknowledgedVersions: none, writtenVersions: none, syncedVersions: none };
  }

  async #run(times: number[], lane: number): Promise<void> {
    const { connections, lanes, load, seed, round } = this.#parts;
    const connection = connections[lane % connections.length]!;
    const workload = load.operations(seed, { round, thread: lane, threads: lanes });
    while (!this.#isEnding) {
      workload.nextWrite();
      const begunAtMs = performance.now();
      try {
        // Such a load's connection has what it takes.
        if (workload.kind === DELETE) await connection.delete(workload.key);
        else await connection.put(workload.key, workload.value);
      } catch {
        times.push(NaN);
        await new Promise((resolve) => setTimeout(resolve, REFUSED_PAUSE_MS));
        continue;
      }
      const nowMs = performance.now();
      times.push(ORIGIN_MS + nowMs);
      const failed = this.#failed;
      if (failed === undefined || begunAtMs <= failed.failedAtMs || !failed.had(workload.key)) continue;
      this.#availableAtMs.resolve(nowMs);
    }
  }
}
