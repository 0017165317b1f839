/**
 * The kinds of operations in a load. They are small integers, because the hot path uses them as indices; all else that
 * is known of a kind stands in its row, and what it does to a backend in the loops.
 *
 * The loops themselves get and put. Kinds from {@linkcode DELETE} on are done in a function of their own, so that loads
 * without them do not pay for them.
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
/** Removes a key that the load may put again, whether or not it is there. */
export const DELETE = 4;
/** Gets the records that come next in the order of keys, from a key on. */
export const SCAN = 5;

/** What is known of a kind of operation. */
interface OperationRow {
  /** In snake_case, as in the JSON result. */
  readonly name: string;
  /** Whether it gets a value, which may be there or not. */
  readonly reads: boolean;
  /** Whether it changes what the store holds. */
  readonly writes: boolean;
  /** Whether it needs a backend that keeps its keys in order. */
  readonly needsOrder: boolean;
}

/** The kinds, by number. */
export const OPERATIONS = [
  { name: "read", reads: true, writes: false, needsOrder: false },
  { name: "update", reads: false, writes: true, needsOrder: false },
  { name: "insert", reads: false, writes: true, needsOrder: false },
  { name: "read_modify_write", reads: true, writes: true, needsOrder: false },
  { name: "delete", reads: false, writes: true, needsOrder: false },
  { name: "scan", reads: false, writes: false, needsOrder: true },
] as const satisfies readonly OperationRow[];

/** The name of a kind. */
export type OperationName = typeof OPERATIONS[number]["name"];

/** The names of the kinds, by number. */
export const OPERATION_NAMES: readonly OperationName[] = OPERATIONS.map(({ name }) => name);

/** Number of kinds. */
export const OPERATION_KINDS = OPERATIONS.length;

/** The share of each kind by its number, from those of the kinds that a mix has. */
export function sharesOf(shares: Readonly<Partial<Record<OperationName, number>>>): number[] {
  return OPERATION_NAMES.map((name) => shares[name] ?? 0);
}
