/**
 * A client of one server, based on the npm package `postgres`.
 *
 * @module
 */
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

/** Where a server is: its URL, which may contain a password, or the path of its socket. */
export type PostgresPlace = { readonly url: string } | { readonly socket: string };

/** The only user of a server that kvlab starts, and the database that it uses. */
export const OWN_USER = "kvlab";
export const OWN_DATABASE = "postgres";

/** Where a load worker's servers are, the one to begin with first. */
export function placesOf({ url, sockets = "" }: PostgresTarget): readonly PostgresPlace[] {
  return url === undefined ? sockets.split(":").map((socket) => ({ socket })) : [{ url }];
}

/** A value that goes with a statement. */
export type Parameter = Uint8Array | string | number;

/** So many connections to a server, each of which has one statement in flight at a time. */
export class PostgresClient {
  /** The server's address without a password, for messages. */
  readonly address: string;
  readonly #place: PostgresPlace;
  readonly #sql: postgres.Sql;

  /**
   * It opens its connections when it needs them.
   *
   * @param isOneOfSeveral whether it is only to be asked while it is the primary. A connection is then closed, before
   * anything is sent, if it was made to a standby, as PostgreSQL's own library does with
   * `target_session_attrs=read-write`; one to the primary stays with it, which becomes a standby by a new start alone
   */
  constructor(place: PostgresPlace, connections: number, isOneOfSeveral = false) {
    this.#place = place;
    this.address = "url" in place ? addressOf(place.url) : place.socket;
    const options = {
      max: connections,
      connect_timeout: CONNECT_TIMEOUT_SEC,
      // A connection is used for as long as it is there.
      idle_timeout: 0,
      max_lifetime: null,
      fetch_types: false,
      onnotice: () => {},
      connection: { application_name: "kvlab" },
      // The package's own read-write takes a standby of version 14 or later for a primary.
      ...(isOneOfSeveral ? { target_session_attrs: "primary" as const, backoff: () => 0 } : {}),
    };
    this.#sql = "url" in place
      ? postgres(place.url, { ...options, ...socketOf(place.url) })
      : postgres({ ...options, path: place.socket, user: OWN_USER, database: OWN_DATABASE });
  }

  /**
   * Opens all connections.
   *
   * @throws {EngineError} when that fails or takes too long
   */
  static async connect(place: PostgresPlace, connections = 1, isOneOfSeveral = false): Promise<PostgresClient> {
    const client = new PostgresClient(place, connections, isOneOfSeveral);
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
    return await this.#sql.unsafe(text, parameters as Parameter[], { prepare: true });
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

  async #within<T>(text: string, answer: Promise<T>): Promise<T> {
    try {
      return await withinTime(answer, ANSWER_TIMEOUT_MS);
    } catch (error) {
      throw this.error(`ask ${text} of`, error);
    }
  }
}

/** The socket of a URL that names its directory in place of a host, as PostgreSQL's own programs take it. */
function socketOf(url: string): { readonly path: string } | undefined {
  const { hostname, port } = new URL(url);
  const directory = decodeURIComponent(hostname);
  return directory.startsWith("/") ? { path: `${directory}/.s.PGSQL.${port || "5432"}` } : undefined;
}
