/**
 * The kinds of operations in a load. They are small integers, because the hot path uses them as indices.
 *
 * @module
 */

/** Gets a key's value. */
export const READ = 0;
/** Puts a value under a key that the load may put again. */
export const UPDATE = 1;
/** Puts a value under a new key. */
export const INSERT = 2;
/** Gets a key's value, then puts another; not atomic, as in YCSB. */
export const READ_MODIFY_WRITE = 3;

/** The names of the kinds, by number. */
export const OPERATION_NAMES = ["read", "update", "insert", "read_modify_write"] as const;

/** Number of kinds. */
export const OPERATION_KINDS = OPERATION_NAMES.length;
