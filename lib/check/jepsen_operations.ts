/**
 * Puts together the operations of a history of Jepsen's, in which the call and the return of each stand for themselves.
 *
 * One that ended with `:fail` has not taken effect; one of `:info` may have, then or later or never. The number of the
 * line is when an operation was called, or returned: the order of the lines is that of what happened.
 *
 * @module
 */
import { ABSENT, COMPARE_AND_SET, READ, WRITE } from "../history/history.ts";
import type { RecordedHistory } from "../history/recorded_history.ts";
import { LineError, Register } from "./registers.ts";

/** What a line may say of an operation: that it was called, or how it ended. */
export const JEPSEN_TYPES = ["invoke", "ok", "fail", "info"] as const;

/** A line of a history. */
export interface JepsenLine {
  readonly process: string;
  readonly type: typeof JEPSEN_TYPES[number];
  /** What is done, without the colon. */
  readonly name: string;
  /** Empty where there is only one register. */
  readonly key: string;
  /** What is written or was read, in EDN; `nil` for a read that has not returned. */
  readonly value: string;
  /** What a compare-and-set expects. */
  readonly expected: string;
}

const KINDS: Readonly<Record<string, number>> = { read: READ, write: WRITE, cas: COMPARE_AND_SET };

/** An operation that has not returned. */
interface Called {
  readonly line: JepsenLine;
  readonly number: number;
}

/** The operations of one history, from the first line to the last. */
export class JepsenOperations {
  readonly #registers = new Map<string, Register>();
  readonly #called = new Map<string, Called>();
  #count = 0;

  /** How many operations were called. */
  get count(): number {
    return this.#count;
  }

  /** @throws {LineError} when it does not fit what came before */
  add(line: JepsenLine, number: number): void {
    const { process, type, name } = line;
    if (!Object.hasOwn(KINDS, name)) throw new LineError(`:${name} is unknown, must be :read, :write or :cas`);
    const called = this.#called.get(process);
    if (type === "invoke") {
      if (called !== undefined) {
        throw new LineError(
          `process ${process} calls :${name}, but its :${called.line.name} of line ${called.number} is open`,
        );
      }
      this.#called.set(process, { line, number });
      this.#count++;
      return;
    }
    if (called === undefined) throw new LineError(`:${type} of process ${process}, which has called nothing`);
    if (called.line.name !== name) {
      throw new LineError(`process ${process} returns from :${name}, but has called :${called.line.name}`);
    }
    this.#called.delete(process);
    if (type === "fail") return;
    if (type === "info") return this.#add(called, Infinity);
    // What a read has seen is known from its return.
    this.#add(name === "read" ? { ...called, line: { ...called.line, value: line.value } } : called, number);
  }

  end(): RecordedHistory[] {
    for (const called of this.#called.values()) this.#add(called, Infinity);
    return Array.from(this.#registers.values(), (register) => register.history());
  }

  #add({ line: { process, name, key, value, expected }, number }: Called, returned: number): void {
    let register = this.#registers.get(key);
    if (register === undefined) this.#registers.set(key, register = new Register(key, "line"));
    const numberOf = (text: string) => text === "nil" ? ABSENT : register.numberOf(text);
    register.add({
      process,
      kind: KINDS[name]!,
      value: numberOf(value),
      expected: numberOf(expected),
      call: number,
      return: returned,
    });
  }
}
