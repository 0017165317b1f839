/**
 * The process of a server: starts it under its supervisor, sends it signals, and ends it.
 *
 * @module
 */
import { systemCommand } from "../../persist/command.ts";
import { EngineError } from "../engine_error.ts";
import { KEEP, NO_PROGRAM_CODE, PID_FILE_NAME, SUPERVISOR_SCRIPT } from "./supervisor.ts";

/** How to start a server. */
export interface ServerCommand {
  /** Its program: a path, or a name to be looked up in PATH. */
  readonly program: string;
  readonly args: readonly string[];
  /** An existing directory of the server's own, in which it runs. */
  readonly directory: string;
  /** What to remove, recursively, if kvlab dies without having called {@linkcode ServerProcess.end}. */
  readonly temporary?: string | undefined;
}

/** How many of the last lines of the server's output are kept. */
const LINES_KEPT = 30;

/** Redis logs its errors as warnings, but also some lines at every start, which are excluded here. */
const ERROR_LINE = / # (?!warning|server initialized|oO0|redis (is|version)|configuration loaded)/i;

/** A server that this process has started. */
export class ServerProcess {
  readonly #supervisor: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #program: string;
  /** The last lines of the server's output, latest last. */
  readonly #lines: string[] = [];
  /** Resolves when the server has ended, however it ended. */
  readonly ended: Promise<void>;
  /** Called, in order, as the supervisor reports that it has carried out each instruction. */
  readonly #told: (() => void)[] = [];
  #hasEnded = false;

  private constructor(supervisor: Deno.ChildProcess, program: string) {
    this.#supervisor = supervisor;
    this.#input = supervisor.stdin.getWriter();
    this.#program = program;
    this.ended = this.#read();
    void this.#readAnswers();
  }

  /**
   * Starts a server. Whether it then runs can only be seen by connecting.
   *
   * @throws {EngineError} when this process may not start one
   */
  static start({ program, args, directory, temporary = "" }: ServerCommand): ServerProcess {
    try {
      const supervisor = systemCommand("sh", {
        args: ["-c", SUPERVISOR_SCRIPT, "sh", temporary, program, ...args],
        cwd: directory,
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
        detached: true,
      }).spawn();
      return new ServerProcess(supervisor, program);
    } catch (error) {
      throw new EngineError("start", program, error);
    }
  }

  /** Whether the server has ended. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The last errors that the server has logged, latest last, without their time. */
  get errors(): string[] {
    return this.#lines.filter((line) => ERROR_LINE.test(line)).map(withoutTime);
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

  /** Why the server has ended by itself, as far as its output tells. */
  async reason(): Promise<string> {
    await this.ended;
    await this.#input.close().catch(() => {});
    const { code } = await this.#supervisor.status;
    if (code === NO_PROGRAM_CODE) return `there is no program ${this.#program}, name one with --spawn=PATH`;
    // The first error is the cause. An error in the server's settings is not logged in this form, and is in its last
    // line.
    const [line = this.#lines.findLast((line) => line.trim() !== "")] = this.errors;
    return line === undefined ? "it ended and said nothing" : withoutTime(line);
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
    for await (const text of this.#supervisor.stderr.pipeThrough(new TextDecoderStream())) {
      const lines = text.split("\n").length - 1;
      for (const resolve of this.#told.splice(0, lines)) resolve();
    }
  }

  async #read(): Promise<void> {
    let rest = "";
    for await (const text of this.#supervisor.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      this.#lines.push(...lines);
      this.#lines.splice(0, this.#lines.length - LINES_KEPT);
    }
    if (rest !== "") this.#lines.push(rest);
    this.#hasEnded = true;
  }
}

/** A line of the log from its text on. */
function withoutTime(line: string): string {
  return line.replace(/^.*? # /, "").trim();
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
 * Kills the server that another process has started in a directory; does nothing if none runs there.
 *
 * @throws {EngineError} when this process is not allowed to
 */
export async function killServerIn(directory: string): Promise<void> {
  const pid = readPid(directory);
  if (pid === undefined) return;
  try {
    const args = ["-c", 'kill -s KILL "$1"', "sh", pid];
    await systemCommand("sh", { args, stdin: "null", stdout: "null", stderr: "null" }).output();
  } catch (error) {
    throw new EngineError("kill", `the server in ${directory}`, error);
  }
}
