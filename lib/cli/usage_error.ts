/**
 * The error for an invalid command line.
 *
 * @module
 */

/** An invalid command line. Its message is one line for the user; no stack trace is shown with it. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}
