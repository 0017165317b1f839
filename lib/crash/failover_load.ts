/**
 * The load during a failover, in lanes, in each of which an operation begins when the one before has ended, refused or
 * not: puts and deletes alone, or with a history reads, too.
 *
 * Clients differ in how long they wait for an answer. Those with the first connection, the third and so on wait however
 * long it takes. The others give up after a second, as most clients do, and look for another server. What they had
 * asked for may still be done, later or never: to the history it is as if it had no end, and no write that was
 * acknowledged after it is lost if it is found in its place.
 *
 * @module
 */
import type { AsynchronousConnection, AsynchronousOperations } from "../engine/connection.ts";
import type { FailedPrimary } from "../engine/failover.ts";
import type { Recording } from "../history/history_file.ts";
import type { HistoryTape } from "../history/tape.ts";
import type { NumberedLoad, NumberedOperations } from "../load/numbered_load.ts";
import { DELETE, OPERATIONS } from "../load/operation.ts";
import { RecordedLane } from "../load/recorded.ts";
import { PaddedBytes } from "../store/padded_bytes.ts";
import { delay, NoAnswerError, withinTime } from "../sync/delay.ts";
import { sharedNowMs } from "../sync/shared_time.ts";
import { reasonOf } from "../system/persist_error.ts";
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

/** How long to wait after a refused operation, in milliseconds; begun at once, the next would be refused as well. */
const REFUSED_PAUSE_MS = 2;
/** How long a client without patience waits for an answer, in milliseconds. */
const PATIENCE_MS = 1000;

/** What a lane works with. */
interface LaneParts {
  readonly connection: AsynchronousConnection;
  readonly operations: NumberedOperations;
  readonly round: number;
  /** Where its operations are recorded; it then reads, too. */
  readonly track: Recording | undefined;
}

/** What an operation in flight needs, unchanged until it has ended. */
interface Room {
  readonly backend: AsynchronousOperations;
  readonly key: PaddedBytes;
  readonly value: PaddedBytes;
  readonly out: PaddedBytes;
}

/** Does one operation after another. */
class FailoverLane {
  /**
   * When each of its writes was acknowledged, in milliseconds of the shared time; NaN if it was refused or given up.
   */
  readonly acknowledgedAtMs: number[] = [];
  /** Why an operation was refused or given up last, if any was. */
  refusal: unknown;
  readonly #parts: LaneParts;
  readonly #patienceMs: number | undefined;
  /** What it has given up, and has not ended. */
  readonly #late = new Set<Promise<unknown>>();
  #room: Room;

  /** @param client the number of its connection */
  constructor(parts: LaneParts, client: number) {
    this.#parts = parts;
    this.#patienceMs = client % 2 === 0 ? undefined : PATIENCE_MS;
    this.#room = this.#newRoom();
  }

  /** The key of the operation that has ended last. */
  get key(): PaddedBytes {
    return this.#room.key;
  }

  /** Does the next operation, and resolves to whether it was a write that was acknowledged. */
  async next(): Promise<boolean> {
    const { kind, key, value } = this.#choose();
    const room = this.#room;
    room.key.copy(key.bytes, 0, key.length);
    room.value.copy(value.bytes, 0, value.length);
    const { reads, writes } = OPERATIONS[kind]!;
    // The write that follows a read which has failed is one that was refused.
    const isRead = !reads || this.#parts.track === undefined ||
      await this.#isDone(room.backend.get(room.key, room.out));
    if (!writes) return false;
    const isWritten = isRead &&
      await this.#isDone(kind === DELETE ? room.backend.delete(room.key) : room.backend.put(room.key, room.value));
    this.acknowledgedAtMs.push(isWritten ? sharedNowMs() : NaN);
    return isWritten;
  }

  /** Resolves when all that it has given up has ended. */
  async lateEnded(): Promise<void> {
    await Promise.all(this.#late);
  }

  /** Chooses an operation that is no scan, which is no part of a history. */
  #choose(): NumberedOperations {
    const { operations, track } = this.#parts;
    if (track === undefined) operations.nextWrite();
    else do operations.next(); while (operations.kind > DELETE);
    return operations;
  }

  /** Waits for the operation in the room, and resolves to whether it was done. */
  async #isDone(operation: Promise<unknown>): Promise<boolean> {
    const begunAtMs = performance.now();
    try {
      await (this.#patienceMs === undefined ? operation : withinTime(operation, this.#patienceMs));
      return true;
    } catch (error) {
      this.refusal = error;
      if (error instanceof NoAnswerError) this.#giveUp(operation, begunAtMs);
      else await delay(REFUSED_PAUSE_MS);
      return false;
    }
  }

  #giveUp(operation: Promise<unknown>, begunAtMs: number): void {
    const late: Promise<unknown> = operation.catch(() => {}).finally(() => this.#late.delete(late));
    this.#late.add(late);
    this.#parts.connection.lookElsewhere?.(this.#room.key, begunAtMs);
    this.#room = this.#newRoom();
  }

  #newRoom(): Room {
    const { connection, operations: { key, value }, round, track } = this.#parts;
    return {
      backend: track === undefined ? connection : new RecordedLane({ backend: connection, track, round }),
      key: new PaddedBytes(key.bytes.length),
      value: new PaddedBytes(value.bytes.length),
      out: new PaddedBytes(value.bytes.length),
    };
  }
}
