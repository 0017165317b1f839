/**
 * A client of one server: so many sessions, each of which runs one statement at a time. And what a server says of
 * itself to a client: its version and its settings.
 *
 * @module
 */
import { userInfo } from "node:os";
import { addressOf } from "../../option/credentials.ts";
import { withinTime } from "../../sync/delay.ts";
import type { EngineDescription } from "../connection.ts";
import { EngineError } from "../engine_error.ts";
import { clientReason } from "../server/client_texts.ts";
import type { PostgresPlace } from "./byte_stream.ts";
import type { Parameter, Row } from "./messages.ts";
import { type Login, Session, type ValueFormat } from "./session.ts";
import type { PostgresTarget } from "./settings.ts";

/** How long an answer to a question about the server itself may take, in milliseconds. */
const ANSWER_TIMEOUT_MS = 5000;

/** The only user of a server that kvlab starts, and the database that it uses. */
export const OWN_USER = "kvlab";
const OWN_DATABASE = "postgres";

/** Where a load worker's servers are, the one to begin with first. */
export function placesOf({ url, sockets = "" }: PostgresTarget): readonly PostgresPlace[] {
  return url === undefined ? sockets.split(":").map((socket) => ({ socket })) : [{ url }];
}

/** A row of texts; that of NULL is empty. */
type TextRow = readonly string[];

const DECODER = new TextDecoder();

/** Room for so many sessions with a server, each of which begins when it is needed, and anew when it has failed. */
export class PostgresClient {
  /** The server's address without a password, for messages. */
  readonly address: string;
  readonly #place: PostgresPlace;
  readonly #login: Login;
  readonly #isOneOfSeveral: boolean;
  /** Those that run nothing; room for others. */
  readonly #free: (Session | undefined)[];
  /** All that have begun. */
  readonly #begun = new Set<Session>();
  /** Called, in order, as there is room again. */
  readonly #waiting: ((session: Session | undefined) => void)[] = [];
  #isClosed = false;

  /**
   * @param isOneOfSeveral whether it is only to be asked while it is the primary. A session is then ended, before
   * anything else is sent, if it is one with a standby, as PostgreSQL's own library does with
   * `target_session_attrs=read-write`; one with the primary stays with it, which becomes a standby by a new start alone
   */
  constructor(place: PostgresPlace, sessions: number, isOneOfSeveral = false) {
    this.#place = place;
    this.#isOneOfSeveral = isOneOfSeveral;
    this.address = "url" in place ? addressOf(place.url) : place.socket;
    this.#login = loginOf(place);
    this.#free = Array(sessions).fill(undefined);
  }

  /**
   * Begins all sessions.
   *
   * @throws {EngineError} when that fails or takes too long
   */
  static async connect(place: PostgresPlace, sessions = 1, isOneOfSeveral = false): Promise<PostgresClient> {
    const client = new PostgresClient(place, sessions, isOneOfSeveral);
    try {
      // As many at once as there is room for need all of it.
      await Promise.all(Array.from({ length: sessions }, () => client.send("SELECT")));
    } catch (error) {
      await client.close();
      throw client.error("connect to", error);
    }
    return client;
  }

  /** Runs a statement, which the server has to parse only once; rejects with the server's own error. */
  async send(text: string, parameters: readonly Parameter[] = [], format: ValueFormat = "binary"): Promise<Row[]> {
    let session = this.#free.length > 0
      ? this.#free.pop()
      : await new Promise<Session | undefined>((resolve) => this.#waiting.push(resolve));
    try {
      if (session === undefined || session.isOver) session = await this.#begin();
      return await session.run(text, parameters, format);
    } finally {
      if (session?.isOver) this.#begun.delete(session);
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(session);
      else next(session);
    }
  }

  /**
   * Asks about the server itself, with a time limit, since a stopped server never answers.
   *
   * @throws {EngineError} when there is no answer, or an error
   */
  async ask(text: string, parameters: readonly Parameter[] = []): Promise<readonly TextRow[]> {
    try {
      const rows = await withinTime(this.send(text, parameters, "text"), ANSWER_TIMEOUT_MS);
      return rows.map((row) => row.map((value) => DECODER.decode(value)));
    } catch (error) {
      throw this.error(`ask ${text} of`, error);
    }
  }

  /**
   * Has the server do something, however long it takes.
   *
   * @throws {EngineError} when it refuses
   */
  async tell(text: string): Promise<void> {
    try {
      await this.send(text);
    } catch (error) {
      throw this.error(`tell ${text} to`, error);
    }
  }

  /** Ends the sessions; whatever is in flight fails. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(Array.from(this.#begun, (session) => session.close()));
  }

  error(action: string, error: unknown): EngineError {
    const { url } = { url: undefined, ...this.#place };
    return new EngineError(action, this.address, clientReason(error, url));
  }

  async #begin(): Promise<Session> {
    if (this.#isClosed) throw new Error("the connection has been closed");
    const session = await Session.open(this.#place, this.#login);
    this.#begun.add(session);
    try {
      if (this.#isOneOfSeveral && !await isWithPrimary(session)) {
        throw new Error("it is a standby, must be the primary");
      }
      // It may have been closed in the meantime.
      if (this.#isClosed) throw new Error("the connection has been closed");
      return session;
    } catch (error) {
      this.#begun.delete(session);
      await session.close();
      throw error;
    }
  }
}

async function isWithPrimary(session: Session): Promise<boolean> {
  const [row] = await session.run("SELECT pg_is_in_recovery()", [], "text");
  return DECODER.decode(row?.[0]) === "f";
}

/** Who connects, to which database: what a URL leaves out is as PostgreSQL's own programs take it. */
function loginOf(place: PostgresPlace): Login {
  if (!("url" in place)) return { user: OWN_USER, password: "", database: OWN_DATABASE };
  const { username, password, pathname } = new URL(place.url);
  const user = decodeURIComponent(username) || userInfo().username;
  return {
    user,
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)) || user,
  };
}

/** The settings that determine what the server may lose and how fast it is. */
const SETTINGS = [
  "synchronous_commit",
  "fsync",
  "full_page_writes",
  "synchronous_standby_names",
  "wal_level",
  "wal_sync_method",
  "wal_writer_delay",
  "commit_delay",
  "data_checksums",
  "shared_buffers",
  "max_wal_size",
  "checkpoint_timeout",
  "max_connections",
] as const;

/** Reads back the version and the settings, as the session has them. */
export async function describeServer(client: PostgresClient): Promise<EngineDescription> {
  const settings: Record<string, string> = {};
  for (const name of SETTINGS) settings[name] = await show(client, name);
  return { version: await show(client, "server_version"), settings };
}

/** A setting's value as `SHOW` gives it, with its unit. */
export async function show(client: PostgresClient, name: string): Promise<string> {
  const [row] = await client.ask(`SHOW ${name}`);
  return row?.[0] ?? "";
}
