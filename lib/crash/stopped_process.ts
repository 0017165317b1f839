/**
 * Stops a process with all of its threads, between two system calls.
 *
 * @module
 */
import { systemCommand } from "../system/command.ts";

/** How many times to check whether a process has stopped, and how long to wait each time, in milliseconds. */
const ATTEMPTS_MAX = 1000;
const RETRY_MS = 5;

/** A process, and how to send it a signal. */
export interface RunningProcess {
  readonly pid: number;
  kill(signal: Deno.Signal): void;
}

/**
 * Stops all threads of a process, each of which finishes its current system call first. Linux only.
 *
 * @throws {Error} when it does not stop
 */
export async function stopProcess({ pid, kill }: RunningProcess): Promise<void> {
  kill("SIGSTOP");
  for (let attempt = 0; !hasStopped(pid);) {
    if (++attempt > ATTEMPTS_MAX) throw new Error(`Cannot stop process ${pid}: it keeps running`);
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/** Whether every thread is stopped or has ended. This asks `ps`, because Deno restricts access to `/proc`. */
function hasStopped(pid: number): boolean {
  const { stdout } = systemCommand("ps", { args: ["-L", "-o", "stat=", "-p", String(pid)], stdin: "null" })
    .outputSync();
  return new TextDecoder().decode(stdout).trim().split("\n").every((state) => /^[TtZX]/.test(state.trim()));
}
