/**
 * Puts the records that must exist before a load, without waiting for each one.
 *
 * @module
 */
import type { PaddedBytes } from "../../store/padded_bytes.ts";
import type { Batch } from "../connection.ts";
import { EngineError } from "../engine_error.ts";

/** Sends records one after another, and waits for their replies at the end of each batch. */
export class PutBatch implements Batch {
  readonly #send: (key: string, value: string) => Promise<unknown>;
  readonly #address: string;
  #replies: Promise<unknown>[] = [];

  /**
   * @param send sends a put, and resolves to its reply
   * @param address the server's, for messages
   */
  constructor(send: (key: string, value: string) => Promise<unknown>, address: string) {
    this.#send = send;
    this.#address = address;
  }

  begin(): void {
    this.#replies = [];
  }

  put(key: PaddedBytes, value: PaddedBytes): void {
    this.#replies.push(this.#send(key.toString(), value.toString()));
  }

  async commit(): Promise<void> {
    try {
      await Promise.all(this.#replies);
    } catch (error) {
      throw new EngineError("put into", this.#address, error);
    }
  }
}
