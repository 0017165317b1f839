/**
 * The operations: the kinds that a load is made of. They are small whole numbers, because the hot path counts by them.
 *
 * @module
 */

/** Gets a key's value. */
export const READ = 0;
/** Puts a value under a key that the load may put more than once. */
export const UPDATE = 1;
/** Puts a value under a key that nobody has put before. */
export const INSERT = 2;
/** Gets a key's value, then puts another one; not atomic, as YCSB's is not. */
export const READ_MODIFY_WRITE = 3;

/** The names of the kinds, at their numbers. */
export const OPERATION_NAMES = ["read", "update", "insert", "read_modify_write"] as const;

/** Number of kinds. */
export const OPERATION_KINDS = OPERATION_NAMES.length;
