/**
 * The primaries of a cluster and the owner of each slot, as reported by the cluster and refreshed when that changes.
 *
 * @module
 */
import calculateSlot from "cluster-key-slot";
import { addressOf } from "../../option/credentials.ts";
import { EngineError } from "../engine_error.ts";
import { RedisClient, urlOfNode } from "./client.ts";
import { ConfirmedWrites } from "./confirmed_writes.ts";

/**
 * The shortest time before the cluster is asked for its slots again, or an unreachable node is retried, in
 * milliseconds.
 */
const RETRY_PERIOD_MS = 50;

/** Where a node listens. */
interface Place {
  readonly host: string;
  readonly port: number;
}

/** Number of slots in a cluster. */
export const SLOT_COUNT = 16_384;

/** The slot of a key: the CRC16 of the key, or of what is in its first pair of braces, modulo the number of slots. */
export function slotOf(key: string): number {
  return calculateSlot(key);
}

/** A load worker's connection to one primary, and the writes on it that wait for replicas. */
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

/** A load worker's connections to the primaries of a cluster. */
export class ClusterNodes {
  readonly #url: string;
  readonly #wait: number;
  /** The connections by node name; one still being made has no node yet. */
  readonly #ready = new Map<string, ClusterNode>();
  readonly #connecting = new Map<string, Promise<ClusterNode>>();
  /** Nodes that could not be reached, why, and when they may be retried. */
  readonly #unreachable = new Map<string, { readonly error: unknown; readonly untilMs: number }>();
  /** Each slot's owner. */
  readonly #owners = new Array<Place | undefined>(SLOT_COUNT).fill(undefined);
  #refreshing: Promise<void> | undefined;
  #refreshedAtMs = -Infinity;

  private constructor(url: string, wait: number) {
    this.#url = url;
    this.#wait = wait;
  }

  /** @throws {EngineError} when the node at the URL cannot be reached, or reports no slots */
  static async connect({ url, wait }: { url: string; wait: number }): Promise<ClusterNodes> {
    const nodes = new ClusterNodes(url, wait);
    const client = await RedisClient.connect(url);
    try {
      nodes.#learn(await client.ask("CLUSTER", "SLOTS"), placeOf(url));
    } finally {
      client.close();
    }
    return nodes;
  }

  /** The connection to the slot's owner if a working one is at hand, which is the normal case between changes. */
  readyOwner(slot: number): ClusterNode | undefined {
    const place = this.#owners[slot];
    if (place === undefined) return undefined;
    const node = this.#ready.get(nameOf(place));
    return node?.client.isReady ? node : undefined;
  }

  /**
   * The connection to the slot's owner.
   *
   * @throws {Error} when the slot has no owner, or the owner cannot be reached; the cluster is then asked again
   */
  async owner(slot: number): Promise<ClusterNode> {
    const place = this.#owners[slot];
    try {
      if (place === undefined) throw new Error(`no node has slot ${slot}`);
      return await this.#nodeAt(place);
    } catch (error) {
      await this.#refresh();
      throw error;
    }
  }

  /**
   * The node that an error redirects to; `undefined` if the error is not a redirection. After an error that may come
   * from a change of the cluster, the cluster is asked again.
   */
  async redirection(error: unknown, asked: ClusterNode): Promise<ClusterNode | undefined> {
    const message = error instanceof Error ? error.message : "";
    const [, kind, slot, host, port] = /^(MOVED|ASK) (\d+) (.*):(\d+)$/.exec(message) ?? [];
    if (kind === undefined) {
      if (!asked.client.isReady || message.startsWith("CLUSTERDOWN")) await this.#refresh();
      return undefined;
    }
    const place = { host: host || placeOf(`redis://${asked.name}`).host, port: Number(port) };
    if (kind === "MOVED") this.#owners[Number(slot)] = place;
    const node = await this.#nodeAt(place);
    if (kind === "ASK") node.ask();
    else void this.#refresh();
    return node;
  }

  /** Connections to all primaries that can be reached. */
  async primaries(): Promise<ClusterNode[]> {
    const places = new Map(this.#owners.flatMap((place) => place === undefined ? [] : [[nameOf(place), place]]));
    const nodes = await Promise.allSettled([...places.values()].map((place) => this.#nodeAt(place)));
    return nodes.flatMap((node) => node.status === "fulfilled" ? [node.value] : []);
  }

  close(): void {
    for (const { client } of this.#ready.values()) client.close();
  }

  async #nodeAt(place: Place): Promise<ClusterNode> {
    const name = nameOf(place);
    const ready = this.#ready.get(name);
    if (ready?.client.isReady) return ready;
    const unreachable = this.#unreachable.get(name);
    if (unreachable !== undefined && performance.now() < unreachable.untilMs) throw unreachable.error;
    let connecting = this.#connecting.get(name);
    if (connecting === undefined) {
      connecting = this.#connect(name, place).finally(() => this.#connecting.delete(name));
      this.#connecting.set(name, connecting);
    }
    return await connecting;
  }

  async #connect(name: string, { host, port }: Place): Promise<ClusterNode> {
    try {
      const client = await RedisClient.connect(urlOfNode(this.#url, host, port));
      const node = new ClusterNode(client, { name, wait: this.#wait });
      this.#ready.set(name, node);
      return node;
    } catch (error) {
      this.#unreachable.set(name, { error, untilMs: performance.now() + RETRY_PERIOD_MS });
      throw error;
    }
  }

  /** Asks the nodes, one after another, until one reports the slots; but not again too soon after the last time. */
  #refresh(): Promise<void> {
    if (this.#refreshing !== undefined) return this.#refreshing;
    if (performance.now() - this.#refreshedAtMs < RETRY_PERIOD_MS) return Promise.resolve();
    this.#refreshing = this.#askForSlots().finally(() => {
      this.#refreshedAtMs = performance.now();
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #askForSlots(): Promise<void> {
    for (const node of this.#ready.values()) {
      if (!node.client.isReady) continue;
      try {
        return this.#learn(await node.client.ask("CLUSTER", "SLOTS"), placeOf(`redis://${node.name}`));
      } catch {
        // It is dead or hangs; another node will know.
      }
    }
  }

  /** Adopts the answer to `CLUSTER SLOTS`: ranges of slots, each with its nodes, primary first. */
  #learn(reply: unknown, asked: Place): void {
    this.#owners.fill(undefined);
    for (const [first, last, [host, port]] of reply as readonly [number, number, [string | null, number]][]) {
      // Without a host, the node that was asked is meant.
      this.#owners.fill({ host: host || asked.host, port }, first, last + 1);
    }
    if (this.#owners.every((place) => place === undefined)) {
      throw new EngineError("use", addressOf(this.#url), "its cluster has no slots assigned");
    }
  }
}

function nameOf({ host, port }: Place): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function placeOf(url: string): Place {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 6379) };
}
