/**
 * Wraps connections to record their operations for a history: when each was called, when it returned, and which put's
 * value it wrote or read.
 *
 * @module
 */
import type { AsynchronousOperations, SynchronousOperations } from "../engine/connection.ts";
import { READ, WRITE } from "../history/history.ts";
import type { Recording } from "../history/history_file.ts";
import { NOTHING } from "../history/tape.ts";
import { hashKey } from "../store/hash.ts";
import type { PaddedBytes } from "../store/padded_bytes.ts";
import { sharedNowMs } from "../sync/shared_time.ts";
import { putOf, roundOf } from "./numbered_workload.ts";
import { recordOf } from "./record.ts";

/** What a connection is wrapped with. */
interface RecordedParts<Operations> {
  readonly backend: Operations;
  readonly track: Recording;
  /** What tells this run's puts from those of others. */
  readonly round: number;
}

/** Writes down what one operation after another has done. */
class Recorder {
  readonly #track: Recording;
  readonly #round: number;
  #record = 0;
  #call = 0;
  #callMs = 0;

  constructor({ track, round }: Omit<RecordedParts<unknown>, "backend">) {
    this.#track = track;
    this.#round = round;
  }

  /** Notes that an operation is about to be called. Returns whether it is to be recorded. */
  calls(key: PaddedBytes): boolean {
    this.#record = recordOf(key);
    if (!this.#track.keeps(this.#record)) return false;
    this.#callMs = sharedNowMs();
    this.#call = this.#track.tick();
    return true;
  }

  /** Records that it has read this; nothing if the key was absent. */
  read(out: PaddedBytes, isFound: boolean): void {
    if (isFound) this.#returned(READ, roundOf(out), putOf(out), hashKey(out.words, out.length));
    else this.#returned(READ, this.#round, NOTHING, 0);
  }

  wrote(value: PaddedBytes): void {
    this.#returned(WRITE, this.#round, putOf(value), hashKey(value.words, value.length));
  }

  deleted(): void {
    this.#returned(WRITE, this.#round, NOTHING, 0);
  }

  /** Records that a put of this value has failed: it may have taken effect, or may do so later, or never. */
  putFailed(value: PaddedBytes): void {
    this.#failed(putOf(value), hashKey(value.words, value.length));
  }

  /** The same of a delete. */
  deleteFailed(): void {
    this.#failed(NOTHING, 0);
  }

  #returned(kind: number, round: number, value: number, hash: number): void {
    const returned = this.#track.tick();
    this.#track.add(kind, round, this.#record, value, hash, this.#call, returned, this.#callMs, sharedNowMs());
  }

  #failed(value: number, hash: number): void {
    const never = Infinity;
    this.#track.add(WRITE, this.#round, this.#record, value, hash, this.#call, never, this.#callMs, never);
  }
}

/** Records the operations of a synchronous connection. */
export class RecordedBackend {
  readonly #backend: SynchronousOperations;
  readonly #recorder: Recorder;

  constructor(parts: RecordedParts<SynchronousOperations>) {
    this.#backend = parts.backend;
    this.#recorder = new Recorder(parts);
  }

  put(key: PaddedBytes, value: PaddedBytes): void {
    const isRecorded = this.#recorder.calls(key);
    this.#backend.put(key, value);
    if (isRecorded) this.#recorder.wrote(value);
  }

  get(key: PaddedBytes, out: PaddedBytes): boolean {
    const isRecorded = this.#recorder.calls(key);
    const isFound = this.#backend.get(key, out);
    if (isRecorded) this.#recorder.read(out, isFound);
    return isFound;
  }

  delete(key: PaddedBytes): void {
    const isRecorded = this.#recorder.calls(key);
    this.#backend.delete(key);
    if (isRecorded) this.#recorder.deleted();
  }

  /** No part of a history: it reads many keys, at no one moment. */
  scan(key: PaddedBytes, count: number, out: PaddedBytes): number {
    return this.#backend.scan!(key, count, out);
  }
}

/**
 * Records the operations of one lane, which come one after another. A read that has failed tells nothing, and is no
 * part of the history.
 */
export class RecordedLane {
  readonly #backend: AsynchronousOperations;
  readonly #recorder: Recorder;

  constructor(parts: RecordedParts<AsynchronousOperations>) {
    this.#backend = parts.backend;
    this.#recorder = new Recorder(parts);
  }

  async put(key: PaddedBytes, value: PaddedBytes): Promise<void> {
    const isRecorded = this.#recorder.calls(key);
    try {
      await this.#backend.put(key, value);
    } catch (error) {
      if (isRecorded) this.#recorder.putFailed(value);
      throw error;
    }
    if (isRecorded) this.#recorder.wrote(value);
  }

  async get(key: PaddedBytes, out: PaddedBytes): Promise<boolean> {
    const isRecorded = this.#recorder.calls(key);
    const isFound = await this.#backend.get(key, out);
    if (isRecorded) this.#recorder.read(out, isFound);
    return isFound;
  }

  async delete(key: PaddedBytes): Promise<void> {
    const isRecorded = this.#recorder.calls(key);
    try {
      await this.#backend.delete(key);
    } catch (error) {
      if (isRecorded) this.#recorder.deleteFailed();
      throw error;
    }
    if (isRecorded) this.#recorder.deleted();
  }

  /** No part of a history: it reads many keys, at no one moment. */
  scan(key: PaddedBytes, count: number, out: PaddedBytes): Promise<number> {
    return this.#backend.scan!(key, count, out);
  }
}
