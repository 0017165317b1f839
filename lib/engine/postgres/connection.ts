/**
 * A load worker's connection to a server, which is as many connections of PostgreSQL's as operations are in flight: on
 * each of them, a commit has to wait for the one before.
 *
 * @module
 */
import type { PaddedBytes } from "../../store/padded_bytes.ts";
import { contentOf, copyBytes } from "../byte_view.ts";
import type { AsynchronousConnection, Batch, EngineDescription } from "../connection.ts";
import { describeServer, placesOf, PostgresClient } from "./client.ts";
import { MessageWriter, type Parameter, type Row } from "./messages.ts";
import type { PostgresTarget } from "./settings.ts";

/** A connection on which each put is a transaction. */
export class PostgresConnection implements AsynchronousConnection {
  readonly kind = "asynchronous";
  readonly waits = [];
  readonly preload: Batch;
  /** One of the primary, and one of each standby, which may become the primary. */
  readonly #clients: readonly PostgresClient[];
  readonly #statements: Statements;
  #client: PostgresClient;
  /** When it has turned to that, in milliseconds of `performance.now()`. */
  #turnedAtMs = -Infinity;

  private constructor(client: PostgresClient, others: readonly PostgresClient[], table: string) {
    this.#clients = [client, ...others];
    this.#client = client;
    this.#statements = statementsOn(table);
    this.preload = new PutBatch(client, this.#statements.putAll);
  }

  /** @throws {EngineError} when it cannot connect */
  static async open(target: PostgresTarget): Promise<PostgresConnection> {
    const { inFlight, table } = target;
    const [place = { socket: "" }, ...others] = placesOf(target);
    const client = await PostgresClient.connect(place, inFlight, others.length > 0);
    return new PostgresConnection(client, others.map((other) => new PostgresClient(other, inFlight, true)), table);
  }

  async put(key: PaddedBytes, value: PaddedBytes): Promise<void> {
    await this.#send("put into", this.#statements.put, [contentOf(key), contentOf(value)]);
  }

  async get(key: PaddedBytes, out: PaddedBytes): Promise<boolean> {
    const [row] = await this.#send("get from", this.#statements.get, [contentOf(key)]);
    if (row === undefined) return false;
    copyBytes(valueIn(row, 0), out);
    return true;
  }

  async delete(key: PaddedBytes): Promise<void> {
    await this.#send("delete from", this.#statements.delete, [contentOf(key)]);
  }

  async scan(key: PaddedBytes, count: number, out: PaddedBytes): Promise<number> {
    const rows = await this.#send("scan", this.#statements.scan, [contentOf(key), count]);
    for (const row of rows) {
      copyBytes(valueIn(row, 0), out);
      copyBytes(valueIn(row, 1), out);
    }
    return rows.length;
  }

  describe(): Promise<EngineDescription> {
    return describeServer(this.#client);
  }

  lookElsewhere(_key: PaddedBytes, begunAtMs: number): void {
    if (this.#turnedAtMs <= begunAtMs) this.#turnFrom(this.#client);
  }

  async close(): Promise<void> {
    for (const client of this.#clients) await client.close();
  }

  /** @param action what is done, as its error has it */
  async #send(action: string, statement: string, parameters: readonly Parameter[]): Promise<Row[]> {
    const client = this.#client;
    try {
      return await client.send(statement, parameters);
    } catch (error) {
      this.#turnFrom(client);
      throw client.error(action, error);
    }
  }

  /**
   * Turns to the other server after an operation that has failed; while neither is the primary, both fail. A write is
   * never sent again: it may have taken effect.
   */
  #turnFrom(client: PostgresClient): void {
    if (this.#client !== client) return;
    this.#client = this.#clients[(this.#clients.indexOf(client) + 1) % this.#clients.length] ?? client;
    this.#turnedAtMs = performance.now();
  }
}

/** What is sent for each operation. */
type Statements = Readonly<Record<"put" | "get" | "delete" | "scan" | "putAll", string>>;

function statementsOn(table: string): Statements {
  const upsert = "ON CONFLICT (key) DO UPDATE SET value = excluded.value";
  return {
    put: `INSERT INTO ${table} (key, value) VALUES ($1, $2) ${upsert}`,
    get: `SELECT value FROM ${table} WHERE key = $1`,
    delete: `DELETE FROM ${table} WHERE key = $1`,
    // Of bytea, the order is that of the bytes.
    scan: `SELECT key, value FROM ${table} WHERE key >= $1 ORDER BY key LIMIT $2::int`,
    putAll: `INSERT INTO ${table} (key, value) SELECT * FROM unnest($1::bytea[], $2::bytea[]) ${upsert}`,
  };
}

/** Neither column is ever NULL. */
function valueIn(row: Row, column: number): Uint8Array {
  return row[column]!;
}

/** Puts all records of a batch in one statement. */
class PutBatch implements Batch {
  readonly #client: PostgresClient;
  readonly #statement: string;
  readonly #keys = new ByteArrays();
  readonly #values = new ByteArrays();

  constructor(client: PostgresClient, statement: string) {
    this.#client = client;
    this.#statement = statement;
  }

  begin(): void {
    this.#keys.begin();
    this.#values.begin();
  }

  put(key: PaddedBytes, value: PaddedBytes): void {
    this.#keys.add(key);
    this.#values.add(value);
  }

  async commit(): Promise<void> {
    if (this.#keys.count === 0) return;
    try {
      await this.#client.send(this.#statement, [this.#keys.take(), this.#values.take()]);
    } catch (error) {
      throw this.#client.error("put into", error);
    }
  }
}

/** The type of byte arrays, among PostgreSQL's own. */
const BYTEA = 17;
/** Where an array's length is, in binary. */
const COUNT_AT = 12;

/** An array of byte arrays, as PostgreSQL takes one in binary. */
class ByteArrays {
  readonly #writer = new MessageWriter();
  count = 0;

  begin(): void {
    this.#writer.take();
    this.count = 0;
    // It has one dimension, no NULL, elements of such a type, so many of them, and the first is number 1.
    this.#writer.int32(1).int32(0).int32(BYTEA).int32(0).int32(1);
  }

  add(bytes: PaddedBytes): void {
    this.#writer.value(contentOf(bytes));
    this.count++;
  }

  /** All of it; valid until the next begins. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = this.#writer.take();
    new DataView(bytes.buffer).setInt32(COUNT_AT, this.count);
    return bytes;
  }
}
