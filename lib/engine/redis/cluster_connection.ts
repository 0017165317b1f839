/**
 * A load worker's connection to a cluster: one to each primary, and a table of which slot belongs to which.
 *
 * @module
 */
import type { PaddedBytes } from "../../store/padded_bytes.ts";
import type { EngineDescription } from "../connection.ts";
import { addressOf } from "../../option/credentials.ts";
import { EngineError } from "../engine_error.ts";
import { type ClusterNode, ClusterNodes, slotOf } from "./cluster_nodes.ts";
import { CommandConnection } from "./connection.ts";
import { describeServer } from "./describe.ts";
import type { RedisTarget } from "./settings.ts";

/** How often an operation follows redirections at most. */
const REDIRECTIONS_MAX = 5;

/** Sends each operation to the primary that owns its key's slot, and follows redirections when the slot has moved. */
export class RedisClusterConnection extends CommandConnection {
  readonly #nodes: ClusterNodes;
  readonly #waitsForReplicas: boolean;

  private constructor(nodes: ClusterNodes, { url, keyPrefix, wait }: RedisTarget) {
    super(addressOf(url), keyPrefix);
    this.#nodes = nodes;
    this.#waitsForReplicas = wait > 0;
  }

  /** @throws {EngineError} when no node can be reached, or the one at the URL is not part of a cluster */
  static async open(target: RedisTarget): Promise<RedisClusterConnection> {
    return new RedisClusterConnection(await ClusterNodes.connect(target), target);
  }

  /** Closes the connection to the key's primary, so that the others are asked whose the key is now. */
  lookElsewhere(key: PaddedBytes): void {
    this.#nodes.readyOwner(slotOf(this.nameOf(key)))?.client.close();
  }

  override async describe(): Promise<EngineDescription> {
    const primaries = await this.#nodes.primaries();
    const [first] = primaries;
    if (first === undefined) throw new EngineError("describe", this.address, "no primary can be reached");
    const { version, settings } = await describeServer(first.client, true);
    return { version, settings: { ...settings, primaries: primaries.length } };
  }

  override close(): void {
    this.#nodes.close();
  }

  protected override write(name: string, command: readonly string[]): Promise<unknown> {
    return this.#atOwner(name, (node) => this.#waitsForReplicas ? node.writeAndWait(command) : node.write(command));
  }

  protected override send(name: string, command: readonly string[]): Promise<unknown> {
    return this.#atOwner(name, (node) => node.write(command));
  }

  protected override read(name: string): Promise<unknown> {
    return this.#atOwner(name, (node) => node.get(name));
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
