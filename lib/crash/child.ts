/**
 * Starts another kvlab, and kills it, or has it end in an orderly way.
 *
 * @module
 */
import { CHILD_COMMAND, ownProgram, signalChild, systemCommand } from "../system/command.ts";
import type { RunOptions } from "../run/run_options.ts";
import type { RunHooks } from "../run/live.ts";
import type { StopSignal } from "../run/run_result.ts";
import { run } from "../run/runner.ts";
import { sharedNowMs } from "../sync/shared_time.ts";

/** The line that the child writes to stderr when its load begins. Others may say that something is running, too. */
const RUNNING_LINE = "running\n";
const HAS_RUNNING_LINE = new RegExp(`^${RUNNING_LINE}`, "m");

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
 * The child's side: runs the load until it is killed, told to end by SIGTERM, or over.
 *
 * @param workers creates workers of another kind; for tests that need a child with a fault
 */
export async function runChild(
  optionsJson: string,
  workers: Pick<RunHooks, "createLoadWorker" | "createFileWorker"> = {},
): Promise<void> {
  const stop = new AbortController();
  Deno.addSignalListener("SIGTERM", () => stop.abort("SIGTERM" satisfies StopSignal));
  const { failed } = await run(JSON.parse(optionsJson) as RunOptions, {
    ...workers,
    stop: stop.signal,
    onPhase: (phase) => {
      if (phase === "load") Deno.stderr.writeSync(new TextEncoder().encode(RUNNING_LINE));
    },
  });
  if (failed !== undefined) throw new Error(failed);
}

/** When a child is to be killed: this long after it was started, or after its load has begun. */
export type KillMoment = { readonly startMs: number } | { readonly loadMs: number };

/** How a child ended. */
export interface ChildEnd {
  /** Whether its load had begun when it was killed, or told to end. */
  readonly hadBegun: boolean;
  /** How long the load had run, in milliseconds. */
  readonly loadMs: number;
  /** When it was killed, in milliseconds of the shared time. */
  readonly killedAtMs: number;
  /** After an orderly end: how many files are not sound, although they were, or are new. */
  readonly unsoundFiles?: number;
}

/** How a child is made to end: by SIGKILL; by SIGTERM, after which it writes what is left; or by its load's own end. */
export type EndingName = "SIGKILL" | "SIGTERM" | "load";

/** How a child is ended. */
export interface EndOptions {
  readonly ending: EndingName;
  /** When its load ends by itself, this is up to the options of the run. */
  readonly moment: KillMoment;
  /** Kills it as soon as it is aborted. */
  readonly stop?: AbortSignal | undefined;
  /** Comes before the moment if there is no waiting for it. */
  readonly early?: Promise<void> | undefined;
  /** Called just before the kill, for whatever goes down with the child. */
  readonly before?: (() => void | Promise<void>) | undefined;
}

/** How long a child may take to end once it should, in milliseconds: it may have much to write. */
const ORDERLY_END_MS_MAX = 300_000;

/**
 * Starts a child and ends it at the given moment; as soon as it is told to stop, with SIGKILL.
 *
 * @returns how it ended; `undefined` when it was stopped
 * @throws {Error} with the child's stderr, when it ends otherwise than it should
 */
export async function endChild(
  program: ChildProgram,
  options: RunOptions,
  end: EndOptions,
): Promise<ChildEnd | undefined> {
  const { moment, stop, ending, early } = end;
  if (stop?.aborted) return undefined;
  const child = new Child(program, options);
  const due = new Due();
  const late = new Due();
  const onStop = () => {
    due.now();
    late.now();
  };
  stop?.addEventListener("abort", onStop);
  if ("startMs" in moment) due.in(moment.startMs);
  else child.begun.then(() => due.in(moment.loadMs));
  void early?.then(() => due.now());
  try {
    await Promise.race([child.ended, due.promise]);
    if (ending === "SIGKILL" || stop?.aborted) return await child.kill(end);
    late.in(ORDERLY_END_MS_MAX);
    if (ending === "SIGTERM") child.signal("SIGTERM");
    const endedAtMs = sharedNowMs();
    await Promise.race([child.ended, late.promise]);
    return await child.orderlyEnd(endedAtMs, stop);
  } finally {
    stop?.removeEventListener("abort", onStop);
    due.cancel();
    late.cancel();
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

  /** Sends it a signal, unless it has already ended. */
  signal(signal: Deno.Signal): void {
    signalChild(this.#process, signal);
  }

  /** Kills it, unless it has already ended. */
  async kill({ stop, before }: Pick<EndOptions, "stop" | "before">): Promise<ChildEnd | undefined> {
    const killedAtMs = sharedNowMs();
    // What goes down first may take the child with it.
    const mayEnd = before !== undefined && !this.#hasEnded;
    try {
      if (!this.#hasEnded) await before?.();
    } finally {
      this.signal("SIGKILL");
    }
    const status = await this.#status();
    // A signal from the terminal goes to the child as well; this process's own listener for it may be about to run.
    if (status.signal !== "SIGKILL") await new Promise((resolve) => setTimeout(resolve, 0));
    if (stop?.aborted) return undefined;
    if (status.signal !== "SIGKILL" && !mayEnd) {
      if (status.code === 0) {
        throw new Error("The child's load ended before it was killed, as when the records of --max-keys are used up");
      }
      throw new Error(`The child ended with code ${status.code} before it was killed: ${this.#said}`);
    }
    return this.#endAt(killedAtMs);
  }

  /**
   * Sees how it has ended by itself, or kills it if it has not.
   *
   * @param endedAtMs when its load ended, or it was told to end
   */
  async orderlyEnd(endedAtMs: number, stop: AbortSignal | undefined): Promise<ChildEnd | undefined> {
    const isLate = !this.#hasEnded;
    this.signal("SIGKILL");
    const status = await this.#status();
    if (stop?.aborted) return undefined;
    if (isLate) throw new Error(`The child still ran ${ORDERLY_END_MS_MAX / 1000} s after it should have ended`);
    // Before it listens for the signal, that simply ends it.
    const isUnbegun = this.#begunAtMs === undefined && status.signal === "SIGTERM";
    if (status.code !== 0 && !isUnbegun) {
      throw new Error(`The child ended with code ${status.code}, which should have been 0: ${this.#said}`);
    }
    return this.#endAt(endedAtMs);
  }

  async #status(): Promise<Deno.CommandStatus> {
    const status = await this.#process.status;
    await this.#stderrRead;
    await this.#process.stdin.abort().catch(() => {});
    return status;
  }

  get #said(): string {
    return this.#stderr.replace(HAS_RUNNING_LINE, "").trim() || "it said nothing";
  }

  #endAt(killedAtMs: number): ChildEnd {
    const begunAtMs = this.#begunAtMs;
    // What it says of its load's begin may be read only after the moment that ended it.
    const loadMs = Math.max(0, killedAtMs - (begunAtMs ?? killedAtMs));
    return { hadBegun: begunAtMs !== undefined, loadMs, killedAtMs };
  }

  async #readStderr(): Promise<void> {
    for await (const text of this.#process.stderr.pipeThrough(new TextDecoderStream())) {
      this.#stderr += text;
      if (this.#begunAtMs === undefined && HAS_RUNNING_LINE.test(this.#stderr)) {
        this.#begunAtMs = sharedNowMs();
        this.#begun.resolve();
      }
    }
  }
}
