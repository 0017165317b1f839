/**
 * A spawned server: makes its database, starts it in a directory of its own, waits for it, kills and restarts it.
 *
 * It listens on a socket in that directory alone, which nobody but its user can enter: so it needs neither a port nor a
 * password.
 *
 * @module
 */
import { lookAt, renameOver, syncDirectory } from "../../system/file_io.ts";
import { PersistError } from "../../system/persist_error.ts";
import { systemCommand } from "../../system/command.ts";
import { EngineError, HarnessError } from "../engine_error.ts";
import { explainFailure, untilAnswers } from "../server/answering.ts";
import { readPid, type ServerKind, ServerProcess } from "../server/server_process.ts";
import { becoming, letEnter, makeDirectoryOf, type SystemUser, unprivilegedUser } from "../server/user.ts";
import { OWN_USER, PostgresClient } from "./client.ts";

/** How to start a server. */
export interface ServerParts {
  /** The directory of its programs. */
  readonly programs: string;
  /** Its own directory, which exists. */
  readonly directory: string;
  /** What is removed if kvlab dies, if anything: its directory or one that contains it. */
  readonly temporary?: string | undefined;
  /** Its settings, by name. */
  readonly settings: Readonly<Record<string, string | number>>;
  /** Aborted to give up waiting for it. */
  readonly stop?: AbortSignal | undefined;
}

/** In a server's directory: its database, while it is being made and afterwards, and where its socket is. */
export const DATA_NAME = "data";
const NEW_DATA_NAME = "data.new";
const SOCKET_DIRECTORY_NAME = "socket";
const SOCKET_NAME = ".s.PGSQL.5432";
/** Linux takes no longer paths of sockets (`man 7 unix`). */
const SOCKET_PATH_BYTES_MAX = 107;

/** How long a server may take to serve, in milliseconds: it first repeats what its log has since the last checkpoint. */
const SERVE_TIMEOUT_MS = 600_000;
/** Who it runs as if kvlab is root's. */
const USERS = ["postgres", "nobody"];

/** What it says of a setting is the cause of an error; what it says to those who come too early is none. */
const ERROR_LINE =
  /^(?:ERROR|FATAL|PANIC): {2}(?!the database system is |terminating )|^LOG: {2}(?:unrecognized conf|invalid value|syntax err)/;

const KIND: ServerKind = {
  remedy: "name its directory with --spawn=DIR (Debian: apt-get install postgresql)",
  isError: (line) => ERROR_LINE.test(line),
  textOf: (line) => line.replace(/^[A-Z]+: {2}/, "").trim(),
  quitSignal: "QUIT",
  // The system keeps a segment of shared memory whose last process has been killed. Its id is in the seventh line.
  tidy: `[ "$(head -n 1 ${DATA_NAME}/postmaster.pid)" != "$group" ] || {
    ipcrm --shmem-id "$(sed -n '7s/.* //p' ${DATA_NAME}/postmaster.pid)"
    rm -f ${SOCKET_DIRECTORY_NAME}/.s.*
  }`,
};

/** What every server is told, besides its settings. */
const OWN_SETTINGS = {
  listen_addresses: "",
  // From the directory of the data.
  unix_socket_directories: `../${SOCKET_DIRECTORY_NAME}`,
  // The other kinds leave files outside the directory when the server is killed.
  dynamic_shared_memory_type: "mmap",
  log_destination: "stderr",
  logging_collector: "off",
  log_line_prefix: "",
  log_checkpoints: "off",
};

/** A server that this process has started, and ends. */
export class PostgresServer {
  readonly #parts: ServerParts;
  readonly #user: SystemUser | undefined;
  #process: ServerProcess;

  private constructor(parts: ServerParts, user: SystemUser | undefined, process: ServerProcess) {
    this.#parts = parts;
    this.#user = user;
    this.#process = process;
  }

  /**
   * Makes a database in the directory, unless there is one, starts the server, and waits until it serves.
   *
   * @throws {EngineError} with the reason, when that fails
   * @throws {StoppedError} when told to stop first
   */
  static async start(parts: ServerParts): Promise<PostgresServer> {
    const { directory, programs } = parts;
    const user = unprivilegedUser(USERS, `${programs}/postgres`);
    if (user !== undefined) letEnter(directory, user);
    const socket = socketIn(directory);
    const bytes = new TextEncoder().encode(socket).length;
    if (bytes > SOCKET_PATH_BYTES_MAX) {
      throw new HarnessError(
        "listen on",
        socket,
        `the path has ${bytes} B, must have ${SOCKET_PATH_BYTES_MAX} at most`,
      );
    }
    if (lookAt(`${directory}/${SOCKET_DIRECTORY_NAME}`) === undefined) {
      makeDirectoryOf(`${directory}/${SOCKET_DIRECTORY_NAME}`, user);
    }
    if (lookAt(`${directory}/${DATA_NAME}`) === undefined) await makeDatabase(parts, user);
    const process = startIn(parts, user);
    try {
      await untilServing(process, parts);
      return new PostgresServer(parts, user, process);
    } catch (error) {
      await process.end();
      throw error;
    }
  }

  /** The path of its socket. */
  get socket(): string {
    return socketIn(this.#parts.directory);
  }

  /** The id of its process; NaN if it does not run. */
  get pid(): number {
    return Number(readPid(this.#parts.directory));
  }

  get process(): ServerProcess {
    return this.#process;
  }

  /**
   * Kills the server if it is still running, and starts it again on the same directory.
   *
   * @throws {EngineError} with the reason, when it does not serve again
   */
  async restart(): Promise<void> {
    await this.#process.end();
    this.#process = startIn(this.#parts, this.#user);
    await untilServing(this.#process, this.#parts);
  }

  /** What the server has said about a failure that has just been noticed, if anything. */
  explain(): Promise<string | undefined> {
    return explainFailure(this.#process, this.#parts.directory);
  }

  /** Ends the server at once; its directory stays. */
  async end(): Promise<void> {
    await this.#process.end();
  }
}

function socketIn(directory: string): string {
  return `${directory}/${SOCKET_DIRECTORY_NAME}/${SOCKET_NAME}`;
}

/**
 * Makes a database, under another name until it is complete.
 *
 * @throws {EngineError} with the program's last words, when it fails
 */
async function makeDatabase({ programs, directory }: ServerParts, user: SystemUser | undefined): Promise<void> {
  const path = `${directory}/${NEW_DATA_NAME}`;
  if (lookAt(path) !== undefined) removeAll(path);
  makeDirectoryOf(path, user);
  const initdb = [`${programs}/initdb`, `--pgdata=${path}`, `--username=${OWN_USER}`];
  // Any order of text will do, and this one needs nothing of the system.
  const choices = ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions"];
  const become = user === undefined ? [] : becoming(user).split(" ");
  const [program = "", ...args] = [...become, ...initdb, ...choices];
  const { success, stderr } = await systemCommand(program, { args, stdin: "null", cwd: "/" }).output();
  if (!success) {
    const words = new TextDecoder().decode(stderr).trim().split("\n");
    const reason = words.find((line) => /^initdb: error: /.test(line)) ?? words.at(-1);
    throw new EngineError(
      "make a database in",
      directory,
      reason?.replace(/^initdb: error: /, "") ?? "it said nothing",
    );
  }
  renameOver(path, `${directory}/${DATA_NAME}`);
  syncDirectory(directory);
}

function removeAll(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    throw new PersistError("remove", path, error);
  }
}

function startIn(parts: ServerParts, user: SystemUser | undefined): ServerProcess {
  const { programs, directory, temporary, settings } = parts;
  const all = Object.entries({ ...OWN_SETTINGS, ...settings }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return ServerProcess.start({
    kind: KIND,
    program: `${programs}/postgres`,
    args: ["-D", `${Deno.realPathSync(directory)}/${DATA_NAME}`, ...all],
    user,
    directory,
    temporary,
  });
}

/** Resolves when the server answers. */
async function untilServing(process: ServerProcess, { programs, directory, stop }: ServerParts): Promise<void> {
  const what = `${programs}/postgres in ${directory}`;
  const client = await untilAnswers(process, {
    ask: () => PostgresClient.connect({ socket: socketIn(directory) }),
    discard: (late) => void late.close(),
    endError: async () => {
      const { reason, isHarness } = await process.reason();
      return isHarness ? new HarnessError("start", what, reason) : new EngineError("start", what, reason);
    },
    what,
    where: socketIn(directory),
    timeoutMs: SERVE_TIMEOUT_MS,
    stop,
  });
  await client.close();
}
