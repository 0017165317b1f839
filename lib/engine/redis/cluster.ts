/**
 * A spawned cluster: starts its nodes on loopback ports, assigns the slots, and waits until the replicas are in sync.
 *
 * @module
 */
import { PersistError } from "../../system/persist_error.ts";
import { thenCleanUp } from "../../sync/clean_up.ts";
import { EngineError } from "../engine_error.ts";
import { RedisClient } from "./client.ts";
import { type Polling, StoppedError, until } from "../../sync/delay.ts";
import { RedisServer, type ServerParts } from "./server.ts";
import { ServerNetwork } from "../server/network.ts";
import { SLOT_COUNT } from "./cluster_nodes.ts";
import { parseInfo, parseNodes } from "./texts.ts";

/** How to start a cluster; its nodes' directories are made inside that of the server parts. */
interface ClusterParts extends ServerParts {
  readonly primaries: number;
  /** For each primary. */
  readonly replicas: number;
  /** How long a node may go without answering before the others consider it dead, in milliseconds. */
  readonly nodeTimeoutMs: number;
  /** Whether nodes can be cut off from each other: each is in a network of its own then. */
  readonly canBeCutOff: boolean;
}

/** How long the nodes may take to agree that the cluster is healthy, in milliseconds. */
const AGREE_TIMEOUT_MS = 60_000;

/** A node, and its initial role. */
interface Node {
  readonly server: RedisServer;
  readonly client: RedisClient;
  /** The node's own id. */
  readonly id: string;
}

/** A cluster that this process has started, and ends. */
export class RedisCluster {
  /** All nodes. Which of them are primaries changes with every failover. */
  readonly servers: readonly RedisServer[];

  readonly #replicas: number;
  readonly #network: ServerNetwork | undefined;

  private constructor(
    servers: readonly RedisServer[],
    { replicas, network }: { readonly replicas: number; readonly network: ServerNetwork | undefined },
  ) {
    this.servers = servers;
    this.#replicas = replicas;
    this.#network = network;
  }

  /**
   * Starts a cluster, and waits until all slots are served and every replica has finished its first copy; a replica
   * that has not is never promoted.
   *
   * @throws {EngineError} with the reason, when that fails
   */
  static async start(parts: ClusterParts): Promise<RedisCluster> {
    const count = parts.primaries * (1 + parts.replicas);
    const network = parts.canBeCutOff ? await ServerNetwork.create(count) : undefined;
    const starts = Array.from({ length: count }, (_, i) => startNode(parts, i, network));
    const settled = await Promise.allSettled(starts);
    const servers = settled.flatMap((start) => start.status === "fulfilled" ? [start.value] : []);
    const nodes: Node[] = [];
    try {
      for (const start of settled) if (start.status === "rejected") throw start.reason;
      for (const server of servers) {
        const client = await RedisClient.connect(server.url);
        nodes.push({ server, client, id: await client.askText("CLUSTER", "MYID") });
      }
      await join(nodes, parts);
      return new RedisCluster(servers, { replicas: parts.primaries * parts.replicas, network });
    } catch (error) {
      await Promise.all(servers.map((server) => server.end()));
      await network?.close();
      if (error instanceof EngineError || error instanceof StoppedError) throw error;
      throw new EngineError("start", "a cluster", error);
    } finally {
      for (const { client } of nodes) client.close();
    }
  }

  /** Where a client can start: any node knows the others. */
  get url(): string {
    const [server] = this.servers;
    if (server === undefined) throw new Error("Cannot have a cluster without nodes");
    return server.url;
  }

  /**
   * Resolves when all slots are served and every replica is in sync with its primary.
   *
   * @throws {EngineError} when that takes too long
   */
  async untilWell(): Promise<void> {
    const clients: RedisClient[] = [];
    try {
      for (const server of this.servers) clients.push(await RedisClient.connect(server.url));
      await untilAll(clients, { what: "the cluster to be healthy" }, (client) => isWell(client, this.#replicas));
      await until(
        async () => {
          const links = await Promise.all(clients.map(linkStatus));
          return links.filter((status) => status === "up").length === this.#replicas;
        },
        { what: "the replicas' copies", timeoutMs: AGREE_TIMEOUT_MS },
      );
    } catch (error) {
      throw error instanceof EngineError ? error : new EngineError("restore", "the cluster", error);
    } finally {
      for (const client of clients) client.close();
    }
  }

  /**
   * Cuts a node off from all others, though not from its clients, in a cluster whose nodes can be.
   *
   * @throws {EngineError} when that fails
   */
  async cutOff(server: RedisServer): Promise<void> {
    await this.#network?.cutOff(this.servers.indexOf(server));
  }

  /** Undoes {@linkcode RedisCluster.cutOff}. */
  async rejoin(server: RedisServer): Promise<void> {
    await this.#network?.rejoin(this.servers.indexOf(server));
  }

  /** Kills all nodes; their directories stay. */
  async end(): Promise<void> {
    await thenCleanUp(
      async () => void await Promise.all(this.servers.map((server) => server.end())),
      () => this.#network?.close(),
    );
  }
}

function startNode(parts: ClusterParts, index: number, network: ServerNetwork | undefined): Promise<RedisServer> {
  const directory = `${parts.directory}/node-${index}`;
  try {
    Deno.mkdirSync(directory);
  } catch (error) {
    throw new PersistError("create", directory, error);
  }
  return RedisServer.start({
    ...parts,
    directory,
    place: network && { address: network.address(index), entering: network.entering(index) },
    args: [
      "--cluster-enabled",
      "yes",
      "--cluster-config-file",
      "nodes.conf",
      "--cluster-node-timeout",
      String(parts.nodeTimeoutMs),
      // A replica's first copy starts at once, instead of after five seconds.
      "--repl-diskless-sync-delay",
      "0",
      ...parts.args,
    ],
  });
}

/** Joins nodes that do not know each other into a cluster, primaries first. */
async function join(nodes: readonly Node[], { primaries, replicas, stop }: ClusterParts): Promise<void> {
  const [first, ...others] = nodes;
  if (first === undefined) return;
  for (const [index, { client }] of nodes.entries()) {
    // Different from the start; otherwise nodes with equal epochs would first have to settle which of them counts.
    await client.ask("CLUSTER", "SET-CONFIG-EPOCH", String(index + 1));
    if (index < primaries) await client.ask("CLUSTER", "ADDSLOTS", ...slotsOf(index, primaries));
  }
  for (const { server } of others) await first.client.ask("CLUSTER", "MEET", server.host, String(server.port));
  const clients = nodes.map(({ client }) => client);
  await untilAll(clients, { what: "the nodes to know each other", stop }, async (client) => {
    return (await clusterInfo(client)).get("cluster_known_nodes") === String(nodes.length);
  });
  for (const [index, client] of clients.entries()) {
    const primary = nodes[Math.floor((index - primaries) / Math.max(1, replicas))];
    if (index >= primaries && primary !== undefined) await replicate(client, primary.id, stop);
  }
  await untilAll(
    clients,
    { what: "the cluster to be healthy", stop },
    (client) => isWell(client, primaries * replicas),
  );
  await untilAll(clients.slice(primaries), { what: "the replicas' first copy", stop }, async (client) => {
    return await linkStatus(client) === "up";
  });
}

/** Makes a node the replica of another; the primary's id may not have reached it yet. */
async function replicate(client: RedisClient, primaryId: string, stop: AbortSignal | undefined): Promise<void> {
  await until(
    async () => {
      const known = await client.askText("CLUSTER", "NODES");
      return known.split("\n").some((line) => line.startsWith(primaryId) && !line.includes("handshake"));
    },
    { what: "the primary's id", timeoutMs: AGREE_TIMEOUT_MS, stop },
  );
  await client.ask("CLUSTER", "REPLICATE", primaryId);
}

/** An equal share of the slots for each primary. */
function slotsOf(index: number, primaries: number): string[] {
  const first = Math.floor(index * SLOT_COUNT / primaries);
  const end = Math.floor((index + 1) * SLOT_COUNT / primaries);
  return Array.from({ length: end - first }, (_, i) => String(first + i));
}

async function untilAll(
  clients: readonly RedisClient[],
  { what, stop }: Pick<Polling, "what" | "stop">,
  condition: (client: RedisClient) => Promise<boolean>,
): Promise<void> {
  for (const client of clients) await until(() => condition(client), { what, timeoutMs: AGREE_TIMEOUT_MS, stop });
}

/** Whether the cluster is healthy as far as the node knows: the slots are served, and all replicas are present. */
async function isWell(client: RedisClient, replicas: number): Promise<boolean> {
  if ((await clusterInfo(client)).get("cluster_state") !== "ok") return false;
  const nodes = parseNodes(await client.askText("CLUSTER", "NODES"));
  return nodes.filter(({ isReplica, isFailing }) => isReplica && !isFailing).length === replicas;
}

/** Whether a replica is in sync with its primary: `up`, or not; `undefined` for a primary. */
async function linkStatus(client: RedisClient): Promise<string | undefined> {
  return parseInfo(await client.askText("INFO", "replication")).get("master_link_status");
}

async function clusterInfo(client: RedisClient): Promise<ReadonlyMap<string, string>> {
  return parseInfo(await client.askText("CLUSTER", "INFO"));
}
