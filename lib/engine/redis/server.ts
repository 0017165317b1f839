/**
 * A spawned server: starts it on a free loopback port with a directory of its own, waits for it, kills and restarts it.
 *
 * @module
 */
import { delay, StoppedError, until } from "../../sync/delay.ts";
import { EngineError, HarnessError } from "../engine_error.ts";
import { freePort } from "../server/ports.ts";
import { readPid, type ServerKind, ServerProcess } from "../server/server_process.ts";
import { ASK_PERIOD_MS, SpawnedServer, startError, untilAnswers } from "../server/spawned_server.ts";
import { RedisClient } from "./client.ts";
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
  /** Where it is reached, if it is in another network: its address, and what starts it there. */
  readonly place?: { readonly address: string; readonly entering: string } | undefined;
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
/** How long a script may take to end once the server that it has left in the background serves, in milliseconds. */
const LEFT_MS = 200;
/** The bus between a cluster's nodes uses the port this much higher. */
const BUS_OFFSET = 10_000;

/** Redis logs its errors as warnings, but also some lines at every start, which are excluded here. */
const ERROR_LINE = / # (?!warning|server initialized|oO0|redis (is|version)|configuration loaded)/i;

const KIND: ServerKind = {
  remedy: "name one with --spawn=PATH (Debian: apt-get install redis-server)",
  isError: (line) => ERROR_LINE.test(line),
  textOf,
  // An error in the server's settings is not logged in this form: the last lines say which, and what about it.
  lastWords(lines) {
    const [last = "", setting = ""] = lines.toReversed();
    return setting.startsWith(">>> ") ? `${setting.slice(4)}: ${last.trim()}` : undefined;
  },
};

/** A line of the log from its text on. */
function textOf(line: string): string {
  return line.replace(/^.*? # /, "").trim();
}

/** A server that this process has started, and ends. */
export class RedisServer extends SpawnedServer {
  readonly #parts: ServerParts;
  readonly port: number;

  private constructor(parts: ServerParts, port: number, process: ServerProcess) {
    super(parts.directory, process);
    this.#parts = parts;
    this.port = port;
  }

  /**
   * Starts a server and waits until it serves, on another port if somebody else has the first one.
   *
   * @param choosePort returns a port that should be free
   * @throws {EngineError} with the reason, when that fails
   * @throws {StoppedError} when told to stop first
   */
  static async start(parts: ServerParts, choosePort = () => freePort([BUS_OFFSET])): Promise<RedisServer> {
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

  get host(): string {
    return hostOf(this.#parts);
  }

  get url(): string {
    return urlOf(this.#parts, this.port);
  }

  /**
   * Kills the server if it is still running, and starts it again on the same port and directory.
   *
   * @throws {EngineError} with the reason, when it does not serve again
   */
  async restart(): Promise<void> {
    await untilReady(await this.replaceBy(() => startOn(this.#parts, this.port)), this.#parts, this.port);
  }
}

function hostOf({ place }: Pick<ServerParts, "place">): string {
  return place?.address ?? "127.0.0.1";
}

function urlOf(parts: Pick<ServerParts, "place">, port: number): string {
  return `redis://${hostOf(parts)}:${port}`;
}

function startOn(parts: ServerParts, port: number): ServerProcess {
  const { program, directory, temporary, args, place } = parts;
  const own = ["--port", String(port), "--bind", hostOf(parts), "--logfile", "", "--loglevel", "warning"];
  // It would answer none but its own host, which is alone in its network.
  if (place !== undefined) own.push("--protected-mode", "no");
  // A server that went into the background would be out of reach.
  return ServerProcess.start({
    kind: KIND,
    program,
    directory,
    temporary,
    entering: place?.entering,
    args: [...own, "--daemonize", "no", ...args],
  });
}

/** Somebody else has the port on which a server was to listen. */
class PortTakenError extends HarnessError {}

/** How servers say that they could not have their port. */
const PORT_TAKEN = /address already in use|failed listening/i;

/** Resolves when the server serves commands. */
async function untilReady(process: ServerProcess, parts: ServerParts, port: number): Promise<void> {
  const { directory, stop } = parts;
  const url = urlOf(parts, port);
  const what = `${parts.program} in ${directory}`;
  let client: RedisClient | undefined;
  try {
    const listening = client = await untilAnswers(process, {
      ask: () => RedisClient.connect(url),
      discard: (late) => late.close(),
      endError: () => endError(process, { what, url, directory }),
      what,
      where: `port ${port}`,
      timeoutMs: LISTEN_TIMEOUT_MS,
      stop,
    });
    await until(() => serves(listening), { what: "the end of loading", timeoutMs: LOAD_TIMEOUT_MS, stop });
    const other = await otherDirectoryOf(listening, directory);
    if (other !== undefined) {
      throw new PortTakenError("start", what, `port ${port} is a server's that runs in ${other}`);
    }
    // A script that has left it in the background is about to end, if it has not ended yet.
    if (await processOf(listening) !== readPid(directory)) await Promise.race([process.ended, delay(LEFT_MS)]);
    if (process.hasEnded) throw await endError(process, { what, url, directory });
  } catch (error) {
    if (error instanceof StoppedError || error instanceof HarnessError) throw error;
    // If the server is about to end, its own reason says more than the client's error.
    await Promise.race([process.ended, delay(END_MS)]);
    if (process.hasEnded) throw await endError(process, { what, url, directory });
    throw error instanceof EngineError ? error : new EngineError("start", what, error);
  } finally {
    client?.close();
  }
}

/** What was started, and where. */
interface Started {
  readonly what: string;
  readonly url: string;
  readonly directory: string;
}

/** The error for a server that has ended instead of serving. */
async function endError(process: ServerProcess, { what, url, directory }: Started): Promise<EngineError> {
  const end = await process.reason();
  if (end.isWell && await shutDownBehind(url, directory)) {
    const daemon = "it has left its server in the background, out of reach, where it has been shut down";
    return new HarnessError("start", what, `${daemon}: let it become the server, as by exec`);
  }
  return PORT_TAKEN.test(end.reason) ? new PortTakenError("start", what, end.reason) : startError(what, end);
}

/** How long a server may take to listen once a script has left it in the background, in milliseconds. */
const BEHIND_MS = 1500;

/** Shuts the server down that a script has left behind when it ended; returns whether there was one. */
async function shutDownBehind(url: string, directory: string): Promise<boolean> {
  for (const startedAtMs = performance.now(); performance.now() - startedAtMs < BEHIND_MS; await delay(ASK_PERIOD_MS)) {
    const client = await RedisClient.connect(url).catch(() => undefined);
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
  if (await processOf(client) === readPid(directory)) return undefined;
  const [, found = "another directory"] = await client.ask("CONFIG", "GET", "dir") as readonly string[];
  return found === Deno.realPathSync(directory) ? undefined : found;
}

/** The id of the server's process. */
async function processOf(client: RedisClient): Promise<string | undefined> {
  return parseInfo(await client.askText("INFO", "server")).get("process_id");
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
