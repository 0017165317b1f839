/**
 * A spawned server: starts it on free ports with a directory of its own, waits for it, kills and restarts it.
 *
 * @module
 */
import { HarnessError } from "../engine_error.ts";
import { type ServerKind, ServerProcess } from "../server/server_process.ts";
import { SpawnedServer, startError, untilAnswers } from "../server/spawned_server.ts";
import { type Answer, EtcdClient } from "./client.ts";

/** How to start a server, on ports of which it is known whether they are free. */
export interface MemberParts {
  readonly program: string;
  /** Its own directory, which exists. */
  readonly directory: string;
  /** What is removed if kvlab dies, if anything: its directory or one that contains it. */
  readonly temporary?: string | undefined;
  /** Its settings, as arguments. */
  readonly args: readonly string[];
  /** Where it listens for clients and for the other servers. */
  readonly place: MemberPlace;
  /** All places of its cluster, with its own. */
  readonly cluster: readonly MemberPlace[];
  /** Aborted to give up waiting for it. */
  readonly stop?: AbortSignal | undefined;
}

/** Where a server is. */
export interface MemberPlace {
  readonly name: string;
  readonly host: string;
  readonly clientPort: number;
  readonly peerPort: number;
  /** What starts it in another network than this process's, if anything, as words before its command line. */
  readonly entering?: string | undefined;
}

/** In a server's directory, its data. */
export const DATA_NAME = "data";

/** How long a server may take to serve, in milliseconds. */
const SERVE_TIMEOUT_MS = 120_000;

/** Somebody else has a port on which a server was to listen. */
export class PortTakenError extends HarnessError {}

/** How a server says that it could not have its port. */
const PORT_TAKEN = /address already in use/i;

/** A line of its log, as far as it matters. */
interface LogLine {
  readonly level?: string;
  readonly msg?: string;
  readonly error?: string;
}

const KIND: ServerKind = {
  remedy: "name one with --spawn=PATH (Debian: apt-get install etcd-server)",
  isError: (line) => ["error", "panic", "fatal"].includes(parse(line).level ?? ""),
  textOf(line) {
    const { msg, error } = parse(line);
    return msg === undefined ? line : [msg, error].filter((text) => text !== undefined).join(": ");
  },
  // What is wrong with a flag stands before what it says of all flags.
  lastWords: (lines) => lines.find((line) => /^(?:invalid value|flag provided|error verifying flags)/.test(line)),
};

/** Not every line is JSON, as that of a panic is not. */
function parse(line: string): LogLine {
  if (!line.startsWith("{")) return {};
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}

/** A server that this process has started, and ends. */
export class EtcdMember extends SpawnedServer {
  readonly #parts: MemberParts;

  private constructor(parts: MemberParts, process: ServerProcess) {
    super(parts.directory, process);
    this.#parts = parts;
  }

  /**
   * Starts a server, and waits until its cluster has a leader.
   *
   * @throws {PortTakenError} when somebody else has one of its ports
   * @throws {EngineError} with the reason, when that fails otherwise
   * @throws {StoppedError} when told to stop first
   */
  static async start(parts: MemberParts): Promise<EtcdMember> {
    const process = startOn(parts);
    try {
      await untilServing(process, parts);
      return new EtcdMember(parts, process);
    } catch (error) {
      await process.end();
      throw error;
    }
  }

  get url(): string {
    return urlOf(this.#parts);
  }

  /**
   * Kills the server if it is still running, and starts it again on the same ports and directory.
   *
   * @throws {EngineError} with the reason, when it does not serve again
   */
  async restart(): Promise<void> {
    await untilServing(await this.replaceBy(() => startOn(this.#parts)), this.#parts);
  }

  /**
   * Asks the server what it knows of itself and of its leader.
   *
   * @throws {EngineError} when it does not answer
   */
  async status(): Promise<MemberStatus> {
    const client = await connectTo(this.#parts);
    try {
      return statusIn(await client.ask("maintenance/status"));
    } finally {
      client.close();
    }
  }
}

/** What a server knows. */
interface MemberStatus {
  readonly id: string;
  /** The leader's id; `0` if it knows none. */
  readonly leader: string;
  /** Up to where it has applied the log. */
  readonly applied: number;
}

function statusIn(answer: Answer): MemberStatus {
  const { member_id } = answer.header as Answer;
  return { id: String(member_id), leader: String(answer.leader ?? "0"), applied: Number(answer.raftAppliedIndex ?? 0) };
}

function urlOf({ place: { host, clientPort } }: MemberParts): string {
  return `http://${host}:${clientPort}`;
}

function connectTo(parts: MemberParts): Promise<EtcdClient> {
  return EtcdClient.connect({ urls: urlOf(parts), isOwn: true, inFlight: 1 });
}

function startOn(parts: MemberParts): ServerProcess {
  const { program, directory, temporary, args, place, cluster } = parts;
  const peerUrl = ({ host, peerPort }: MemberPlace) => `http://${host}:${peerPort}`;
  const own = {
    "name": place.name,
    "data-dir": DATA_NAME,
    "listen-client-urls": urlOf(parts),
    "advertise-client-urls": urlOf(parts),
    "listen-peer-urls": peerUrl(place),
    "initial-advertise-peer-urls": peerUrl(place),
    "initial-cluster": cluster.map((member) => `${member.name}=${peerUrl(member)}`).join(),
    "logger": "zap",
    "log-level": "warn",
  };
  return ServerProcess.start({
    kind: KIND,
    program,
    args: [...Object.entries(own).map(([name, value]) => `--${name}=${value}`), ...args],
    entering: place.entering,
    directory,
    temporary,
  });
}

/** Resolves when the server has joined its cluster, and knows a leader. */
async function untilServing(process: ServerProcess, parts: MemberParts): Promise<void> {
  const { program, directory, place, stop } = parts;
  const what = `${program} in ${directory}`;
  await untilAnswers(process, {
    ask: () => isServing(parts),
    endError: async () => {
      const end = await process.reason();
      return PORT_TAKEN.test(end.reason) ? new PortTakenError("start", what, end.reason) : startError(what, end);
    },
    what,
    where: `port ${place.clientPort}`,
    timeoutMs: SERVE_TIMEOUT_MS,
    stop,
  });
}

/** Whether it is this server that answers, by the name that it has told its cluster, and it knows a leader. */
async function isServing(parts: MemberParts): Promise<true | undefined> {
  const client = await connectTo(parts);
  try {
    const answer = await client.ask("maintenance/status");
    const { id, leader } = statusIn(answer);
    const { members } = await client.ask("cluster/member/list") as { readonly members: readonly Answer[] };
    const isIt = members.some(({ ID, name }) => ID === id && name === parts.place.name);
    return isIt && leader !== "0" ? true : undefined;
  } finally {
    client.close();
  }
}
