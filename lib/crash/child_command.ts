/**
 * The child's command: the word under which kvlab starts itself as a child to be killed.
 *
 * @module
 */

/** Unknown to `--help`. Its one argument is the options of a run, as JSON. */
export const CHILD_COMMAND = "crash-child";
