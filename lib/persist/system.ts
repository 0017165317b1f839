/**
 * Asks the system what Deno does not tell, by way of the system's own commands, because Deno guards `/proc` like
 * everything else. Some of them exist, or have these options, under Linux alone: elsewhere nobody knows, and the run goes
 * on without.
 *
 * @module
 */

/** File systems in memory: what is synced there is lost with the power all the same. */
const VOLATILE_TYPES = ["tmpfs", "ramfs"];

/** More threads than a user has for everything else together. */
const THREADS_MANY = 16_384;

/** The user whom no limit on threads binds. */
const ROOT = "0";

/** What `df` prints for what it cannot know. */
const UNKNOWN_TYPE = "-";

/** Runs a command and gives what it prints; `undefined` where the system has no such command, or that fails. */
export type Ask = (command: string, args: readonly string[]) => string | undefined;

/** How many files this process may hold open at a time; `undefined` where the system does not tell. */
export function openFilesLimit(ask: Ask = askSystem): number | undefined {
  return limitOf("OPEN_MAX", ask);
}

/**
 * How many more threads the user of this process may have; `undefined` where there is no limit that could matter, and
 * where the system does not tell.
 */
export function threadsLeft(ask: Ask = askSystem): number | undefined {
  const limit = limitOf("CHILD_MAX", ask) ?? Infinity;
  if (limit > THREADS_MANY) return undefined;
  const user = ask("ps", ["-o", "uid=", "-p", String(Deno.pid)])?.trim();
  if (user === undefined || user === ROOT) return undefined;
  const threads = ask("ps", ["-o", "nlwp=", "-U", user])?.split("\n").map(Number) ?? [];
  const left = limit - threads.reduce((sum, count) => sum + count, 0);
  return threads.length === 0 || Number.isNaN(left) ? undefined : left;
}

function limitOf(name: "OPEN_MAX" | "CHILD_MAX", ask: Ask): number | undefined {
  const answer = ask("getconf", [name]);
  if (answer === "undefined") return Infinity;
  return answer !== undefined && /^\d+$/.test(answer) ? Number(answer) : undefined;
}

/** Bytes of memory that are free, or could be at once; `undefined` where nobody may know. */
export function availableMemory(): number | undefined {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "systemMemoryInfo" });
  return state === "granted" ? Deno.systemMemoryInfo().available : undefined;
}

/**
 * The type of the file system that holds a directory, such as `ext4`; `undefined` where the system does not tell.
 *
 * `df` knows it by its name; `stat --file-system` tells no ext4 from ext2 or ext3.
 */
export function fileSystemType(directory: string, ask: Ask = askSystem): string | undefined {
  const type = ask("df", ["--output=fstype", "--", directory])?.split("\n").at(-1);
  return type === "" || type === UNKNOWN_TYPE ? undefined : type;
}

/**
 * The type of the file system that holds a directory, if it is one that loses everything with the power; `undefined`
 * otherwise, and where the system does not tell.
 */
export function volatileFileSystem(directory: string, ask: Ask = askSystem): string | undefined {
  const type = fileSystemType(directory, ask);
  return type !== undefined && VOLATILE_TYPES.includes(type) ? type : undefined;
}

/** Whether SIGHUP is ignored, as under `nohup`. To be asked before anything listens for it. */
export function ignoresHangUp(ask: Ask = askSystem): boolean {
  const mask = ask("ps", ["-o", "ignored=", "-p", String(Deno.pid)]) ?? "";
  // SIGHUP is signal 1, the lowest bit of the hexadecimal mask.
  return parseInt(mask.at(-1) ?? "0", 16) % 2 === 1;
}

/**
 * Environment for commands without what changes how programs are loaded: with such a variable Deno starts none that is
 * permitted by name.
 */
export const PLAIN_LOADER: Readonly<Record<string, string>> = {
  LD_LIBRARY_PATH: "",
  LD_PRELOAD: "",
  DYLD_LIBRARY_PATH: "",
  DYLD_INSERT_LIBRARIES: "",
};

function askSystem(command: string, args: readonly string[]): string | undefined {
  try {
    const { success, stdout } = new Deno.Command(command, {
      args: [...args],
      env: PLAIN_LOADER,
      stdin: "null",
      stderr: "null",
    }).outputSync();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    return undefined;
  }
}
