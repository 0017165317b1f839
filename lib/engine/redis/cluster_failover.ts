/**
 * Failovers of a spawned cluster: kills, pauses or cuts off a primary, waits for a replica to take over, and brings the
 * failed node back as a replica.
 *
 * @module
 */
import { EngineError } from "../engine_error.ts";
import type { FailedPrimary, Failover, FaultName, PrimaryFault } from "../failover.ts";
import { beginFault, endFault } from "../server/server_fault.ts";
import { RedisClient } from "./client.ts";
import type { RedisCluster } from "./cluster.ts";
import { delay, until } from "../../sync/delay.ts";
import type { RedisServer } from "./server.ts";
import { slotOf } from "./cluster_nodes.ts";
import { type KnownNode, parseNodes } from "./texts.ts";

/** How long a replica may take to be promoted, in milliseconds; that begins only after the node timeout. */
const PROMOTION_TIMEOUT_MS = 60_000;

/** Makes the primaries fail of a cluster that this process has started. */
export class ClusterFailover implements Failover {
  readonly #cluster: RedisCluster;
  readonly #keyPrefix: string;

  /** @param keyPrefix what every key begins with */
  constructor(cluster: RedisCluster, keyPrefix: string) {
    this.#cluster = cluster;
    this.#keyPrefix = keyPrefix;
  }

  async fail({ choice, fault, lagMs }: PrimaryFault): Promise<FailedPrimary> {
    const [asked] = this.#cluster.servers;
    if (asked === undefined) throw new EngineError(`${fault} a primary of`, "the cluster", "it has no nodes");
    const nodes = await nodesKnownTo(asked);
    const primaries = nodes.filter(({ slots }) => slots.length > 0);
    const failed = primaries[choice % primaries.length];
    if (failed === undefined) throw new EngineError(`${fault} a primary of`, "the cluster", "it has none");
    const primary = this.#serverAt(failed.port);
    const replicas = nodes.filter(({ primaryId }) => primaryId === failed.id).map(({ port }) => this.#serverAt(port));
    if (replicas.length === 0) throw new EngineError(fault, primary.url, "it has no replica that could take over");

    if (lagMs > 0) {
      await holdUp(primary, replicas);
      await delay(lagMs);
    }
    const failedAtMs = await beginFault(fault, primary, this.#cluster);
    if (lagMs > 0) { for (const replica of replicas) await replica.process.signal("CONT"); }
    return {
      failedAtMs,
      had: (key) => hasSlot(failed, slotOf(this.#keyPrefix + key.toString())),
      restore: () => this.#restore(primary, failed, fault),
    };
  }

  async #restore(server: RedisServer, failed: KnownNode, fault: FaultName): Promise<number> {
    const other = this.#cluster.servers.find((candidate) => candidate !== server);
    if (other === undefined) throw new EngineError("restore", server.url, "no other node is there");
    try {
      // On a busy machine a node may be too slow to answer; it is asked again.
      await until(() => hasSuccessor(other, failed).catch(() => false), {
        what: "the promotion of a replica",
        timeoutMs: PROMOTION_TIMEOUT_MS,
      });
    } catch (error) {
      throw new EngineError("replace", server.url, error);
    }
    const promotedAtMs = performance.now();
    await endFault(fault, server, this.#cluster);
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

/** Whether another node serves all the slots that the failed one had. */
async function hasSuccessor(asked: RedisServer, failed: KnownNode): Promise<boolean> {
  const nodes = await nodesKnownTo(asked);
  return failed.slots.every(([first]) => nodes.some((node) => node.id !== failed.id && hasSlot(node, first)));
}

async function nodesKnownTo({ url }: RedisServer): Promise<KnownNode[]> {
  const client = await RedisClient.connect(url);
  try {
    return parseNodes(await client.askText("CLUSTER", "NODES"));
  } finally {
    client.close();
  }
}
