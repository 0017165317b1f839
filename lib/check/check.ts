/**
 * Checks histories that were recorded elsewhere: is each of them linearizable, and if not, why?
 *
 * @module
 */
import { type Judgement, lengthOf } from "../history/history.ts";
import { judge } from "../history/judge.ts";
import { showContradiction, type ShownContradiction } from "../history/recorded_history.ts";
import { readHistory } from "./read_history.ts";

/** What came of one history. */
export interface CheckedHistory {
  readonly path: string;
  /** Not linearizable if one of its registers is not; undecided if one of them is and the others are linearizable. */
  readonly judgement: Judgement;
  readonly registers: number;
  readonly operations: number;
  /** Operations of which it is not known whether they took effect. */
  readonly unknown: number;
  /** One for each register that is not linearizable. */
  readonly contradictions: readonly ShownContradiction[];
  /** The keys of registers that were not decided. */
  readonly undecided: readonly string[];
  /** How long it took to judge it, once it was read, in milliseconds. */
  readonly judgedMs: number;
}

/**
 * Checks one history.
 *
 * @throws {PersistError} when it cannot be read
 */
export async function checkHistory(path: string): Promise<CheckedHistory> {
  const recorded = await readHistory(path);
  const startedAtMs = performance.now();
  const contradictions: ShownContradiction[] = [];
  const undecided: string[] = [];
  let operations = 0, unknown = 0;
  for (const register of recorded) {
    const { history } = register;
    operations += lengthOf(history);
    for (const returned of history.returns) if (returned === Infinity) unknown++;
    const judgement = judge(history);
    if (judgement === "not linearizable") contradictions.push(showContradiction(register));
    if (judgement === "undecided") undecided.push(register.key);
  }
  return {
    path,
    judgement: contradictions.length > 0 ? "not linearizable" : undecided.length > 0 ? "undecided" : "linearizable",
    registers: recorded.length,
    operations,
    unknown,
    contradictions,
    undecided,
    judgedMs: performance.now() - startedAtMs,
  };
}
