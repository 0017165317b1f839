/**
 * A load worker's connection to one primary of a cluster.
 *
 * @module
 */
import { RedisClient } from "./client.ts";
import { ConfirmedPuts } from "./confirmed_puts.ts";

/** A connection to a node, and the puts on it that wait for replicas. */
export class ClusterNode {
  readonly client: RedisClient;
  /** `HOST:PORT`. */
  readonly name: string;
  readonly #confirmed: ConfirmedPuts;
  #isAsking = false;

  /** @param wait replicas that {@linkcode ClusterNode.putAndWait} waits for */
  constructor(client: RedisClient, { name, wait }: { name: string; wait: number }) {
    this.client = client;
    this.name = name;
    this.#confirmed = new ConfirmedPuts(client, wait);
  }

  /** Makes the node accept the next operation although its slot is still migrating to it. */
  ask(): void {
    this.#isAsking = true;
  }

  put(name: string, value: string): Promise<unknown> {
    this.#askFirst();
    return this.client.send(["SET", name, value]);
  }

  putAndWait(name: string, value: string): Promise<unknown> {
    this.#askFirst();
    return this.#confirmed.put(name, value);
  }

  /** The value as bytes, or null. */
  get(name: string): Promise<unknown> {
    this.#askFirst();
    return this.client.sendForBytes(["GET", name]);
  }

  /** A connection's commands run in order, so this one applies to the one after it. */
  #askFirst(): void {
    if (!this.#isAsking) return;
    this.#isAsking = false;
    // If the connection breaks, the operation fails as well.
    this.client.send(["ASKING"]).catch(() => {});
  }
}
