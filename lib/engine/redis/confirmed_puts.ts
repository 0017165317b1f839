/**
 * Puts that count once replicas have them, using one `WAIT` for many puts.
 *
 * `WAIT` answers how many replicas have everything that its own connection wrote before it. So a put is confirmed by a
 * `WAIT` sent after it on the same connection. The server does nothing else for a connection that waits; so while one
 * `WAIT` is in flight, new puts are gathered, and the next `WAIT` confirms them all, as in a group commit.
 *
 * @module
 */
import type { RedisClient } from "./client.ts";

/** How long replicas may take to receive a put before it fails, in milliseconds. */
export const WAIT_TIMEOUT_MS = 5000;

/** The puts of one connection to one server. */
export class ConfirmedPuts {
  readonly #client: RedisClient;
  readonly #replicas: number;
  /** The latest `WAIT` sent, settled or not. */
  #underWay: Promise<unknown> = Promise.resolve();
  /** The `WAIT` to send when that has ended; it confirms every put sent until then. */
  #next: Promise<void> | undefined;

  /** @param replicas how many must have a put; at least one */
  constructor(client: RedisClient, replicas: number) {
    this.#client = client;
    this.#replicas = replicas;
  }

  /**
   * Puts, and resolves when the replicas have it.
   *
   * @throws {Error} the server's error, or that too few replicas have it; the put may have taken effect all the same
   */
  async put(key: string, value: string): Promise<void> {
    const written = this.#client.send(["SET", key, value]);
    const confirmed = this.#confirm();
    await Promise.all([written, confirmed]);
  }

  #confirm(): Promise<void> {
    this.#next ??= this.#waitAfter(this.#underWay);
    return this.#next;
  }

  async #waitAfter(before: Promise<unknown>): Promise<void> {
    await before.catch(() => {});
    this.#next = undefined;
    const reply = this.#client.send(["WAIT", String(this.#replicas), String(WAIT_TIMEOUT_MS)]);
    this.#underWay = reply;
    const count = await reply;
    if (Number(count) >= this.#replicas) return;
    throw new Error(`${count} of ${this.#replicas} replicas have it after ${WAIT_TIMEOUT_MS} ms`);
  }
}
