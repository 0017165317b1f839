/**
 * Starts another kvlab, and kills it.
 *
 * @module
 */
import { systemCommand } from "../persist/command.ts";
import type { RunOptions } from "../run/run_options.ts";
import { CHILD_COMMAND } from "./child_command.ts";
import type { RunHooks } from "../run/hooks.ts";
import { ownProgram } from "../run/own_program.ts";
import { run } from "../run/runner.ts";
import type { RunningProcess } from "./stopped_process.ts";

/** The line that the child writes to stderr when its load begins. */
const RUNNING_LINE = "running";

/** How to start a program that calls {@linkcode runChild} on its last argument. */
export interface ChildProgram {
  readonly path: string;
  readonly args: readonly string[];
}

/** How to start this kvlab, compiled or from source. */
export function thisProgram(): ChildProgram {
  const { path, args } = ownProgram();
  return { path, args: [...args, CHILD_COMMAND] };
}

/**
 * The child's side: runs the load until it is killed.
 *
 * @param workers creates workers of another kind; for tests that need a child with a fault
 */
export async function runChild(
  optionsJson: string,
  workers: Pick<RunHooks, "createLoadWorker" | "createFileWorker"> = {},
): Promise<void> {
  const { failed } = await run(JSON.parse(optionsJson) as RunOptions, {
    ...workers,
    onPhase: (phase) => {
      if (phase === "load") Deno.stderr.writeSync(new TextEncoder().encode(RUNNING_LINE + "\n"));
    },
  });
  if (failed !== undefined) throw new Error(failed);
}

/** When a child is to be killed: this long after it was started, or after its load has begun. */
export type KillMoment = { readonly startMs: number } | { readonly loadMs: number };

/** How a child ended. */
export interface ChildEnd {
  /** Whether its load had begun when it was killed. */
  readonly hadBegun: boolean;
  /** How long the load had run, in milliseconds. */
  readonly loadMs: number;
  /** When it was killed, in milliseconds since the epoch. */
  readonly killedAtMs: number;
}

/** How a child is killed. */
export interface KillOptions {
  readonly moment: KillMoment;
  /** Kills it as soon as it is aborted. */
  readonly stop?: AbortSignal | undefined;
  /** Called with the child just before the kill, for whatever goes down with it. */
  readonly before?: ((child: RunningProcess) => void | Promise<void>) | undefined;
}

/**
 * Starts a child and kills it with SIGKILL at the given moment, or as soon as it is told to stop.
 *
 * @returns how it ended; `undefined` when it was stopped
 * @throws {Error} with the child's stderr, when it ends before it is killed
 */
export async function killChild(
  program: ChildProgram,
  options: RunOptions,
  { moment, stop, before }: KillOptions,
): Promise<ChildEnd | undefined> {
  if (stop?.aborted) return undefined;
  const child = new Child(program, options);
  const due = new Due();
  const onStop = () => due.now();
  stop?.addEventListener("abort", onStop);
  if ("startMs" in moment) due.in(moment.startMs);
  else child.begun.then(() => due.in(moment.loadMs));
  try {
    await Promise.race([child.ended, due.promise]);
    return await child.kill({ stop, before });
  } finally {
    stop?.removeEventListener("abort", onStop);
    due.cancel();
  }
}

/** A moment that comes after a delay, or sooner. */
class Due {
  readonly #resolvers = Promise.withResolvers<void>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  get promise(): Promise<void> {
    return this.#resolvers.promise;
  }

  in(ms: number): void {
    this.#timer = setTimeout(() => this.now(), ms);
  }

  now(): void {
    this.#resolvers.resolve();
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }
}

/** A running child. */
class Child {
  readonly #process: Deno.ChildProcess;
  readonly #begun = Promise.withResolvers<void>();
  readonly #stderrRead: Promise<void>;
  #begunAtMs: number | undefined;
  #stderr = "";
  #hasEnded = false;

  constructor({ path, args }: ChildProgram, options: RunOptions) {
    this.#process = systemCommand(path, {
      args: [...args, JSON.stringify(options)],
      // Nothing is written to it. When this process ends, so does the pipe, and the child, which watches it, exits.
      stdin: "piped",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#stderrRead = this.#readStderr();
    void this.#process.status.then(() => this.#hasEnded = true);
  }

  /** Resolves when its load begins, if it ever does. */
  get begun(): Promise<void> {
    return this.#begun.promise;
  }

  /** Resolves when it has ended, however it ended. */
  get ended(): Promise<unknown> {
    return this.#process.status;
  }

  /** Kills it, unless it has already ended. */
  async kill({ stop, before }: Pick<KillOptions, "stop" | "before">): Promise<ChildEnd | undefined> {
    const killedAtMs = now();
    // What goes down first may take the child with it.
    const mayEnd = before !== undefined && !this.#hasEnded;
    try {
      if (!this.#hasEnded) await before?.({ pid: this.#process.pid, kill: (signal) => this.#process.kill(signal) });
    } finally {
      this.#signalKill();
    }
    const status = await this.#process.status;
    await this.#stderrRead;
    await this.#process.stdin.abort().catch(() => {});
    // A signal from the terminal goes to the child as well; this process's own listener for it may be about to run.
    if (status.signal !== "SIGKILL") await new Promise((resolve) => setTimeout(resolve, 0));
    if (stop?.aborted) return undefined;
    if (status.signal !== "SIGKILL" && !mayEnd) {
      if (status.code === 0) {
        throw new Error("The child's load ended before it was killed, as when the records of --max-keys are used up");
      }
      const said = this.#stderr.replace(`${RUNNING_LINE}\n`, "").trim() || "it said nothing";
      throw new Error(`The child ended with code ${status.code} before it was killed: ${said}`);
    }
    const begunAtMs = this.#begunAtMs;
    return { hadBegun: begunAtMs !== undefined, loadMs: killedAtMs - (begunAtMs ?? killedAtMs), killedAtMs };
  }

  #signalKill(): void {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has already ended by itself.
    }
  }

  async #readStderr(): Promise<void> {
    for await (const text of this.#process.stderr.pipeThrough(new TextDecoderStream())) {
      this.#stderr += text;
      if (this.#begunAtMs === undefined && this.#stderr.includes(RUNNING_LINE)) {
        this.#begunAtMs = now();
        this.#begun.resolve();
      }
    }
  }
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
