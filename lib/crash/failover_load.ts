/**
 * The load during a failover, in lanes, in each of which an operation begins when the one before has ended, refused or
 * not: puts and deletes alone, or with a history reads, too.
 *
 * @module
 */
import type { AsynchronousConnection } from "../engine/connection.ts";
import type { FailedPrimary } from "../engine/failover.ts";
import type { HistoryTape } from "../history/tape.ts";
import type { NumberedLoad } from "../load/numbered_load.ts";
import { reasonOf } from "../system/persist_error.ts";
import { FailoverLane } from "./failover_lane.ts";
import type { Testimony } from "./testimony.ts";

/** What a load's lanes work with. */
export interface FailoverLoadParts {
  /** Each lane uses one of these. */
  readonly connections: readonly AsynchronousConnection[];
  readonly lanes: number;
  readonly load: NumberedLoad;
  readonly seed: number;
  readonly round: number;
  /** Where all operations are recorded, each connection's on a track of its own; lanes then read any record, too. */
  readonly tape?: HistoryTape | undefined;
}

/** Works in lanes while something else is done. */
export class FailoverLoad {
  readonly #lanes: readonly FailoverLane[];
  #isEnding = false;
  /** What has failed, once something has. */
  #failed: FailedPrimary | undefined;
  readonly #availableAtMs = Promise.withResolvers<number>();

  constructor({ connections, lanes, load, seed, round, tape }: FailoverLoadParts) {
    const places = connections.map((connection, index) => ({ connection, index, track: tape?.track(index) }));
    this.#lanes = Array.from({ length: lanes }, (_, lane) => {
      const { connection, index, track } = places[lane % places.length]!;
      const place = { round, thread: lane, threads: lanes, readsAll: track !== undefined };
      return new FailoverLane({ connection, track, round, operations: load.operations(seed, place) }, index);
    });
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

  /**
   * Goes on until the work is over, and resolves when what was in flight then has ended, and what was given up. If the
   * work fails, that may wait for ever for what has failed, and is left to itself.
   */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const ended = Promise.all(this.#lanes.map((lane) => this.#run(lane)));
    let result: T;
    try {
      result = await work();
    } finally {
      this.#isEnding = true;
    }
    await ended;
    await Promise.all(this.#lanes.map((lane) => lane.lateEnded()));
    return result;
  }

  /** Why operations were refused, as a clause; `undefined` if none was. */
  get refusal(): string | undefined {
    const refused = this.#lanes.find(({ refusal }) => refusal !== undefined);
    return refused && reasonOf(refused.refusal);
  }

  /** What was acknowledged, in lanes as in threads. */
  get testimony(): Testimony {
    const acknowledgedAtMs = this.#lanes.map((lane) => Float64Array.from(lane.acknowledgedAtMs));
    const none = new Map();
    return { acknowledgedAtMs, acknowledgedVersions: none, writtenVersions: none, syncedVersions: none };
  }

  async #run(lane: FailoverLane): Promise<void> {
    while (!this.#isEnding) {
      const begunAtMs = performance.now();
      const isWritten = await lane.next();
      const failed = this.#failed;
      if (!isWritten || failed === undefined || begunAtMs <= failed.failedAtMs || !failed.had(lane.key)) continue;
      this.#availableAtMs.resolve(performance.now());
    }
  }
}
