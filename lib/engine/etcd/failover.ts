/**
 * Failovers of a spawned cluster: kills, pauses or cuts off its leader, waits for another one, and brings the failed
 * server back.
 *
 * @module
 */
import { delay, until } from "../../sync/delay.ts";
import { EngineError } from "../engine_error.ts";
import type { FailedPrimary, Failover, FaultName, PrimaryFault } from "../failover.ts";
import { beginFault, endFault } from "../server/server_fault.ts";
import type { EtcdCluster } from "./cluster.ts";
import type { EtcdMember } from "./member.ts";

/** How long an election may take, in milliseconds; it begins only after the election timeout. */
const ELECTION_TIMEOUT_MS = 60_000;

/** Makes the leaders fail of a cluster that this process has started. */
export class LeaderFailover implements Failover {
  readonly #cluster: EtcdCluster;

  constructor(cluster: EtcdCluster) {
    this.#cluster = cluster;
  }

  async fail({ fault, lagMs }: PrimaryFault): Promise<FailedPrimary> {
    const { member, id } = await this.#cluster.leader();
    const others = this.#cluster.members.filter((other) => other !== member);
    if (lagMs > 0) {
      for (const other of others) await other.process.signal("STOP");
      await delay(lagMs);
    }
    const failedAtMs = await beginFault(fault, member, this.#cluster);
    if (lagMs > 0) { for (const other of others) await other.process.signal("CONT"); }
    // The leader takes all writes.
    return { failedAtMs, had: () => true, restore: () => this.#restore({ member, id }, { fault, others }) };
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
    await endFault(fault, member, this.#cluster);
    await this.#cluster.untilWell();
    return electedAtMs;
  }
}

/** Whether the servers follow another leader than the one that has failed. */
async function haveElected(members: readonly EtcdMember[], failed: string): Promise<boolean> {
  const leaders = await Promise.all(members.map(async (member) => (await member.status()).leader));
  return leaders.every((leader) => leader !== "0" && leader !== failed);
}
