/**
 * Failovers of a spawned cluster: kills a primary, waits for a replica to take over, and brings the killed node back as
 * a replica.
 *
 * @module
 */
import { EngineError } from "../engine_error.ts";
import type { Failover, FailoverKill, KilledPrimary } from "../failover.ts";
import { RedisClient } from "./client.ts";
import type { RedisCluster } from "./cluster.ts";
import { delay, until } from "../../sync/delay.ts";
import type { RedisServer } from "./server.ts";
import { slotOf } from "./slot.ts";
import { type KnownNode, parseNodes } from "./texts.ts";

/** How long a replica may take to be promoted, in milliseconds; that begins only after the node timeout. */
const PROMOTION_TIMEOUT_MS = 60_000;

/** Kills the primaries of a cluster that this process has started. */
export class ClusterFailover implements Failover {
  readonly #cluster: RedisCluster;
  readonly #keyPrefix: string;

  /** @param keyPrefix what every key begins with */
  constructor(cluster: RedisCluster, keyPrefix: string) {
    this.#cluster = cluster;
    this.#keyPrefix = keyPrefix;
  }

  async kill({ choice, lagMs }: FailoverKill): Promise<KilledPrimary> {
    const [asked] = this.#cluster.servers;
    if (asked === undefined) throw new EngineError("kill a primary of", "the cluster", "it has no nodes");
    const nodes = await nodesKnownTo(asked);
    const primaries = nodes.filter(({ slots }) => slots.length > 0);
    const killed = primaries[choice % primaries.length];
    if (killed === undefined) throw new EngineError("kill a primary of", "the cluster", "it has none");
    const primary = this.#serverAt(killed.port);
    const replicas = nodes.filter(({ primaryId }) => primaryId === killed.id).map(({ port }) => this.#serverAt(port));
    if (replicas.length === 0) throw new EngineError("kill", primary.url, "it has no replica that could take over");

    if (lagMs > 0) {
      await holdUp(primary, replicas);
      await delay(lagMs);
    }
    const killedAtMs = performance.now();
    await primary.process.kill();
    if (lagMs > 0) { for (const replica of replicas) await replica.process.signal("CONT"); }
    return {
      killedAtMs,
      had: (key) => hasSlot(killed, slotOf(this.#keyPrefix + key.toString())),
      restore: () => this.#restore(primary, killed),
    };
  }

  async #restore(server: RedisServer, killed: KnownNode): Promise<number> {
    const other = this.#cluster.servers.find((candidate) => candidate !== server);
    if (other === undefined) throw new EngineError("restore", server.url, "no other node is there");
    try {
      await until(() => hasSuccessor(other, killed), {
        what: "the promotion of a replica",
        timeoutMs: PROMOTION_TIMEOUT_MS,
      });
    } catch (error) {
      throw new EngineError("replace", server.url, error);
    }
    const promotedAtMs = performance.now();
    await server.restart();
    await this.#cluster.untilWell();
    return promotedAtMs;
  }

  #serverAt(port: number | undefined): RedisServer {
    const server = this.#cluster.servers.find((server) => server.port === port);
    if (server === undefined) {
      throw new EngineError("find", `the node on port ${port}`, "it is not part of this cluster");
    }
    return server;
  }
}

/**
 * Makes the replicas fall behind: stops them, and then cuts their links. Cutting alone would be repaired at once.
 * Stopping alone would lose nothing: what the primary sends meanwhile waits in the system's buffers, and still arrives
 * when the primary has died, unlike data in transit on a slow network.
 */
async function holdUp(primary: RedisServer, replicas: readonly RedisServer[]): Promise<void> {
  for (const replica of replicas) await replica.process.signal("STOP");
  const client = await RedisClient.connect(primary.url);
  try {
    await client.ask("CLIENT", "KILL", "TYPE", "replica");
  } finally {
    client.close();
  }
}

function hasSlot({ slots }: KnownNode, slot: number): boolean {
  return slots.some(([first, last]) => first <= slot && slot <= last);
}

/** Whether another node serves all the slots that the killed one had. */
async function hasSuccessor(asked: RedisServer, killed: KnownNode): Promise<boolean> {
  const nodes = await nodesKnownTo(asked);
  return killed.slots.every(([first]) => nodes.some((node) => node.id !== killed.id && hasSlot(node, first)));
}

async function nodesKnownTo({ url }: RedisServer): Promise<KnownNode[]> {
  const client = await RedisClient.connect(url);
  try {
    return parseNodes(await client.askText("CLUSTER", "NODES"));
  } finally {
    client.close();
  }
}
