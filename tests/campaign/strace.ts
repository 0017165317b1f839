/**
 * Strace: runs a program in which chosen system calls fail, and reads what it has logged.
 *
 * @module
 */

/** Which system calls fail, and how. */
export interface Injection {
  readonly syscall: string;
  /** The name of the error, such as EIO. */
  readonly errno: string;
  /** Which calls of each thread fail, as strace has it: `3` the third, `3+` all from there, `3..5` up to the fifth. */
  readonly when: string;
  /** Calls on these paths alone, given as the program names them, count and fail. */
  readonly paths: readonly string[];
}

/** What a traced program did. */
export interface TraceLog {
  /** Calls that were made to fail. */
  readonly injected: number;
  /** Files that were synced again after syncing them had failed, and directories by the same thread. */
  readonly syncedAgain: readonly string[];
}

const SYNC_CALLS = ["fsync", "fdatasync"];
/** Each thread makes it when it begins. Until the first call that is traced, strace stops a thread at all of them. */
const FIRST_CALL = "set_robust_list";

/** The command that runs the program behind it with an injection, and logs to a file. */
export function straceCommand({ syscall, errno, when, paths }: Injection, log: string): string[] {
  const traced = new Set([syscall, ...SYNC_CALLS, FIRST_CALL]);
  return [
    "strace",
    "--follow-forks",
    "--seccomp-bpf",
    "--quiet=all",
    "--decode-fds=path",
    `--output=${log}`,
    `--trace=${[...traced].join(",")}`,
    ...paths.map((path) => `--trace-path=${path}`),
    `--inject=${syscall}:error=${errno}:when=${when}`,
  ];
}

/** Reads a log. An interrupted sync is not a failed one: the C library's caller makes it again. */
export function readTraceLog(text: string): TraceLog {
  let injected = 0;
  const failed = new Set<string>();
  const syncedAgain: string[] = [];
  for (const line of text.split("\n")) {
    const isInjected = line.includes("(INJECTED)");
    if (isInjected) injected++;
    const [, thread, call, path] = /^(\d+) +(fsync|fdatasync)\(\d+<(.*?)>/.exec(line) ?? [];
    if (path === undefined) continue;
    // Only directories are synced by fsync. Two threads may do so at the same time, each after a rename of its own.
    const synced = call === "fsync" ? `${path} by ${thread}` : path;
    if (failed.has(synced)) syncedAgain.push(synced);
    if (isInjected && !line.includes(" EINTR ")) failed.add(synced);
  }
  return { injected, syncedAgain };
}
