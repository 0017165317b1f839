/**
 * The error for a command line that means nothing.
 *
 * @module
 */

/** A command line that means nothing. Its message is one line for the user, and needs no stack beside it. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}
