/**
 * A load worker's connection to a cluster: one to each primary, and a table of which slot belongs to which.
 *
 * @module
 */
import type { PaddedBytes } from "../../store/padded_bytes.ts";
import type { AsynchronousConnection, Batch, EngineDescription } from "../connection.ts";
import { addressOf } from "../../option/credentials.ts";
import { EngineError } from "../engine_error.ts";
import type { ClusterNode } from "./cluster_node.ts";
import { ClusterNodes } from "./cluster_nodes.ts";
import { takeValue } from "./connection.ts";
import { describeServer } from "./describe.ts";
import { PutBatch } from "./put_batch.ts";
import type { RedisTarget } from "./settings.ts";
import { slotOf } from "./slot.ts";

/** How often an operation follows redirections at most. */
const REDIRECTIONS_MAX = 5;

/** Sends each operation to the primary that owns its key's slot, and follows redirections when the slot has moved. */
export class RedisClusterConnection implements AsynchronousConnection {
  readonly kind = "asynchronous";
  readonly waits = [];
  readonly preload: Batch;
  readonly #nodes: ClusterNodes;
  readonly #address: string;
  readonly #keyPrefix: string;
  readonly #wait: number;

  private constructor(nodes: ClusterNodes, { url, keyPrefix, wait }: RedisTarget) {
    this.#nodes = nodes;
    this.#address = addressOf(url);
    this.#keyPrefix = keyPrefix;
    this.#wait = wait;
    this.preload = new PutBatch((key, value) => {
      const name = keyPrefix + key;
      return this.#atOwner(name, (node) => node.write(["SET", name, value]));
    }, this.#address);
  }

  /** @throws {EngineError} when no node can be reached, or the one at the URL is not part of a cluster */
  static async open(target: RedisTarget): Promise<RedisClusterConnection> {
    return new RedisClusterConnection(await ClusterNodes.connect(target), target);
  }

  async put(key: PaddedBytes, value: PaddedBytes): Promise<void> {
    const name = this.#keyPrefix + key.toString();
    try {
      await this.#write(name, ["SET", name, value.toString()]);
    } catch (error) {
      throw new EngineError("put into", this.#address, error);
    }
  }

  async get(key: PaddedBytes, out: PaddedBytes): Promise<boolean> {
    const name = this.#keyPrefix + key.toString();
    try {
      return takeValue(await this.#atOwner(name, (node) => node.get(name)), out);
    } catch (error) {
      throw new EngineError("get from", this.#address, error);
    }
  }

  async delete(key: PaddedBytes): Promise<void> {
    const name = this.#keyPrefix + key.toString();
    try {
      await this.#write(name, ["DEL", name]);
    } catch (error) {
      throw new EngineError("delete from", this.#address, error);
    }
  }

  /** Closes the connection to the key's primary, so that the others are asked whose the key is now. */
  lookElsewhere(key: PaddedBytes): void {
    this.#nodes.readyOwner(slotOf(this.#keyPrefix + key.toString()))?.client.close();
  }

  async describe(): Promise<EngineDescription> {
    const primaries = await this.#nodes.primaries();
    const [first] = primaries;
    if (first === undefined) throw new EngineError("describe", this.#address, "no primary can be reached");
    const { version, settings } = await describeServer(first.client, true);
    return { version, settings: { ...settings, primaries: primaries.length } };
  }

  close(): void {
    this.#nodes.close();
  }

  #write(name: string, command: readonly string[]): Promise<unknown> {
    return this.#atOwner(
      name,
      this.#wait === 0 ? (node) => node.write(command) : (node) => node.writeAndWait(command),
    );
  }

  /** Runs the operation on the primary that owns the key's slot. */
  async #atOwner<T>(name: string, operate: (node: ClusterNode) => Promise<T>): Promise<T> {
    const slot = slotOf(name);
    let node = this.#nodes.readyOwner(slot) ?? await this.#nodes.owner(slot);
    for (let redirections = 0;; redirections++) {
      try {
        return await operate(node);
      } catch (error) {
        const next = await this.#nodes.redirection(error, node);
        if (next === undefined || redirections === REDIRECTIONS_MAX) throw error;
        node = next;
      }
    }
  }
}
