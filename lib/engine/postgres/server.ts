/**
 * A spawned server: makes its database, starts it in a directory of its own, waits for it, kills and restarts it.
 *
 * It listens on a socket in that directory alone, which nobody but its user can enter: so it needs neither a port nor a
 * password.
 *
 * @module
 */
import { namesIn } from "../../directory/directory.ts";
import { lookAt, readText, renameOver, syncDirectory } from "../../system/file_io.ts";
import { afterFailureSync } from "../../sync/clean_up.ts";
import { systemCommand } from "../../system/command.ts";
import { EngineError, HarnessError } from "../engine_error.ts";
import { type ServerKind, ServerProcess } from "../server/server_process.ts";
import { SpawnedServer, startError, untilAnswers } from "../server/spawned_server.ts";
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
  /** The name of its socket's directory in that, which no other server has had; see {@linkcode newSocketDirectory}. */
  readonly socketDirectory: string;
  /** The socket of the server whose standby it is to be, with a copy of its database in place of any that is there. */
  readonly standbyOf?: string;
  /** Its settings, by name. */
  readonly settings: Readonly<Record<string, string | number>>;
  /** Aborted to give up waiting for it. */
  readonly stop?: AbortSignal | undefined;
}

/**
 * In a server's directory: its database, while it is being made and afterwards, and the directory of its socket, which
 * no other server has: what is left of one that was killed may be removed when the next has begun.
 */
export const DATA_NAME = "data";
const NEW_DATA_PREFIX = "data.new-";
const SOCKET_DIRECTORY_PREFIX = "socket-";
const SOCKET_NAME = ".s.PGSQL.5432";
/** Linux takes no longer paths of sockets (`man 7 unix`). */
const SOCKET_PATH_BYTES_MAX = 107;

/** How long a server may take to serve, in milliseconds: it first repeats what its log has since a checkpoint. */
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
};

/**
 * What tidies up after a server. The system keeps a segment of shared memory whose last process has been killed; its id
 * is in the seventh line of a file whose first has the server's.
 */
function tidying(socketDirectory: string): string {
  return `ipcrm -m "$(sed -n "1{/^$group\$/!q};7s/.* //p" ${DATA_NAME}/postmaster.pid)"
rm -rf -- ${socketDirectory}`;
}

/** What every server is told, besides its settings. */
const OWN_SETTINGS = {
  listen_addresses: "",
  // The other kinds leave files outside the directory when the server is killed.
  dynamic_shared_memory_type: "mmap",
  log_destination: "stderr",
  logging_collector: "off",
  log_line_prefix: "",
  log_checkpoints: "off",
};

/** A server that this process has started, and ends. */
export class PostgresServer extends SpawnedServer {
  readonly #started: Started;

  private constructor(started: Started, process: ServerProcess) {
    super(started.directory, process);
    this.#started = started;
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
    const started = { ...parts, user };
    refuseLongPath(socketOf(started));
    removeLeft(directory);
    if (parts.standbyOf !== undefined) await copyDatabase(started, parts.standbyOf);
    else if (lookAt(`${directory}/${DATA_NAME}`) === undefined) await makeDatabase(started);
    disownPid(`${directory}/${DATA_NAME}`);
    const process = startIn(started);
    try {
      await untilServing(process, started);
      return new PostgresServer(started, process);
    } catch (error) {
      await process.end();
      throw error;
    }
  }

  /** The path of its socket. */
  get socket(): string {
    return socketOf(this.#started);
  }
}

/** What is known of a server that has been started, or is about to be. */
interface Started extends ServerParts {
  /** Who it runs as, if not this process's user. */
  readonly user: SystemUser | undefined;
}

/** A name for the directory of a server's socket. */
export function newSocketDirectory(): string {
  return SOCKET_DIRECTORY_PREFIX + crypto.randomUUID().slice(0, 8);
}

function socketOf({ directory, socketDirectory }: Started): string {
  return `${directory}/${socketDirectory}/${SOCKET_NAME}`;
}

/** @throws {HarnessError} when a socket cannot have this path */
function refuseLongPath(path: string): void {
  const bytes = new TextEncoder().encode(path).length;
  if (bytes <= SOCKET_PATH_BYTES_MAX) return;
  throw new HarnessError("listen on", path, `the path has ${bytes} B, must have ${SOCKET_PATH_BYTES_MAX} at most`);
}

/**
 * Makes a database.
 *
 * @throws {EngineError} with the program's last words, when it fails
 */
async function makeDatabase(started: Started): Promise<void> {
  // Any order of text will do, and this one needs nothing of the system.
  const choices = ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions"];
  // What is removed at the end need not outlive a loss of power before the load.
  if (started.temporary !== undefined) choices.push("--no-sync");
  await fillDirectory(started, "initdb", [`--username=${OWN_USER}`, ...choices]);
}

/**
 * Copies the database of a running server, to be followed as its standby.
 *
 * @throws {EngineError} with the program's last words, when it fails
 */
async function copyDatabase(started: Started, primarySocket: string): Promise<void> {
  const { directory } = started;
  if (lookAt(`${directory}/${DATA_NAME}`) !== undefined) {
    Deno.removeSync(`${directory}/${DATA_NAME}`, { recursive: true });
  }
  const host = `--host=${primarySocket.slice(0, primarySocket.lastIndexOf("/"))}`;
  const choices = ["--write-recovery-conf", "--checkpoint=fast", "--no-sync"];
  await fillDirectory(started, "pg_basebackup", [host, `--username=${OWN_USER}`, ...choices]);
}

/** Has a program fill the directory of the data, under another name until it is complete. */
async function fillDirectory(
  { programs, directory, user }: Started,
  name: string,
  choices: readonly string[],
): Promise<void> {
  const path = `${directory}/${NEW_DATA_PREFIX}${crypto.randomUUID().slice(0, 8)}`;
  makeDirectoryOf(path, user);
  const become = user === undefined ? [] : becoming(user).split(" ");
  const [program = "", ...args] = [...become, `${programs}/${name}`, `--pgdata=${path}`, ...choices];
  const { success, stderr } = await systemCommand(program, { args, stdin: "null", cwd: "/" }).output();
  if (!success) {
    const words = new TextDecoder().decode(stderr).trim().split("\n");
    const error = `${name}: error: `;
    const reason = words.find((line) => line.startsWith(error)) ?? words.at(-1) ?? "it said nothing";
    throw new EngineError("make a database in", directory, reason.replace(error, ""));
  }
  renameOver(path, `${directory}/${DATA_NAME}`);
  syncDirectory(directory);
}

/** Removes what kvlabs that were killed have left, as far as what they had started has ended. */
function removeLeft(directory: string): void {
  const prefixes = [SOCKET_DIRECTORY_PREFIX, NEW_DATA_PREFIX];
  for (const name of namesIn(directory).filter((name) => prefixes.some((prefix) => name.startsWith(prefix)))) {
    afterFailureSync(() => Deno.removeSync(`${directory}/${name}`, { recursive: true }));
  }
}

/**
 * What a server leaves when it is killed has its process id, which may be another process's by now: the next server
 * would take that for the first one, and not start. So this process's own id, which it passes over, is put there in its
 * place. The rest stays, by which it sees whether other processes of the first server are left.
 */
function disownPid(data: string): void {
  const path = `${data}/postmaster.pid`;
  if (Deno.build.os !== "linux" || lookAt(path) === undefined) return;
  const text = readText(path);
  const [pid = ""] = /^\d+/.exec(text) ?? [];
  if (pid === "" || isIn(pid, data)) return;
  afterFailureSync(() => Deno.writeTextFileSync(path, text.replace(pid, String(Deno.pid))));
}

/** Whether a process runs in a directory. */
function isIn(pid: string, directory: string): boolean {
  try {
    return Deno.readLinkSync(`/proc/${pid}/cwd`) === Deno.realPathSync(directory);
  } catch {
    // There is none, or it is another user's.
    return false;
  }
}

function startIn({ programs, directory, temporary, settings, user, socketDirectory }: Started): ServerProcess {
  makeDirectoryOf(`${directory}/${socketDirectory}`, user);
  // From the directory of the data.
  const own = { ...OWN_SETTINGS, unix_socket_directories: `../${socketDirectory}` };
  const all = Object.entries({ ...own, ...settings }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return ServerProcess.start({
    kind: KIND,
    program: `${programs}/postgres`,
    args: ["-D", `${Deno.realPathSync(directory)}/${DATA_NAME}`, ...all],
    user,
    directory,
    tidy: tidying(socketDirectory),
    temporary,
  });
}

/** Resolves when the server answers. */
async function untilServing(process: ServerProcess, started: Started): Promise<void> {
  const { programs, directory, stop } = started;
  const what = `${programs}/postgres in ${directory}`;
  const client = await untilAnswers(process, {
    ask: () => PostgresClient.connect({ socket: socketOf(started) }),
    discard: (late) => void late.close(),
    endError: async () => startError(what, await process.reason()),
    what,
    where: socketOf(started),
    timeoutMs: SERVE_TIMEOUT_MS,
    stop,
  });
  await client.close();
}
