/**
 * A spawned primary with a standby: when the primary fails, kvlab promotes the standby, as whoever watches over a real
 * pair would, and makes the failed server the standby of the other.
 *
 * That a primary is killed is seen at once. One that is stopped or cut off is missed after a while; then the standby is
 * promoted, and a moment later, in which there are two primaries, the first one is ended.
 *
 * @module
 */
import { afterFailure } from "../../sync/clean_up.ts";
import { delay, until } from "../../sync/delay.ts";
import { PersistError } from "../../system/persist_error.ts";
import { EngineError } from "../engine_error.ts";
import type { FailedPrimary, Failover, FaultName, PrimaryFault } from "../failover.ts";
import { PostgresClient } from "./client.ts";
import { newSocketDirectory, PostgresServer, type ServerParts } from "./server.ts";

/** How long a standby may take to be promoted, or to have caught up, in milliseconds. */
const PROMOTION_TIMEOUT_MS = 60_000;
const CATCH_UP_TIMEOUT_MS = 60_000;
/** How long a primary may be stopped or cut off until the standby is promoted, in milliseconds. */
const MISSED_AFTER_MS = 1500;
/** How long such a primary goes on beside the promoted standby, in milliseconds. */
const ENDED_AFTER_MS = 300;
/** How long a standby may take to let go of its primary, in milliseconds. */
const CUT_OFF_TIMEOUT_MS = 10_000;

/** How to start a pair, whose directories are made inside the one given. */
type PairParts = Omit<ServerParts, "socketDirectory" | "standbyOf">;

/** A primary and its standby, which this process has started, and ends. */
export class ReplicatedPair implements Failover {
  readonly #parts: readonly [NodeParts, NodeParts];
  /** In the order of their directories. */
  readonly #servers: [PostgresServer, PostgresServer];
  #primary: 0 | 1 = 0;

  private constructor(parts: readonly [NodeParts, NodeParts], servers: [PostgresServer, PostgresServer]) {
    this.#parts = parts;
    this.#servers = servers;
  }

  /**
   * Starts a primary and then its standby, and waits until that has all of the primary's log.
   *
   * @throws {EngineError} with the reason, when that fails
   * @throws {StoppedError} when told to stop first
   */
  static async start(parts: PairParts): Promise<ReplicatedPair> {
    const nodes = [nodeOf(parts, 0), nodeOf(parts, 1)] as const;
    const primary = await PostgresServer.start(nodes[0]);
    try {
      const standby = await PostgresServer.start({ ...nodes[1], standbyOf: primary.socket });
      const pair = new ReplicatedPair(nodes, [primary, standby]);
      try {
        await pair.#untilCaughtUp();
        return pair;
      } catch (error) {
        await afterFailure(() => standby.end());
        throw error;
      }
    } catch (error) {
      await afterFailure(() => primary.end());
      throw error;
    }
  }

  get servers(): readonly PostgresServer[] {
    return this.#servers;
  }

  async fail({ fault, lagMs }: PrimaryFault): Promise<FailedPrimary> {
    const [primary, standby] = [this.#servers[this.#primary], this.#servers[this.#other]];
    // A standby that is cut off receives nothing anyway.
    const isHeldUp = lagMs > 0 && fault !== "partition";
    if (fault === "partition") await cutOff(standby);
    if (isHeldUp) {
      await standby.process.signal("STOP");
      // What it has been sent is in the system's buffers, and no more follows.
      await inServer(primary, (client) => client.tell("SELECT pg_terminate_backend(pid) FROM pg_stat_replication"));
    }
    await delay(lagMs);
    const failedAtMs = performance.now();
    if (fault === "kill") await primary.process.kill();
    if (fault === "pause") await primary.process.signal("STOP");
    if (isHeldUp) await standby.process.signal("CONT");
    return { failedAtMs, had: () => true, restore: () => this.#restore(fault) };
  }

  /** Ends both; their directories stay. */
  async end(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.end()));
  }

  get #other(): 0 | 1 {
    return this.#primary === 0 ? 1 : 0;
  }

  async #restore(fault: FaultName): Promise<number> {
    const [failed, promoted] = [this.#primary, this.#other];
    const standby = this.#servers[promoted];
    if (fault !== "kill") await delay(MISSED_AFTER_MS);
    try {
      await inServer(standby, (client) => client.tell("SELECT pg_promote(false)"));
      await until(() => isPrimary(standby), { what: "the promotion of the standby", timeoutMs: PROMOTION_TIMEOUT_MS });
    } catch (error) {
      throw new EngineError("replace", this.#servers[failed].socket, error);
    }
    const promotedAtMs = performance.now();
    this.#primary = promoted;
    if (fault === "pause") await this.#servers[failed].process.signal("CONT");
    if (fault !== "kill") await delay(ENDED_AFTER_MS);
    await this.#servers[failed].end();
    this.#servers[failed] = await PostgresServer.start({ ...this.#parts[failed], standbyOf: standby.socket });
    await this.#untilCaughtUp();
    return promotedAtMs;
  }

  /** Resolves when the standby has all that the primary has logged until now. */
  async #untilCaughtUp(): Promise<void> {
    const primary = this.#servers[this.#primary];
    await inServer(primary, async (client) => {
      const [now] = await client.ask("SELECT pg_current_wal_flush_lsn()");
      await until(
        async () => {
          const standbys =
            "SELECT 1 FROM pg_stat_replication WHERE state = 'streaming' AND flush_lsn >= $1::text::pg_lsn";
          return (await client.ask(standbys, [now?.[0] ?? ""])).length > 0;
        },
        { what: "the standby", timeoutMs: CATCH_UP_TIMEOUT_MS },
      );
    });
  }
}

/** How to start one server of a pair, the first time and each time after that. */
type NodeParts = Omit<ServerParts, "standbyOf">;

function nodeOf(parts: PairParts, index: number): NodeParts {
  const directory = `${parts.directory}/node-${index}`;
  try {
    Deno.mkdirSync(directory);
  } catch (error) {
    throw new PersistError("create", directory, error);
  }
  return { ...parts, directory, socketDirectory: newSocketDirectory() };
}

/** Has a standby follow nobody, until it is made anew. */
async function cutOff(standby: PostgresServer): Promise<void> {
  await inServer(standby, async (client) => {
    await client.tell("ALTER SYSTEM SET primary_conninfo = ''");
    await client.tell("SELECT pg_reload_conf()");
    const isAlone = async () => (await client.ask("SELECT 1 FROM pg_stat_wal_receiver")).length === 0;
    await until(isAlone, { what: "the standby to follow nobody", timeoutMs: CUT_OFF_TIMEOUT_MS });
  });
}

async function isPrimary(server: PostgresServer): Promise<boolean> {
  const [row] = await inServer(server, (client) => client.ask("SELECT pg_is_in_recovery()"));
  return row?.[0] === "f";
}

/** Does something with a connection to a server. */
export async function inServer<T>(server: PostgresServer, act: (client: PostgresClient) => Promise<T>): Promise<T> {
  const client = await PostgresClient.connect({ socket: server.socket });
  try {
    return await act(client);
  } finally {
    await client.close();
  }
}
