/**
 * Runs a kvlab command line in a child process, and reads the JSON that it prints.
 *
 * @module
 */
import { ownProgram, WATCHED_COMMAND } from "../system/child_command.ts";
import type { Fields } from "../result/json.ts";
import { systemCommand } from "../system/command.ts";
import type { ChildOutcome } from "../sweep/sweep.ts";

/** Options of {@linkcode runKvlabChild}. */
export interface KvlabChildOptions {
  /** Variables beside those of this process: what may not be seen in a command line. */
  readonly env: Readonly<Record<string, string>>;
  /** Aborted to end the child gracefully. */
  readonly stop: AbortSignal;
  /** Time after which the child counts as failed, in milliseconds. */
  readonly limitMs: number;
  /** Called with each warning of the child. */
  onWarning?(message: string): void;
}

/** How long a child may take to end when told to, in milliseconds. */
const END_MS = 10_000;
/** The crash command exits with this code when more was lost than promised; that is a result like any other. */
const EXIT_NOT_HELD = 3;
const WARNING = "kvlab: warning: ";

/**
 * Runs a command line to completion.
 *
 * @param args arguments of the command line, which must make it print JSON
 * @returns what it printed, or why it did not; `undefined` when it was stopped
 */
export async function runKvlabChild(args: readonly string[], options: KvlabChildOptions): Promise<ChildOutcome> {
  const { env, stop, limitMs, onWarning } = options;
  if (stop.aborted) return undefined;
  const { path, args: before } = ownProgram();
  const child = systemCommand(path, {
    args: [...before, WATCHED_COMMAND, ...args],
    env,
    // Nothing is written to it; it makes the child end when this process does.
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let isLate = false;
  const timers: ReturnType<typeof setTimeout>[] = [];
  const end = () => {
    signal(child, "SIGTERM");
    timers.push(setTimeout(() => signal(child, "SIGKILL"), END_MS));
  };
  timers.push(setTimeout(() => {
    isLate = true;
    end();
  }, limitMs));
  stop.addEventListener("abort", end);
  try {
    const [status, stdout, stderr] = await Promise.all([
      child.status,
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    // A signal from the terminal reaches the child as well, so this process's own listener may be about to run.
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (stop.aborted) return undefined;
    const lines = stderr.trim().split("\n");
    for (const line of lines) if (line.startsWith(WARNING)) onWarning?.(line.slice(WARNING.length));
    if (isLate) return { reason: `it was still running after ${Math.round(limitMs / 1000)} s` };
    return outcomeOf(status, stdout, lines.at(-1) ?? "");
  } finally {
    stop.removeEventListener("abort", end);
    for (const timer of timers) clearTimeout(timer);
    await child.stdin.abort().catch(() => {});
  }
}

function outcomeOf({ code, signal }: Deno.CommandStatus, stdout: string, lastLine: string): ChildOutcome {
  const said = lastLine.replace(/^kvlab: /, "").replace(/ \(see kvlab --help\)$/, "");
  if (signal !== null) return { reason: `it was killed by ${signal}` };
  if (code !== 0 && code !== EXIT_NOT_HELD) return { reason: said === "" ? `it ended with code ${code}` : said };
  try {
    return { result: JSON.parse(stdout) as Fields };
  } catch {
    return { reason: "it printed no result" };
  }
}

function signal(child: Deno.ChildProcess, name: Deno.Signal): void {
  try {
    child.kill(name);
  } catch {
    // The child has already ended by itself.
  }
}
