/**
 * The process of a server: starts it beside its supervisor, sends it signals, and ends it.
 *
 * @module
 */
import { systemCommand } from "../../system/command.ts";
import { delay } from "../../sync/delay.ts";
import { EngineError, HarnessError } from "../engine_error.ts";
import { KEEP, KILL_SCRIPT, LAUNCHER_SCRIPT, NO_PROGRAM_CODE, PID_FILE_NAME, SUPERVISOR_SCRIPT } from "./supervisor.ts";
import { becoming, type SystemUser } from "./user.ts";

/** What one kind of server differs in from others: how it logs, and how it is ended. */
export interface ServerKind {
  /** What a user does about a program that is not there, as a clause. */
  readonly remedy: string;
  /** The lines of its log that tell an error. */
  isError(line: string): boolean;
  /** What a line of its log says, without the time and the like. */
  textOf(line: string): string;
  /** What its last lines say about its end, where none tells an error; the last one, if absent. */
  lastWords?(lines: readonly string[]): string | undefined;
  /** A signal that ends it at once, but lets it give back what the system would keep; SIGKILL if absent. */
  readonly quitSignal?: "QUIT";
}

/** How to start a server. */
interface ServerCommand {
  readonly kind: ServerKind;
  /** Its program: a path from the user's directory, or a name to be looked up in PATH. */
  readonly program: string;
  readonly args: readonly string[];
  /** Who it runs as, if not this user. */
  readonly user?: SystemUser | undefined;
  /** What starts it in another network than this process's, if anything, as words before its command line. */
  readonly entering?: string | undefined;
  /** An existing directory of the server's own, in which it runs. */
  readonly directory: string;
  /**
   * A shell command that removes what a server that was killed cannot, run in its directory; `$group` is the server's
   * process id. Another server may already have been started there.
   */
  readonly tidy?: string;
  /** What to remove, recursively, if kvlab dies without having called {@linkcode ServerProcess.end}. */
  readonly temporary?: string | undefined;
}

/** Why a server has ended by itself. */
export interface EndReason {
  /** As far as its output tells. */
  readonly reason: string;
  /** Whether that is because there is no such program. */
  readonly isHarness: boolean;
  /** Whether it has ended well. */
  readonly isWell: boolean;
}

/** How many of the last lines of the server's output are kept: more than a server says of its flags. */
const LINES_KEPT = 300;
/**
 * How long the end of a server's output may come after its own end, in milliseconds: a process that it has left behind
 * may hold the output open for ever.
 */
const LAST_OUTPUT_MS = 500;

/** A server that this process has started. */
export class ServerProcess {
  readonly #server: Deno.ChildProcess;
  readonly #supervisor: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #program: string;
  readonly #kind: ServerKind;
  /** The last lines of the server's output, latest last. */
  readonly #lines: string[] = [];
  /** Resolves when the server has ended, however it ended. */
  readonly ended: Promise<void>;
  /** Called, in order, as the supervisor reports that it has carried out each instruction. */
  readonly #told: (() => void)[] = [];
  #hasEnded = false;

  private constructor(server: Deno.ChildProcess, supervisor: Deno.ChildProcess, { program, kind }: ServerCommand) {
    this.#server = server;
    this.#supervisor = supervisor;
    this.#input = supervisor.stdin.getWriter();
    this.#program = program;
    this.#kind = kind;
    this.ended = this.#end();
    void this.#readAnswers();
    void begin(server);
  }

  /**
   * Starts a server. Whether it then runs can only be seen by connecting.
   *
   * @throws {HarnessError} when this process may not start one, or the system lets it start none
   */
  static start(command: ServerCommand): ServerProcess {
    const { kind, program, args, user, entering = "", directory, tidy = "", temporary = "" } = command;
    const { quitSignal = "" } = kind;
    let server: Deno.ChildProcess | undefined;
    try {
      const become = `${entering} ${user === undefined ? "" : becoming(user)}`;
      server = startScript(LAUNCHER_SCRIPT, [directory, become, program, ...args]);
      const supervised = [String(server.pid), directory, temporary, quitSignal, tidy];
      return new ServerProcess(server, startScript(SUPERVISOR_SCRIPT, supervised), command);
    } catch (error) {
      server?.kill("SIGKILL");
      throw new HarnessError("start", program, error);
    }
  }

  /** Whether the server has ended. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The last errors that the server has logged, latest last, without their time. */
  get errors(): string[] {
    return this.#lines.filter((line) => this.#kind.isError(line)).map((line) => this.#kind.textOf(line));
  }

  /** Sends the server a signal, and resolves when it has been sent; does nothing once the server has ended. */
  async signal(name: "KILL" | "STOP" | "CONT"): Promise<void> {
    await this.#tell(name);
  }

  /** Kills the server, and resolves when it has ended. */
  async kill(): Promise<void> {
    await this.signal("KILL");
    await this.ended;
  }

  /** Kills the server and ends its supervisor; what is temporary is left to the caller. */
  async end(): Promise<void> {
    await this.#tell(KEEP);
    await this.#input.close().catch(() => {});
    await this.#supervisor.status;
    await this.ended;
  }

  /** Why the server has ended by itself. */
  async reason(): Promise<EndReason> {
    await this.ended;
    const { code, signal } = await this.#server.status;
    const lines = this.#lines.filter((line) => line.trim() !== "");
    if (code === NO_PROGRAM_CODE && lines.length === 0) {
      return {
        reason: `there is no program ${this.#program}, ${this.#kind.remedy}`,
        isHarness: true,
        isWell: false,
      };
    }
    return {
      reason: this.#lastWords(lines) ?? `it ended with ${signal ?? `code ${code}`}, and said nothing`,
      isHarness: false,
      isWell: code === 0,
    };
  }

  /** What the server has said about its end. The first error is the cause. */
  #lastWords(lines: readonly string[]): string | undefined {
    const [error] = this.errors;
    if (error !== undefined) return error;
    const last = lines.at(-1);
    return this.#kind.lastWords?.(lines) ?? (last === undefined ? undefined : this.#kind.textOf(last));
  }

  async #tell(word: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#told.push(resolve);
    try {
      await this.#input.write(new TextEncoder().encode(word + "\n"));
      await Promise.race([promise, this.#supervisor.status]);
    } catch {
      // The supervisor has ended, and the server with it.
    }
  }

  /** Each line says that the next instruction has been carried out. */
  async #readAnswers(): Promise<void> {
    for await (const text of this.#supervisor.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = text.split("\n").length - 1;
      for (const resolve of this.#told.splice(0, lines)) resolve();
    }
  }

  /** Resolves when the server has ended and its output has been read. */
  async #end(): Promise<void> {
    const output = this.#server.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const read = this.#read(output);
    await this.#server.status;
    await Promise.race([read, delay(LAST_OUTPUT_MS)]);
    await output.cancel();
    this.#hasEnded = true;
  }

  async #read(output: ReadableStreamDefaultReader<string>): Promise<void> {
    let rest = "";
    for (let { value } = await output.read(); value !== undefined; { value } = await output.read()) {
      const lines = (rest + value).split("\n");
      rest = lines.pop() ?? "";
      this.#lines.push(...lines);
      this.#lines.splice(0, this.#lines.length - LINES_KEPT);
    }
    if (rest !== "") this.#lines.push(rest);
  }
}

/** Starts a script in a session of its own. */
function startScript(script: string, args: readonly string[]): Deno.ChildProcess {
  return systemCommand("sh", {
    args: ["-c", script, "sh", ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
    detached: true,
  }).spawn();
}

/** Lets the launcher become the server. */
async function begin({ stdin }: Deno.ChildProcess): Promise<void> {
  const input = stdin.getWriter();
  try {
    await input.write(new TextEncoder().encode("go\n"));
    await input.close();
  } catch {
    // It has ended, and said why.
  }
}

/** The process id of the server that runs in a directory; `undefined` if none does. */
export function readPid(directory: string): string | undefined {
  try {
    return Deno.readTextFileSync(`${directory}/${PID_FILE_NAME}`).trim();
  } catch {
    return undefined;
  }
}

/**
 * Kills the server that another process has started in a directory, with all that it has started; does nothing if none
 * runs there.
 *
 * @throws {EngineError} when this process is not allowed to
 */
export async function killServerIn(directory: string): Promise<void> {
  const group = readPid(directory);
  if (group === undefined) return;
  try {
    const args = ["-c", KILL_SCRIPT, "sh", group];
    await systemCommand("sh", { args, stdin: "null", stdout: "null", stderr: "null" }).output();
  } catch (error) {
    throw new EngineError("kill", `the server in ${directory}`, error);
  }
}
