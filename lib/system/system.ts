/**
 * Asks the system what Deno does not tell, through the system's own commands, because Deno restricts access to `/proc`.
 * Some of the commands, or their options, exist only on Linux: elsewhere the answer is unknown, and the run does
 * without it.
 *
 * @module
 */
import { systemCommand } from "./command.ts";

/** File systems in memory: a power loss destroys even what is synced there. */
const VOLATILE_TYPES = ["tmpfs", "ramfs"];

/** A limit above this is never reached, so the current threads need not be counted. */
const THREADS_MANY = 16_384;

/** The user to whom no thread limit applies. */
const ROOT = "0";

/** What `df` prints for what it cannot know. */
const UNKNOWN_TYPE = "-";

/** Everything that Deno can permit. */
const PERMISSIONS = ["read", "write", "env", "net", "run", "sys", "ffi", "import"] as const;

/**
 * Whether this process may do everything, as with `deno task start` and compiled. Only then does Deno let it near
 * `/proc`; otherwise it may even ask whoever sits at the terminal.
 */
export function isAllPermitted(): boolean {
  return PERMISSIONS.every((name) => Deno.permissions.querySync({ name }).state === "granted");
}

/** Runs a command and returns its output; `undefined` if the system has no such command or it fails. */
export type Ask = (command: string, args: readonly string[]) => string | undefined;

/** How many files this process may have open at a time; `undefined` if unknown. */
export function openFilesLimit(ask: Ask = askLimit): number | undefined {
  return limitOf("OPEN_MAX", ask);
}

/** How many more threads the user of this process may have; `undefined` if no limit matters, or if unknown. */
export function threadsLeft(ask: Ask = askSystem): number | undefined {
  const limit = limitOf("CHILD_MAX", ask) ?? Infinity;
  if (limit > THREADS_MANY) return undefined;
  const user = ask("ps", ["-o", "uid=", "-p", String(Deno.pid)])?.trim();
  if (user === undefined || user === ROOT) return undefined;
  const threads = ask("ps", ["-o", "nlwp=", "-U", user])?.split("\n").map(Number) ?? [];
  const left = limit - threads.reduce((sum, count) => sum + count, 0);
  return threads.length === 0 || Number.isNaN(left) ? undefined : left;
}

/** What `getconf` has answered, by its argument: a process keeps the limits that it was started with. */
const limits = new Map<string, string | undefined>();

function askLimit(command: string, args: readonly string[]): string | undefined {
  const name = args.join(" ");
  if (!limits.has(name)) limits.set(name, askSystem(command, args));
  return limits.get(name);
}

function limitOf(name: "OPEN_MAX" | "CHILD_MAX", ask: Ask): number | undefined {
  const answer = ask("getconf", [name]);
  if (answer === "undefined") return Infinity;
  return answer !== undefined && /^\d+$/.test(answer) ? Number(answer) : undefined;
}

/**
 * The type of the file system that holds a directory, such as `ext4`; `undefined` if unknown.
 *
 * From `df`, because `stat --file-system` cannot tell ext4 from ext2 or ext3.
 */
export function fileSystemType(directory: string, ask: Ask = askSystem): string | undefined {
  const type = ask("df", ["--output=fstype", "--", directory])?.split("\n").at(-1);
  return type === "" || type === UNKNOWN_TYPE ? undefined : type;
}

/**
 * The type of the file system that holds a directory, if it is one that loses everything in a power loss; `undefined`
 * otherwise, or if unknown.
 */
export function volatileFileSystem(directory: string, ask: Ask = askSystem): string | undefined {
  const type = fileSystemType(directory, ask);
  return type !== undefined && VOLATILE_TYPES.includes(type) ? type : undefined;
}

/** Whether SIGHUP is ignored, as under `nohup`. Call it before anything listens for the signal. */
export function ignoresHangUp(ask: Ask = askSystem): boolean {
  const mask = ask("ps", ["-o", "ignored=", "-p", String(Deno.pid)]) ?? "";
  // SIGHUP is signal 1, the lowest bit of the hexadecimal mask.
  return parseInt(mask.at(-1) ?? "0", 16) % 2 === 1;
}

function askSystem(command: string, args: readonly string[]): string | undefined {
  try {
    const { success, stdout } = systemCommand(command, { args, stdin: "null", stderr: "null" }).outputSync();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    return undefined;
  }
}
