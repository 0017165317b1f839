/**
 * Streams of bytes to a server and back: over its socket, or over TCP, with TLS if its URL says so.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import * as net from "node:net";
import * as tls from "node:tls";

/** Where a server is: its URL, which may contain a password, or the path of its socket. */
export type PostgresPlace = { readonly url: string } | { readonly socket: string };

/** Bytes both ways, as Deno's own connections have them. */
export interface ByteStream {
  /** Resolves to how many bytes have been read, or to `null` at the end. */
  read(into: Uint8Array): Promise<number | null>;
  /** Resolves to how many bytes have been written. */
  write(bytes: Uint8Array): Promise<number>;
  close(): void;
}

const USUAL_PORT = 5432;

/** Asks for TLS: the length of the request, and its code. */
const TLS_REQUEST = Uint8Array.of(0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f);
/** The answer of a server that has it. */
const HAS_TLS = "S".charCodeAt(0);

/**
 * @param signal aborted to give up, which lets go of a server that takes a connection and says nothing
 * @throws {Error} when the server cannot be reached, or not as its URL asks
 */
export async function openStream(place: PostgresPlace, signal: AbortSignal): Promise<ByteStream> {
  if ("socket" in place) return await Deno.connect({ transport: "unix", path: place.socket });
  const { hostname, port, searchParams } = new URL(place.url);
  const directory = decodeURIComponent(hostname);
  // As PostgreSQL's own programs take it.
  if (directory.startsWith("/")) {
    return await Deno.connect({ transport: "unix", path: `${directory}/.s.PGSQL.${port || USUAL_PORT}` });
  }
  const at = { host: hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(port || USUAL_PORT) };
  const mode = searchParams.get("sslmode") ?? "disable";
  if (mode !== "disable") {
    const secure = await openTls(at, { mode, signal });
    if (secure !== undefined) return secure;
    if (mode !== "prefer") throw new Error("it has no TLS");
  }
  return await openPlain(at);
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Tries all addresses of a name: a server need not listen on each. */
async function openPlain({ host, port }: Address): Promise<ByteStream> {
  const addresses = await lookup(host, { all: true });
  const errors: unknown[] = [];
  for (const { address } of addresses) {
    try {
      const connection = await Deno.connect({ hostname: address, port });
      connection.setNoDelay(true);
      return connection;
    } catch (error) {
      errors.push(error);
    }
  }
  throw errors.at(-1) ?? new Error("it has no address");
}

/**
 * By Node's TLS, because Deno's own takes no server whose certificate it does not know.
 *
 * @returns nothing if the server has no TLS
 */
async function openTls(
  at: Address,
  { mode, signal }: { readonly mode: string; readonly signal: AbortSignal },
): Promise<ByteStream | undefined> {
  const socket = net.connect({ ...at, noDelay: true });
  const onEnd = () => socket.destroy(new Error("the server has closed the connection"));
  try {
    await once(socket, "connect", { signal });
    socket.once("end", onEnd);
    socket.write(TLS_REQUEST);
    const [answer] = await once(socket, "data", { signal }) as [Buffer];
    socket.off("end", onEnd);
    if (answer[0] !== HAS_TLS) {
      socket.destroy();
      return undefined;
    }
    const secure = tls.connect({
      socket,
      host: at.host,
      ...(net.isIP(at.host) === 0 ? { servername: at.host } : {}),
      rejectUnauthorized: mode === "verify-full",
    });
    await once(secure, "secureConnect", { signal });
    return new NodeStream(secure);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** A socket of Node's. */
class NodeStream implements ByteStream {
  readonly #socket: net.Socket;
  /** Called when there is something to read, or never again will be. */
  #wake = () => {};
  #error: Error | undefined;

  constructor(socket: net.Socket) {
    this.#socket = socket;
    for (const event of ["readable", "end", "close"]) socket.on(event, () => this.#wake());
    socket.on("error", (error) => {
      this.#error = error;
      this.#wake();
    });
  }

  async read(into: Uint8Array): Promise<number | null> {
    for (;;) {
      const chunk = this.#socket.read() as Buffer | null;
      if (chunk !== null) {
        if (chunk.length > into.length) this.#socket.unshift(chunk.subarray(into.length));
        into.set(chunk.subarray(0, into.length));
        return Math.min(chunk.length, into.length);
      }
      if (this.#error !== undefined) throw this.#error;
      if (this.#socket.readableEnded || this.#socket.destroyed) return null;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => error ? reject(error) : resolve(bytes.length));
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
