/**
 * A spawned cluster, which may be one server: starts its servers, tells which of them leads, and makes that one fail:
 * kills, pauses or cuts it off, waits for another leader, and brings the failed server back.
 *
 * @module
 */
import { thenCleanUp } from "../../sync/clean_up.ts";
import { delay, until } from "../../sync/delay.ts";
import { PersistError } from "../../system/persist_error.ts";
import { EngineError } from "../engine_error.ts";
import type { FailedPrimary, Failover, FaultName, PrimaryFault } from "../failover.ts";
import { ServerNetwork } from "../server/network.ts";
import { freePort } from "../server/ports.ts";
import { beginFault, endFault } from "../server/server_fault.ts";
import { DATA_NAME, EtcdMember, type MemberParts, type MemberPlace, PortTakenError } from "./member.ts";

/** How to start a cluster; the directories of several servers are made inside the one given. */
interface ClusterParts extends Pick<MemberParts, "program" | "directory" | "temporary" | "args" | "stop"> {
  readonly members: number;
  /** Whether servers can be cut off from each other: each is in a network of its own then. */
  readonly canBeCutOff: boolean;
}

/** Another process may take a port between the check that it is free and the server's start. */
const PORT_TRIES = 10;
/** How long the servers may take to agree, in milliseconds. */
const AGREE_TIMEOUT_MS = 60_000;
/** How long an election may take, in milliseconds; it begins only after the election timeout. */
const ELECTION_TIMEOUT_MS = 60_000;

/** Servers that this process has started, and ends. */
export class EtcdCluster implements Failover {
  readonly members: readonly EtcdMember[];
  readonly #network: ServerNetwork | undefined;

  private constructor(members: readonly EtcdMember[], network: ServerNetwork | undefined) {
    this.members = members;
    this.#network = network;
  }

  /**
   * Starts a cluster, and waits until all of its servers know a leader; on other ports if somebody else has one of
   * them.
   *
   * @throws {EngineError} with the reason, when that fails
   * @throws {StoppedError} when told to stop first
   */
  static async start(parts: ClusterParts): Promise<EtcdCluster> {
    const network = parts.canBeCutOff ? await ServerNetwork.create(parts.members) : undefined;
    try {
      for (let tries = 1;; tries++) {
        try {
          const cluster = new EtcdCluster(await startMembers(parts, network), network);
          await cluster.untilWell();
          return cluster;
        } catch (error) {
          if (!(error instanceof PortTakenError) || tries === PORT_TRIES) throw error;
        }
      }
    } catch (error) {
      await network?.close();
      throw error;
    }
  }

  /**
   * The server that leads, with its id.
   *
   * @throws {EngineError} when none does
   */
  async leader(): Promise<{ readonly member: EtcdMember; readonly id: string }> {
    for (const member of this.members) {
      const { id, leader } = await member.status();
      if (id === leader) return { member, id };
    }
    throw new EngineError("find", "the cluster's leader", "it has none");
  }

  /**
   * Resolves when all servers follow the same leader, and have all that it had.
   *
   * @throws {EngineError} when that takes too long
   */
  async untilWell(): Promise<void> {
    try {
      await until(() => this.#isWell(), { what: "the cluster to be healthy", timeoutMs: AGREE_TIMEOUT_MS });
    } catch (error) {
      throw error instanceof EngineError ? error : new EngineError("restore", "the cluster", error);
    }
  }

  /** Cuts a server off from all others, though not from its clients, in a cluster whose servers can be. */
  async cutOff(member: EtcdMember): Promise<void> {
    await this.#network?.cutOff(this.members.indexOf(member));
  }

  /** Undoes {@linkcode EtcdCluster.cutOff}. */
  async rejoin(member: EtcdMember): Promise<void> {
    await this.#network?.rejoin(this.members.indexOf(member));
  }

  async fail({ fault, lagMs }: PrimaryFault): Promise<FailedPrimary> {
    const { member, id } = await this.leader();
    const others = this.members.filter((other) => other !== member);
    if (lagMs > 0) {
      for (const other of others) await other.process.signal("STOP");
      await delay(lagMs);
    }
    const failedAtMs = await beginFault(fault, member, this);
    if (lagMs > 0) { for (const other of others) await other.process.signal("CONT"); }
    // The leader takes all writes.
    return { failedAtMs, had: () => true, restore: () => this.#restore({ member, id }, { fault, others }) };
  }

  /** Kills all servers; their directories stay. */
  async end(): Promise<void> {
    await thenCleanUp(
      async () => void await Promise.all(this.members.map((member) => member.end())),
      () => this.#network?.close(),
    );
  }

  async #restore(
    { member, id }: { readonly member: EtcdMember; readonly id: string },
    { fault, others }: { readonly fault: FaultName; readonly others: readonly EtcdMember[] },
  ): Promise<number> {
    try {
      const what = "the election of another leader";
      await until(() => haveElected(others, id), { what, timeoutMs: ELECTION_TIMEOUT_MS });
    } catch (error) {
      throw new EngineError("replace", member.url, error);
    }
    const electedAtMs = performance.now();
    await endFault(fault, member, this);
    await this.untilWell();
    return electedAtMs;
  }

  async #isWell(): Promise<boolean> {
    const [first, ...others] = await Promise.all(this.members.map((member) => member.status()));
    if (first === undefined || first.leader === "0") return false;
    if (others.some(({ leader }) => leader !== first.leader)) return false;
    const all = [first, ...others];
    const leading = all.find(({ id }) => id === first.leader);
    if (leading === undefined) return false;
    // Whoever has got that far is not behind, even if the leader goes on.
    const now = await Promise.all(this.members.map((member) => member.status()));
    return now.every(({ applied }) => applied >= leading.applied);
  }
}

/** Starts all servers at once, since none of several has a leader before most of them are there. */
async function startMembers(parts: ClusterParts, network: ServerNetwork | undefined): Promise<EtcdMember[]> {
  const cluster = Array.from({ length: parts.members }, (_, index) => choosePlace(index, network));
  const starts = cluster.map((place, index) => {
    const directory = parts.members === 1 ? parts.directory : emptyDirectory(`${parts.directory}/node-${index}`);
    return EtcdMember.start({ ...parts, directory, place, cluster });
  });
  const settled = await Promise.allSettled(starts);
  const failed = settled.find((start) => start.status === "rejected");
  const members = settled.flatMap((start) => start.status === "fulfilled" ? [start.value] : []);
  if (failed === undefined) return members;
  await Promise.all(members.map((member) => member.end()));
  throw failed.reason;
}

function choosePlace(index: number, network: ServerNetwork | undefined): MemberPlace {
  return {
    // Servers of other runs, on ports that were taken in between, have other names.
    name: `kvlab-${crypto.randomUUID().slice(0, 8)}`,
    host: network?.address(index) ?? "127.0.0.1",
    clientPort: freePort(),
    peerPort: freePort(),
    entering: network?.entering(index),
  };
}

/** The data of an earlier try knows the ports of that one. */
function emptyDirectory(path: string): string {
  try {
    Deno.mkdirSync(path, { recursive: true });
    for (const { name } of Deno.readDirSync(path)) {
      if (name === DATA_NAME) Deno.removeSync(`${path}/${name}`, { recursive: true });
    }
    return path;
  } catch (error) {
    throw new PersistError("empty", path, error);
  }
}

/** Whether the servers follow another leader than the one that has failed. */
async function haveElected(members: readonly EtcdMember[], failed: string): Promise<boolean> {
  const leaders = await Promise.all(members.map(async (member) => (await member.status()).leader));
  return leaders.every((leader) => leader !== "0" && leader !== failed);
}
