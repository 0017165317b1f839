/**
 * Puts and deletes that count once replicas have them, using one `WAIT` for many of them.
 *
 * `WAIT` answers how many replicas have everything that the server had written when it last ran a command of the same
 * connection (`c->woff` in its `processCommand`): so, too, the delete by another connection because of which this one's
 * found nothing to remove. So a write is confirmed by a `WAIT` sent after it on the same connection. The server does
 * nothing else for a connection that waits; so while one `WAIT` is in flight, new writes are gathered, and the next
 * `WAIT` confirms them all, as in a group commit.
 *
 * @module
 */
import type { RedisClient } from "./client.ts";

/** How long replicas may take to receive a write before it fails, in milliseconds. */
const WAIT_TIMEOUT_MS = 5000;

/** The writes of one connection to one server. */
export class ConfirmedWrites {
  readonly #client: RedisClient;
  readonly #replicas: number;
  /** The latest `WAIT` sent, settled or not. */
  #underWay: Promise<unknown> = Promise.resolve();
  /** The `WAIT` to send when that has ended; it confirms every write sent until then. */
  #next: Promise<void> | undefined;

  /** @param replicas how many must have a write; at least one */
  constructor(client: RedisClient, replicas: number) {
    this.#client = client;
    this.#replicas = replicas;
  }

  /**
   * Sends a command that writes, and resolves when the replicas have what it did.
   *
   * @throws {Error} the server's error, or that too few replicas have it; it may have taken effect all the same
   */
  async send(command: readonly string[]): Promise<void> {
    const written = this.#client.send(command);
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
