/**
 * What is said of what other runs have left on a running server.
 *
 * @module
 */

/** What was found of them. */
export interface LeftBehind {
  readonly count: number;
  /** Whether there are no more. */
  readonly isAll?: boolean;
  /** What it is, for one of it. */
  readonly thing: "key" | "table";
  /** What all of their names are like. */
  readonly names: string;
}

/** That a server holds something of other runs, as a sentence; `undefined` if it holds nothing. */
export function leftRemark(address: string, { count, isAll = true, thing, names }: LeftBehind): string | undefined {
  if (count === 0) return undefined;
  const found = `${isAll ? "" : "at least "}${count} ${thing}${count === 1 ? "" : "s"} ${names}`;
  return `${address} holds ${found} of other runs, left alone: of runs that were killed, or are still going on`;
}
