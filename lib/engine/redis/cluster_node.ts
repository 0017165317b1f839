/**
 * One primary of a cluster, as a load worker is connected to it.
 *
 * @module
 */
import { RedisClient } from "./client.ts";
import { ConfirmedPuts } from "./confirmed_puts.ts";

/** A connection to a node, and the puts that wait for replicas on it. */
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

  /** Has the next operation done although its slot is still on its way to this node. */
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

  /** Commands of a connection are done in their order, so this one holds for the one after it. */
  #askFirst(): void {
    if (!this.#isAsking) return;
    this.#isAsking = false;
    // Should the connection break, so does that of the operation.
    this.client.send(["ASKING"]).catch(() => {});
  }
}
