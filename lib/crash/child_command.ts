/**
 * The children's commands: the words under which kvlab starts itself as a child.
 *
 * @module
 */

/** Unknown to `--help`. Its one argument is the options of a run, as JSON. */
export const CHILD_COMMAND = "crash-child";

/** Unknown to `--help` as well. What follows is a command line, which ends in an orderly way when its parent has ended. */
export const WATCHED_COMMAND = "watched";
