/**
 * A spawned server: starts it on a free loopback port with a directory of its own, waits for it, kills and restarts it.
 *
 * @module
 */
import { EngineError } from "../engine_error.ts";
import { RedisClient } from "./client.ts";
import { delay, until } from "./delay.ts";
import { freePort } from "./free_port.ts";
import { readPid, ServerProcess } from "./server_process.ts";
import { parseInfo } from "./texts.ts";

/** How to start a server. */
export interface ServerParts {
  readonly program: string;
  /** Its own directory, which exists. */
  readonly directory: string;
  /** What is removed if kvlab dies, if anything: its directory or one that contains it. */
  readonly temporary?: string | undefined;
  /** Its settings, as arguments. */
  readonly args: readonly string[];
}

/** Another process may take a port between the check that it is free and the server's start. */
const PORT_TRIES = 5;
/** How long a server may take to listen, and how long to load the data in its directory. */
const LISTEN_TIMEOUT_MS = 30_000;
const LOAD_TIMEOUT_MS = 600_000;
/** How long a server that cannot serve may take to end, in milliseconds. */
const END_MS = 5000;
/** How long after a failed operation the server's end, or its last lines, may be noticed, in milliseconds. */
const EXPLAIN_MS = 300;
/** How often a server is asked whether it listens, in milliseconds. */
const ASK_PERIOD_MS = 10;

/** A server that this process has started, and ends. */
export class RedisServer {
  readonly #parts: ServerParts;
  readonly port: number;
  #process: ServerProcess;

  private constructor(parts: ServerParts, port: number, process: ServerProcess) {
    this.#parts = parts;
    this.port = port;
    this.#process = process;
  }

  /**
   * Starts a server and waits until it serves.
   *
   * @param choosePort returns a port that should be free
   * @throws {EngineError} with the reason, when that fails
   */
  static async start(parts: ServerParts, choosePort = freePort): Promise<RedisServer> {
    for (let tries = 1;; tries++) {
      const port = choosePort();
      const process = startOn(parts, port);
      try {
        await untilReady(process, parts, urlOfPort(port));
        return new RedisServer(parts, port, process);
      } catch (error) {
        await process.end();
        const isTaken = error instanceof Error && /address already in use|failed listening/i.test(error.message);
        if (!isTaken || tries === PORT_TRIES) throw error;
      }
    }
  }

  get url(): string {
    return urlOfPort(this.port);
  }

  get process(): ServerProcess {
    return this.#process;
  }

  /**
   * Kills the server if it is still running, and starts it again on the same port and directory.
   *
   * @throws {EngineError} with the reason, when it does not serve again
   */
  async restart(): Promise<void> {
    await this.#process.end();
    this.#process = startOn(this.#parts, this.port);
    await untilReady(this.#process, this.#parts, this.url);
  }

  /**
   * Tells what the server has said about a failure that has just been noticed, and whether it has ended; `undefined` if
   * it has not, and has logged no error.
   */
  async explain(): Promise<string | undefined> {
    await Promise.race([this.#process.ended, delay(EXPLAIN_MS)]);
    const { directory } = this.#parts;
    const { hasEnded, errors } = this.#process;
    if (errors.length === 0) return hasEnded ? `the server in ${directory} has ended` : undefined;
    const said = errors.slice(-2).join("; ");
    // What the server knows: it asked for more to be written than was.
    const hint = /short write/i.test(said) ? " (is the disk full?)" : "";
    return `the server in ${directory} ${hasEnded ? "has ended, having said" : "says"}: ${said}${hint}`;
  }

  /** Kills the server; its directory stays. */
  async end(): Promise<void> {
    await this.#process.end();
  }
}

function urlOfPort(port: number): string {
  return `redis://127.0.0.1:${port}`;
}

function startOn({ program, directory, temporary, args }: ServerParts, port: number): ServerProcess {
  return ServerProcess.start({
    program,
    directory,
    temporary,
    args: ["--port", String(port), "--bind", "127.0.0.1", "--logfile", "", "--loglevel", "warning", ...args],
  });
}

/** Resolves when the server serves commands. */
async function untilReady(process: ServerProcess, { program, directory }: ServerParts, url: string): Promise<void> {
  const client = await untilListening(process, `${program} in ${directory}`, url);
  try {
    await until(() => serves(client), "the end of loading", LOAD_TIMEOUT_MS);
    const asked = parseInfo(await client.askText("INFO", "server")).get("process_id");
    if (asked === readPid(directory)) return;
    throw new Error("another server has the port");
  } catch (error) {
    // If the server is about to end, its own reason says more than the client's error.
    await Promise.race([process.ended, delay(END_MS)]);
    throw new EngineError("start", `${program} in ${directory}`, process.hasEnded ? await process.reason() : error);
  } finally {
    client.close();
  }
}

async function untilListening(process: ServerProcess, what: string, url: string): Promise<RedisClient> {
  const startedAtMs = performance.now();
  for (;;) {
    const client = await RedisClient.connect(url).catch(() => undefined);
    if (process.hasEnded) {
      client?.close();
      throw new EngineError("start", what, await process.reason());
    }
    if (client !== undefined) return client;
    if (performance.now() - startedAtMs > LISTEN_TIMEOUT_MS) {
      throw new EngineError("start", what, `it does not listen within ${LISTEN_TIMEOUT_MS / 1000} s`);
    }
    await Promise.race([delay(ASK_PERIOD_MS), process.ended]);
  }
}

/** Whether the server serves commands; false while it is still loading its data. */
async function serves(client: RedisClient): Promise<boolean> {
  try {
    await client.send(["PING"]);
    return true;
  } catch (error) {
    if (error instanceof Error && error.message.startsWith("LOADING")) return false;
    throw error;
  }
}
