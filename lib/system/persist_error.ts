/**
 * The error of failed file operations.
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

/**
 * An error's message in one line, without the path and call that Deno appends, and without its advice on permissions,
 * whose flags are not kvlab's.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) {
    return "it is not permitted; deno task start permits all that kvlab needs";
  }
  const message = error instanceof Error ? error.message : String(error);
  return message.replaceAll(/\s+/g, " ").replace(/(\(os error \d+\)).*$/, "$1");
}
