/**
 * The command words with which kvlab starts itself as a child.
 *
 * @module
 */

/** Not in `--help`. Its one argument is the options of a run, as JSON. */
export const CHILD_COMMAND = "crash-child";

/** Not in `--help` either. A command line follows; it ends in an orderly way when the parent has ended. */
export const WATCHED_COMMAND = "watched";
