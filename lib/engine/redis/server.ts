/**
 * A spawned server: starts it on a free loopback port with a directory of its own, waits for it, kills and restarts it.
 *
 * @module
 */
import { delay, StoppedError, until } from "../../sync/delay.ts";
import { EngineError, HarnessError } from "../engine_error.ts";
import { RedisClient } from "./client.ts";
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
  /** Aborted to give up waiting for it. */
  readonly stop?: AbortSignal | undefined;
}

/** Another process may take a port between the check that it is free and the server's start. */
const PORT_TRIES = 10;
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
   * Starts a server and waits until it serves, on another port if somebody else has the first one.
   *
   * @param choosePort returns a port that should be free
   * @throws {EngineError} with the reason, when that fails
   * @throws {StoppedError} when told to stop first
   */
  static async start(parts: ServerParts, choosePort = freePort): Promise<RedisServer> {
    for (let tries = 1;; tries++) {
      const port = choosePort();
      const process = startOn(parts, port);
      try {
        await untilReady(process, parts, port);
        return new RedisServer(parts, port, process);
      } catch (error) {
        await process.end();
        if (!(error instanceof PortTakenError) || tries === PORT_TRIES) throw error;
      }
    }
  }

  get url(): string {
    return urlOfPort(this.port);
  }

  /** The id of its process; NaN if it does not run. */
  get pid(): number {
    return Number(readPid(this.#parts.directory));
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
    await untilReady(this.#process, this.#parts, this.port);
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
  const own = ["--port", String(port), "--bind", "127.0.0.1", "--logfile", "", "--loglevel", "warning"];
  // A server that went into the background would be out of reach.
  return ServerProcess.start({ program, directory, temporary, args: [...own, "--daemonize", "no", ...args] });
}

/** Somebody else has the port on which a server was to listen. */
class PortTakenError extends HarnessError {}

/** How servers say that they could not have their port. */
const PORT_TAKEN = /address already in use|failed listening/i;

/** Resolves when the server serves commands. */
async function untilReady(process: ServerProcess, parts: ServerParts, port: number): Promise<void> {
  const { directory, stop } = parts;
  const what = `${parts.program} in ${directory}`;
  let client: RedisClient | undefined;
  try {
    const listening = client = await untilListening(process, { port, what, directory, stop });
    await until(() => serves(listening), { what: "the end of loading", timeoutMs: LOAD_TIMEOUT_MS, stop });
    const other = await otherDirectoryOf(listening, directory);
    if (other !== undefined) {
      throw new PortTakenError("start", what, `port ${port} is a server's that runs in ${other}`);
    }
  } catch (error) {
    if (error instanceof StoppedError || error instanceof HarnessError) throw error;
    // If the server is about to end, its own reason says more than the client's error.
    await Promise.race([process.ended, delay(END_MS)]);
    if (process.hasEnded) throw await endError(process, { what, port, directory });
    throw error instanceof EngineError ? error : new EngineError("start", what, error);
  } finally {
    client?.close();
  }
}

/** What was started, and where. */
interface Started {
  readonly what: string;
  readonly port: number;
  readonly directory: string;
}

async function untilListening(
  process: ServerProcess,
  { port, what, directory, stop }: Started & { stop: AbortSignal | undefined },
): Promise<RedisClient> {
  const startedAtMs = performance.now();
  for (;;) {
    const connecting = RedisClient.connect(urlOfPort(port)).catch(() => undefined);
    const client = await Promise.race([connecting, process.ended]);
    if (process.hasEnded) {
      void connecting.then((late) => late?.close());
      throw await endError(process, { what, port, directory });
    }
    if (client !== undefined) return client;
    if (stop?.aborted) throw new StoppedError("a server to listen");
    if (performance.now() - startedAtMs > LISTEN_TIMEOUT_MS) {
      throw new HarnessError("start", what, `nothing listens on port ${port} within ${LISTEN_TIMEOUT_MS / 1000} s`);
    }
    await Promise.race([delay(ASK_PERIOD_MS), process.ended]);
  }
}

/** The error for a server that has ended instead of serving. */
async function endError(process: ServerProcess, { what, port, directory }: Started): Promise<EngineError> {
  const { reason, isHarness, isWell } = await process.reason();
  if (isWell && await shutDownBehind(port, directory)) {
    const daemon = "it has left its server in the background, out of reach, where it has been shut down";
    return new HarnessError("start", what, `${daemon}: let it become the server, as by exec`);
  }
  if (PORT_TAKEN.test(reason)) return new PortTakenError("start", what, reason);
  return isHarness ? new HarnessError("start", what, reason) : new EngineError("start", what, reason);
}

/** How long a server may take to listen once a script has left it in the background, in milliseconds. */
const BEHIND_MS = 1500;

/** Shuts the server down that a script has left behind when it ended; returns whether there was one. */
async function shutDownBehind(port: number, directory: string): Promise<boolean> {
  for (const startedAtMs = performance.now(); performance.now() - startedAtMs < BEHIND_MS; await delay(ASK_PERIOD_MS)) {
    const client = await RedisClient.connect(urlOfPort(port)).catch(() => undefined);
    if (client === undefined) continue;
    try {
      if (await otherDirectoryOf(client, directory) !== undefined) return false;
      // It answers only if it goes on.
      await client.send(["SHUTDOWN", "NOSAVE"]).catch(() => {});
      return true;
    } catch {
      return false;
    } finally {
      client.close();
    }
  }
  return false;
}

/**
 * The directory of the server that was asked, if it is not the one that was started. Its process id tells; or, where a
 * script has started the server, the directory.
 */
async function otherDirectoryOf(client: RedisClient, directory: string): Promise<string | undefined> {
  const asked = parseInfo(await client.askText("INFO", "server")).get("process_id");
  if (asked === readPid(directory)) return undefined;
  const [, found = "another directory"] = await client.ask("CONFIG", "GET", "dir") as readonly string[];
  return found === Deno.realPathSync(directory) ? undefined : found;
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

/** Below the range that systems use for outgoing connections, which could take the port in the meantime. */
const PORT_MIN = 12_000;
const PORT_MAX = 22_000;
/** The bus between a cluster's nodes uses the port this much higher. */
const BUS_OFFSET = 10_000;

/** The ports that this process has given out. */
const given = new Set<number>();

/**
 * A port of the loopback interface on which nobody listens, nor on its cluster bus port, and which this process has not
 * given out before. No port can be handed over to a server, so another process may take it in between; whoever starts a
 * server takes another port when it turns out that somebody else has this one.
 *
 * @throws {HarnessError} when there is none
 */
export function freePort(): number {
  for (let tries = 0; tries < PORT_MAX - PORT_MIN; tries++) {
    const port = PORT_MIN + Math.floor(Math.random() * (PORT_MAX - PORT_MIN));
    if (given.has(port) || !isFree(port) || !isFree(port + BUS_OFFSET)) continue;
    given.add(port);
    return port;
  }
  throw new HarnessError("find", "a free port on 127.0.0.1", `all from ${PORT_MIN} to ${PORT_MAX} are taken`);
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
