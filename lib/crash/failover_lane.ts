/**
 * A lane of the load during a failover, and how long it waits for an answer.
 *
 * Clients differ in that. Those with the first connection, the third and so on wait however long it takes. The others
 * give up after a second, as most clients do, and look for another server. What they had asked for may still be done,
 * later or never: to the history it is as if it had no end, and no write that was acknowledged after it is lost if it
 * is found in its place.
 *
 * @module
 */
import type { AsynchronousConnection, AsynchronousOperations } from "../engine/connection.ts";
import type { Recording } from "../history/history_file.ts";
import type { NumberedOperations } from "../load/numbered_load.ts";
import { DELETE, OPERATIONS } from "../load/operation.ts";
import { RecordedLane } from "../load/recorded.ts";
import { PaddedBytes } from "../store/padded_bytes.ts";
import { delay, NoAnswerError, withinTime } from "../sync/delay.ts";
import { sharedNowMs } from "../sync/shared_time.ts";

/** How long to wait after a refused operation, in milliseconds; begun at once, the next would be refused as well. */
const REFUSED_PAUSE_MS = 2;
/** How long a client without patience waits for an answer, in milliseconds. */
const PATIENCE_MS = 1000;

/** What a lane works with. */
export interface LaneParts {
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
export class FailoverLane {
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
