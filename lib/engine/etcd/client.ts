/**
 * A client of a server or a cluster, by the JSON that each server takes beside gRPC.
 *
 * It never sends anything twice that may have taken effect: a put that gets no answer may or may not have, and
 * repeating it later could undo a newer one. It only turns to the next server for what comes after.
 *
 * @module
 */
import { addressOf } from "../../option/credentials.ts";
import { given } from "../../option/given.ts";
import { EngineError } from "../engine_error.ts";
import { clientReason } from "../server/client_texts.ts";
import type { EtcdTarget } from "./settings.ts";

/** How long an answer to a question about the server itself may take, in milliseconds. */
const ANSWER_TIMEOUT_MS = 5000;

/** What gives a token. */
const AUTHENTICATE = "auth/authenticate";

/** What a server says while it cannot serve, and another one may. */
const IS_UNABLE = /no leader|leader changed|timed out|stopped|not enough started members/;

/** What a server says of a token that it has given, and no longer takes; it has done nothing else then. */
const IS_EXPIRED = /invalid auth token|auth store is old/;

/** Where a client's servers are. */
type EtcdPlaces = Pick<EtcdTarget, "urls" | "isOwn" | "inFlight">;

/** A server's answer; what is zero, false or empty is left out. */
export type Answer = Readonly<Record<string, unknown>>;

/** How a request is sent. */
interface Sending {
  /** Aborted to give up. */
  readonly signal?: AbortSignal;
  /** Whether it is sent once more, because the token had expired. */
  readonly isAgain?: boolean;
}

/** Asks one server at a time, and the next one once that has failed. */
export class EtcdClient {
  /** The servers' addresses without a password, for messages. */
  readonly address: string;
  readonly #urls: readonly URL[];
  readonly #http: Deno.HttpClient;
  #at: number;
  #turnedAtMs = -Infinity;
  #token: string | undefined;
  /** Present while another token is being asked for. */
  #renewal: Promise<void> | undefined;

  private constructor({ urls, isOwn, inFlight }: EtcdPlaces, first: number) {
    this.#urls = urls.split(" ").map((url) => new URL(url));
    this.#at = first % this.#urls.length;
    this.address = this.#urls.map(({ href }) => addressOf(href)).join(", ");
    this.#http = createHttpClient(this.#urls, { isOwn, connections: inFlight });
  }

  /**
   * Sees whether a server is there, with the credentials in its URL.
   *
   * @param first the number of the server to begin with, modulo their count
   * @throws {EngineError} when none is
   */
  static async connect(places: EtcdPlaces, first = 0): Promise<EtcdClient> {
    const client = new EtcdClient(places, first);
    try {
      await client.#authenticate();
      await client.ask("maintenance/status");
      return client;
    } catch (error) {
      client.close();
      throw client.error("connect to", error instanceof EngineError ? error.cause : error);
    }
  }

  /** Has a server do something; rejects with its own error. */
  async send(action: string, body: string, { signal, isAgain = false }: Sending = {}): Promise<Answer> {
    const at = this.#at;
    // With one that has expired, no other is given.
    const token = action === AUTHENTICATE ? undefined : this.#token;
    const { origin } = this.#urls[at]!;
    let answer: Answer;
    try {
      const response = await fetch(`${origin}/v3/${action}`, {
        method: "POST",
        body,
        client: this.#http,
        ...(signal === undefined ? {} : { signal }),
        ...(token === undefined ? {} : { headers: { Authorization: token } }),
      });
      answer = await response.json();
      if (response.ok) return answer;
    } catch (error) {
      this.#turnFrom(at);
      throw error;
    }
    const message = String(answer.message ?? answer.error);
    if (token !== undefined && !isAgain && IS_EXPIRED.test(message)) {
      await this.#renew(token);
      return await this.send(action, body, { ...given({ signal }), isAgain: true });
    }
    if (IS_UNABLE.test(message)) this.#turnFrom(at);
    throw new Error(message);
  }

  /**
   * Asks about the server itself, with a time limit, since a stopped server never answers.
   *
   * @throws {EngineError} when there is no answer, or an error
   */
  async ask(action: string, body = "{}"): Promise<Answer> {
    try {
      return await this.send(action, body, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    } catch (error) {
      throw this.error(`ask ${action} of`, error);
    }
  }

  /**
   * What a server has at a path of its own, as text; the empty string if it does not show that.
   *
   * @throws {EngineError} when there is no answer
   */
  async page(path: string): Promise<string> {
    try {
      const response = await fetch(new URL(path, this.#urls[this.#at]), {
        client: this.#http,
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      });
      const text = await response.text();
      return response.ok ? text : "";
    } catch (error) {
      throw this.error(`ask ${path} of`, error);
    }
  }

  /** Turns to the next server, unless it has done so since then, in milliseconds of `performance.now()`. */
  lookElsewhere(begunAtMs: number): void {
    if (this.#turnedAtMs <= begunAtMs) this.#turnFrom(this.#at);
  }

  close(): void {
    this.#http.close();
  }

  error(action: string, error: unknown): EngineError {
    return new EngineError(action, this.address, clientReason(error, this.#urls[0]?.href));
  }

  async #authenticate(): Promise<void> {
    const [{ username, password } = { username: "", password: "" }] = this.#urls;
    if (username === "") return;
    const body = JSON.stringify({ name: decodeURIComponent(username), password: decodeURIComponent(password) });
    this.#token = String((await this.ask(AUTHENTICATE, body)).token);
  }

  /** Asks for another token, once for all operations that have found theirs to have expired. */
  async #renew(expired: string): Promise<void> {
    if (this.#token !== expired) return;
    await (this.#renewal ??= this.#authenticate().finally(() => this.#renewal = undefined));
  }

  /** Turns to the next server, unless another operation has done so already. */
  #turnFrom(at: number): void {
    if (this.#at !== at) return;
    this.#at = (at + 1) % this.#urls.length;
    this.#turnedAtMs = performance.now();
  }
}

/** The environment's proxies know nothing of servers that this machine alone can reach. */
function createHttpClient(
  urls: readonly URL[],
  { isOwn, connections }: { readonly isOwn: boolean; readonly connections: number },
): Deno.HttpClient {
  const options = { poolMaxIdlePerHost: connections, http2: false };
  if (!isOwn) return Deno.createHttpClient(options);
  const before = Deno.env.get("NO_PROXY");
  Deno.env.set("NO_PROXY", urls.map(({ hostname }) => hostname).join());
  try {
    return Deno.createHttpClient(options);
  } finally {
    if (before === undefined) Deno.env.delete("NO_PROXY");
    else Deno.env.set("NO_PROXY", before);
  }
}
