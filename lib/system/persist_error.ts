/**
 * The errors of failed file operations, and what any error says.
 *
 * @module
 */

/** A file operation failed. The message gives the action, the path and the system's reason, in one line. */
export class PersistError extends Error {
  override readonly name = "PersistError";

  /** @param action what was being done, such as "write" */
  constructor(action: string, path: string, cause: unknown) {
    super(`Cannot ${action} ${path}: ${reasonOf(cause)}`, { cause });
  }
}

/** The files of a directory are damaged, so not all that was written can be read. */
export class DamagedStoreError extends PersistError {
  constructor(directory: string, reason: string) {
    super("export", directory, reason);
  }
}

/** What was thrown says of itself; most often it is an error. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/**
 * An error's message in one line, without the path and call that Deno appends, and without its advice on permissions,
 * whose flags are not kvlab's.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) {
    return "it is not permitted; deno task start permits all that kvlab needs";
  }
  return messageOf(error).replaceAll(/\s+/g, " ").replace(/(\(os error \d+\)).*$/, "$1");
}
