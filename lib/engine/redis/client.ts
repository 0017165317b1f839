/**
 * A client of one server, based on the npm package `@redis/client`.
 *
 * It never reconnects and never sends anything twice: a put whose connection breaks may or may not have taken effect,
 * and repeating it later could undo a newer one.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createClient, RESP_TYPES } from "@redis/client";
import { addressOf } from "../../option/credentials.ts";
import { withinTime } from "../../sync/delay.ts";
import { EngineError } from "../engine_error.ts";
import { clientReason } from "../server/client_texts.ts";

/** How long a connection may take, in milliseconds. */
const CONNECT_TIMEOUT_MS = 5000;
/** How long an answer to a question about the server itself may take, in milliseconds. */
const ANSWER_TIMEOUT_MS = 5000;

/** A connection to a server. */
export class RedisClient {
  readonly #client: ReturnType<typeof newClient>;
  /** The server's address without a password, for messages. */
  readonly address: string;

  private constructor(client: ReturnType<typeof newClient>, address: string) {
    this.#client = client;
    this.address = address;
  }

  /**
   * Connects, and authenticates with the credentials in the URL.
   *
   * @throws {EngineError} when that fails or takes too long
   */
  static async connect(url: string): Promise<RedisClient> {
    const address = addressOf(url);
    const client = newClient(url);
    // Each operation in flight reports it as well.
    client.on("error", () => {});
    try {
      await withinTime(client.connect(), CONNECT_TIMEOUT_MS);
    } catch (error) {
      if (client.isOpen) client.destroy();
      // A server that does not know the command repeats its arguments.
      throw new EngineError("connect to", address, clientReason(error, url));
    }
    return new RedisClient(client, address);
  }

  /** Whether commands can still be sent. */
  get isReady(): boolean {
    return this.#client.isReady;
  }

  /**
   * Sends a command; resolves to its reply with strings as JavaScript strings, and rejects with the server's own error.
   */
  send(args: readonly string[]): Promise<unknown> {
    return this.#client.sendCommand(args as string[]);
  }

  /** Sends a command; resolves to its reply with strings as bytes. */
  sendForBytes(args: readonly string[]): Promise<unknown> {
    return this.#client.sendCommand(args as string[], AS_BYTES);
  }

  /**
   * Asks about the server itself, with a time limit, since a stopped server never answers.
   *
   * @throws {EngineError} when there is no answer, or an error
   */
  async ask(...args: string[]): Promise<unknown> {
    try {
      return await withinTime(this.send(args), ANSWER_TIMEOUT_MS);
    } catch (error) {
      throw new EngineError(`ask ${args.slice(0, 2).join(" ")} of`, this.address, error);
    }
  }

  /** Like {@linkcode RedisClient.ask}, for an answer that is a string. */
  async askText(...args: string[]): Promise<string> {
    return String(await this.ask(...args));
  }

  /** Closes the connection; whatever is in flight fails. */
  close(): void {
    if (this.#client.isOpen) this.#client.destroy();
  }
}

const AS_BYTES = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } };

function newClient(url: string) {
  return createClient({
    url,
    // The older protocol: nothing needs what the newer one adds, and every server supports it.
    RESP: 2,
    socket: { reconnectStrategy: false, connectTimeout: CONNECT_TIMEOUT_MS, noDelay: true },
    disableOfflineQueue: true,
    disableClientInfo: true,
  });
}

/** The URL of another server with the same user and password. */
export function urlOfNode(url: string, host: string, port: number): string {
  const node = new URL(url);
  node.hostname = host.includes(":") ? `[${host}]` : host;
  node.port = String(port);
  node.pathname = "";
  return node.href;
}
