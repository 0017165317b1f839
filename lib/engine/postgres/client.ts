/**
 * A client, based on the npm package `postgres`, of one server, or of several of which one is the primary.
 *
 * With several it does what PostgreSQL's own library does with `target_session_attrs=read-write`: each connection is
 * made to a server that is the primary then, and stays with it until it breaks; one that was made to another server is
 * closed before anything is asked of it. So a standby answers nothing until it has been promoted, nor does a primary
 * that has become a standby, since it had to be started again for that. Nothing is ever sent twice: a write that has
 * failed may have taken effect.
 *
 * @module
 */
import { connect } from "node:net";
import postgres from "postgres";
import { addressOf } from "../../option/credentials.ts";
import { withinTime } from "../../sync/delay.ts";
import { EngineError } from "../engine_error.ts";
import { clientReason } from "../server/client_error.ts";
import type { PostgresTarget } from "./settings.ts";

/** How long a connection may take, in seconds. */
const CONNECT_TIMEOUT_SEC = 5;
/** How long an answer to a question about the server itself may take, in milliseconds. */
const ANSWER_TIMEOUT_MS = 5000;

/** Where a server is: its URL, which may contain a password, or the path of its socket; of several, divided by colons. */
export type PostgresPlace = { readonly url: string } | { readonly socket: string };

/** The only user of a server that kvlab starts, and the database that it uses. */
export const OWN_USER = "kvlab";
export const OWN_DATABASE = "postgres";

/** Where a load worker's servers are. */
export function placeOf({ url, sockets = "" }: PostgresTarget): PostgresPlace {
  return url === undefined ? { socket: sockets } : { url };
}

/** A value that goes with a statement. */
export type Parameter = Uint8Array | string | number;

/** So many connections to a server, or to the primary of several; each has one statement in flight at a time. */
export class PostgresClient {
  /** The servers' addresses without a password, for messages. */
  readonly address: string;
  readonly #place: PostgresPlace;
  readonly #connections: number;
  #sql: postgres.Sql;
  /** Which of several servers the next connection is made to, and since when, in milliseconds of `performance.now()`. */
  #at = 0;
  #turnedAtMs = -Infinity;

  /** It opens its connections when it needs them. */
  constructor(place: PostgresPlace, connections: number) {
    this.#place = place;
    this.#connections = connections;
    this.address = "url" in place ? addressOf(place.url) : socketsOf(place).join(", ");
    this.#sql = this.#newSql();
  }

  /**
   * Opens all connections.
   *
   * @throws {EngineError} when that fails or takes too long
   */
  static async connect(place: PostgresPlace, connections = 1): Promise<PostgresClient> {
    const client = new PostgresClient(place, connections);
    try {
      // As many at once as there are connections need all of them.
      await Promise.all(Array.from({ length: connections }, () => client.send("SELECT pg_sleep(0)")));
    } catch (error) {
      await client.close();
      throw client.error("connect to", error);
    }
    return client;
  }

  /** Runs a statement, which the server has to parse only once; rejects with the server's own error. */
  async send(text: string, parameters: readonly Parameter[] = []): Promise<readonly postgres.Row[]> {
    const at = this.#at;
    try {
      return await this.#sql.unsafe(text, parameters as Parameter[], { prepare: true });
    } catch (error) {
      this.#turnFrom(at);
      throw error;
    }
  }

  /**
   * Gives all connections up, which have not answered since then, and makes others, to the next server first; unless it
   * has turned to another one meanwhile.
   *
   * @param begunAtMs in milliseconds of `performance.now()`
   */
  lookElsewhere(begunAtMs: number): void {
    if (this.#turnedAtMs > begunAtMs) return;
    this.#turnFrom(this.#at);
    void this.close();
    this.#sql = this.#newSql();
  }

  /**
   * Asks about the server itself, with a time limit, since a stopped server never answers.
   *
   * @throws {EngineError} when there is no answer, or an error
   */
  async ask(text: string, parameters: readonly Parameter[] = []): Promise<readonly postgres.Row[]> {
    return await this.#within(text, this.send(text, parameters));
  }

  /**
   * Has the server do what cannot be prepared, however long it takes.
   *
   * @throws {EngineError} when it refuses
   */
  async tell(text: string): Promise<void> {
    try {
      await this.#sql.unsafe(text);
    } catch (error) {
      throw this.error(`tell ${text} to`, error);
    }
  }

  /** Closes the connections; whatever is in flight fails. */
  async close(): Promise<void> {
    await this.#sql.end({ timeout: 0 });
  }

  error(action: string, error: unknown): EngineError {
    return new EngineError(
      action,
      this.address,
      clientReason(error, "url" in this.#place ? this.#place.url : undefined),
    );
  }

  #newSql(): postgres.Sql {
    const place = this.#place;
    const options = {
      max: this.#connections,
      connect_timeout: CONNECT_TIMEOUT_SEC,
      // A connection is used for as long as it is there.
      idle_timeout: 0,
      max_lifetime: null,
      fetch_types: false,
      onnotice: () => {},
      connection: { application_name: "kvlab" },
    };
    if ("url" in place) return postgres(place.url, { ...options, ...socketOf(place.url) });
    const own = { ...options, user: OWN_USER, database: OWN_DATABASE };
    const sockets = socketsOf(place);
    if (sockets.length === 1) return postgres({ ...own, path: place.socket });
    const several = {
      ...own,
      backoff: () => 0,
      // Its read-write takes a standby of version 14 or later for a primary.
      target_session_attrs: "primary" as const,
      socket: () => connect({ path: sockets[this.#at % sockets.length] ?? "" }),
    };
    return postgres(several);
  }

  /** Makes the next connections to the next server, unless another operation has turned to it already. */
  #turnFrom(at: number): void {
    if (this.#at !== at) return;
    this.#at++;
    this.#turnedAtMs = performance.now();
  }

  async #within<T>(text: string, answer: Promise<T>): Promise<T> {
    try {
      return await withinTime(answer, ANSWER_TIMEOUT_MS);
    } catch (error) {
      throw this.error(`ask ${text} of`, error);
    }
  }
}

function socketsOf({ socket }: { readonly socket: string }): string[] {
  return socket.split(":");
}

/** The socket of a URL that names its directory in place of a host, as PostgreSQL's own programs take it. */
function socketOf(url: string): { readonly path: string } | undefined {
  const { hostname, port } = new URL(url);
  const directory = decodeURIComponent(hostname);
  return directory.startsWith("/") ? { path: `${directory}/.s.PGSQL.${port || "5432"}` } : undefined;
}
