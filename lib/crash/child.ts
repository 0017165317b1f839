/**
 * Room of the child: another kvlab, started to be killed.
 *
 * @module
 */
import type { RunOptions } from "../run/options.ts";
import { CHILD_COMMAND } from "./child_command.ts";
import type { RunHooks } from "../run/hooks.ts";
import { run } from "../run/runner.ts";

/** What the child writes to stderr when its load begins. */
const RUNNING_LINE = "running";

/** How to start a program that calls {@linkcode runChild} on its last argument. */
export interface ChildProgram {
  readonly path: string;
  readonly args: readonly string[];
}

/** This kvlab, compiled or from source. */
export function thisProgram(): ChildProgram {
  const path = Deno.execPath();
  if (Deno.build.standalone) return { path, args: [CHILD_COMMAND] };
  return { path, args: ["run", "--allow-read", "--allow-write", "--allow-run", Deno.mainModule, CHILD_COMMAND] };
}

/**
 * The child's side: runs the load until it is killed.
 *
 * @param workers what creates workers of another kind; for tests that need a child with a fault
 */
export async function runChild(
  optionsJson: string,
  workers: Pick<RunHooks, "createLoadWorker" | "createFileWorker"> = {},
): Promise<void> {
  await run(JSON.parse(optionsJson) as RunOptions, {
    ...workers,
    onProgress: (message) => {
      if (message === RUNNING_LINE) Deno.stderr.writeSync(new TextEncoder().encode(RUNNING_LINE + "\n"));
    },
  });
}

/** How a child ended. */
export interface ChildEnd {
  /** Whether its load had begun when it was killed. */
  readonly hadBegun: boolean;
  /** How long the load had run, in milliseconds. */
  readonly loadMs: number;
  /** When it was killed, in milliseconds since the epoch. */
  readonly killedAtMs: number;
}

/**
 * Starts a child and kills it with SIGKILL.
 *
 * @param moment `startMs` after it was started, or else `loadMs` after its load has begun
 * @throws {Error} with what the child wrote to stderr, when it ends before it is killed
 */
export async function killChild(
  program: ChildProgram,
  options: RunOptions,
  moment: { startMs: number } | { loadMs: number },
): Promise<ChildEnd> {
  const child = new Deno.Command(program.path, {
    args: [...program.args, JSON.stringify(options)],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let begunAtMs: number | undefined;
  let stderr = "";
  const begun = Promise.withResolvers<void>();
  const read = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      stderr += text;
      if (begunAtMs === undefined && stderr.includes(RUNNING_LINE)) {
        begunAtMs = now();
        begun.resolve();
      }
    }
  })();
  const ended = child.status.then(() => "ended" as const);
  const due = "startMs" in moment ? delay(moment.startMs) : begun.promise.then(() => delay(moment.loadMs));
  const first = await Promise.race([ended, due]);
  const killedAtMs = now();
  if (first !== "ended") child.kill("SIGKILL");
  const status = await child.status;
  await read;
  if (status.signal !== "SIGKILL") {
    throw new Error(
      `The child ended with code ${status.code} before it was killed: ${stderr.trim() || "it said nothing"}`,
    );
  }
  return { hadBegun: begunAtMs !== undefined, loadMs: killedAtMs - (begunAtMs ?? killedAtMs), killedAtMs };
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
