/**
 * A load worker's connection to one primary of a cluster.
 *
 * @module
 */
import { RedisClient } from "./client.ts";
import { ConfirmedWrites } from "./confirmed_writes.ts";

/** A connection to a node, and the writes on it that wait for replicas. */
export class ClusterNode {
  readonly client: RedisClient;
  /** `HOST:PORT`. */
  readonly name: string;
  readonly #confirmed: ConfirmedWrites;
  #isAsking = false;

  /** @param wait replicas that {@linkcode ClusterNode.writeAndWait} waits for */
  constructor(client: RedisClient, { name, wait }: { name: string; wait: number }) {
    this.client = client;
    this.name = name;
    this.#confirmed = new ConfirmedWrites(client, wait);
  }

  /** Makes the node accept the next operation although its slot is still migrating to it. */
  ask(): void {
    this.#isAsking = true;
  }

  /** Sends a command that writes. */
  write(command: readonly string[]): Promise<unknown> {
    this.#askFirst();
    return this.client.send(command);
  }

  /** The same, and waits for replicas. */
  writeAndWait(command: readonly string[]): Promise<unknown> {
    this.#askFirst();
    return this.#confirmed.send(command);
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
