/**
 * The kvlab process: starts kvlab as a user does, sends it signals, and gives back what it printed and how it ended.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";

import denoJson from "../../deno.json" with { type: "json" };

/** The repository's root. */
export const REPOSITORY = new URL("../../", import.meta.url);

/** kvlab from source, as the task `start` starts it. */
const FROM_SOURCE = denoJson.tasks.start.command.split(" ")
  .map((word) => word === "deno" ? Deno.execPath() : word === "main.ts" ? new URL("main.ts", REPOSITORY).href : word);

/** How long a kvlab may take, from start to end, before it is killed: many times what the slowest takes. */
const DEADLINE_MS = 60_000;

/** How a kvlab is started. */
export interface StartOptions {
  /** The working directory. */
  readonly cwd?: string;
  /** Environment variables beside those of the test. */
  readonly env?: Record<string, string>;
  /** Whether the test's environment is kept from it. */
  readonly clearEnv?: boolean;
  /** What starts it; default: Deno with main.ts. */
  readonly program?: readonly string[];
  /** A command that starts the program by `exec`, and so leaves its process id alone. */
  readonly wrapper?: readonly string[];
}

/** How a kvlab ended. */
export interface Ended {
  readonly code: number;
  /** The signal that killed it, if one did: what an orderly end by a signal has not. */
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the tests read of a result with `--format=json`. */
export interface ResultDocument {
  readonly total_ops: number;
  readonly writes: number;
  readonly files: number;
  readonly files_loaded: number;
  readonly entries_loaded: number;
  readonly files_set_aside: number;
  readonly set_aside_files: readonly { path: string; backup_path: string; reason: string }[];
  readonly snapshots_written: number;
  readonly stopped_by: string | null;
  readonly seed: number;
  readonly threads: readonly { ops: number; reads: number; writes: number; hits: number; runtime_sec: number }[];
}

/** A kvlab that has been started. */
export class KvlabProcess {
  /** Resolves when it has ended; rejects when it missed the deadline, and was killed. */
  readonly ended: Promise<Ended>;
  readonly #child: Deno.ChildProcess;
  #stderr = "";
  #stderrGrew = Promise.withResolvers<void>();
  #stderrClosed = false;

  private constructor(child: Deno.ChildProcess, deadlineMs: number) {
    this.#child = child;
    this.ended = this.#end(deadlineMs);
    // Whoever awaits the end sees the error; meanwhile it is not an unhandled one.
    this.ended.catch(() => {});
  }

  static start(args: readonly string[], options: StartOptions = {}): KvlabProcess {
    const { program = FROM_SOURCE, wrapper = [], cwd, env = {}, clearEnv = false } = options;
    const [command = "", ...commandArgs] = [...wrapper, ...program, ...args];
    const child = new Deno.Command(command, {
      args: commandArgs,
      ...(cwd === undefined ? {} : { cwd }),
      env,
      clearEnv,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return new KvlabProcess(child, DEADLINE_MS);
  }

  get pid(): number {
    return this.#child.pid;
  }

  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Resolves as soon as it has printed the text on stderr, often enough; rejects when it ends without. */
  async says(text: string, times = 1): Promise<void> {
    while (this.#stderr.split(text).length <= times) {
      assert(!this.#stderrClosed, `kvlab ended without saying ${JSON.stringify(text)}: ${this.#stderr}`);
      await this.#stderrGrew.promise;
    }
  }

  async #end(deadlineMs: number): Promise<Ended> {
    let late = false;
    const deadline = setTimeout(() => {
      late = true;
      this.#child.kill("SIGKILL");
    }, deadlineMs);
    const [{ code, signal }, stdout] = await Promise.all([
      this.#child.status,
      new Response(this.#child.stdout).text(),
      this.#followStderr(),
    ]);
    clearTimeout(deadline);
    assert(!late, `kvlab still ran after ${deadlineMs} ms: ${this.#stderr}`);
    return { code, signal, stdout, stderr: this.#stderr };
  }

  async #followStderr(): Promise<void> {
    for await (const text of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
      this.#stderr += text;
      this.#wakeFollowers();
    }
    this.#stderrClosed = true;
    this.#wakeFollowers();
  }

  #wakeFollowers(): void {
    this.#stderrGrew.resolve();
    this.#stderrGrew = Promise.withResolvers();
  }
}

/** Runs kvlab to its end. */
export function kvlab(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  return KvlabProcess.start(args, options).ended;
}

/** The lines of a text, each of which must be ended. */
export function linesOf(text: string): string[] {
  if (text === "") return [];
  assert(text.endsWith("\n"), `no line end after ${JSON.stringify(text)}`);
  return text.slice(0, -1).split("\n");
}

/** Checks that kvlab ended by itself with this exit code, and nothing that looks like a stack trace. */
export function assertCode(ended: Ended, code: number): void {
  assertEquals({ code: ended.code, signal: ended.signal }, { code, signal: null }, ended.stderr);
  assertNotMatch(ended.stderr, /^\s+at |Uncaught|Stack/m);
}

/**
 * Checks that kvlab failed with exit code 1, no result, and one line that says why after its lines of progress.
 *
 * @returns that line
 */
export function assertFailed(ended: Ended, why: RegExp): string {
  assertEquals(ended.stdout, "");
  return assertFailedInLoad(ended, why);
}

/**
 * Checks that kvlab failed with exit code 1 and one line that says why after its lines of progress, whatever it had
 * measured until then.
 *
 * @returns that line
 */
export function assertFailedInLoad(ended: Ended, why: RegExp): string {
  assertCode(ended, 1);
  const [configuration = "", ...lines] = linesOf(ended.stderr);
  assertMatch(configuration, /^kvlab \d+\.\d+\.\d+: /);
  const telling = lines.filter((line) => !PROGRESS_LINES.includes(line));
  assertEquals(telling.length, 1, ended.stderr);
  const [line = ""] = telling;
  assertMatch(line, why);
  return line;
}

const PROGRESS_LINES = ["kvlab: preloading", "kvlab: warming up", "kvlab: running", "kvlab: draining"];

/** The result of a kvlab that was given `--format=json`. */
export function resultOf(ended: Ended): ResultDocument {
  try {
    return JSON.parse(ended.stdout) as ResultDocument;
  } catch {
    throw new Error(`stdout is no JSON: ${JSON.stringify(ended.stdout)}, stderr: ${ended.stderr}`);
  }
}

/** The number behind a name in a text result. */
export function figureOf(ended: Ended, name: string): number {
  const text = new RegExp(`^${name}: ([\\d.]+)s?$`, "m").exec(ended.stdout)?.[1];
  assert(text !== undefined, `no ${name} in ${JSON.stringify(ended.stdout)}, stderr: ${ended.stderr}`);
  return Number(text);
}

/**
 * Registers a test that needs something not every machine has. Where that is missing the test is ignored, and that is
 * said aloud, with the reason.
 *
 * @param missing what is missing and why, or `undefined` when nothing is
 */
export function testWhere(missing: string | undefined, name: string, fn: () => void | Promise<void>): void {
  if (missing === undefined) return Deno.test(name, fn);
  // deno-lint-ignore no-console -- a test that is left out must not go unnoticed
  console.warn(`IGNORED: "${name}", because ${missing}`);
  Deno.test({ name: `${name} (IGNORED: ${missing})`, ignore: true, fn });
}

/** Whether a command can be run and succeeds. */
export async function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(command, { args: [...args], stdin: "null" }).output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
