/**
 * Reads the lines that Jepsen logs of a register: process, `:invoke` or how the operation ended, what it is, and its
 * value.
 *
 * ```text
 * INFO  jepsen.util - 2	:invoke	:cas	[3 0]
 * INFO  jepsen.util - 2	:ok	:cas	[3 0]
 * ```
 *
 * One that ended with `:fail` has not taken effect; one of `:info` may have, then or later or never. There is no clock:
 * the number of an operation's line is when it was called, or returned.
 *
 * @module
 */
import { ABSENT, COMPARE_AND_SET, READ, WRITE } from "../history/history.ts";
import { ABSENT_TEXT, type RecordedHistory } from "../history/recorded_history.ts";
import { LineError, Register } from "./registers.ts";

const OPERATION = /(?:^|\s)(\d+)\s+:(invoke|ok|fail|info)\s+:(\S+)\s+(.*\S)\s*$/;
/** What else Jepsen logs. */
const OTHER = /^(?:\S+\s+)*(?:TRACE|DEBUG|INFO|WARN|ERROR)\b/;
const PAIR = /^\[\s*(\S+)\s+(\S+)\s*\]$/;

const KINDS: Readonly<Record<string, number>> = { read: READ, write: WRITE, cas: COMPARE_AND_SET };

/** An operation that has not returned. */
interface Called {
  readonly name: string;
  readonly line: number;
  readonly value: number;
  readonly expected: number;
}

/** Reads the lines of one history, from the first to the last. */
export class JepsenLines {
  readonly #register = new Register("", "line");
  readonly #called = new Map<string, Called>();
  #operations = 0;

  /** How many operations were called. */
  get operations(): number {
    return this.#operations;
  }

  /** @throws {LineError} when it is not what Jepsen logs, or does not fit what came before */
  add(text: string, line: number): void {
    const [, process = "", type, name = "", value = ""] = OPERATION.exec(text) ?? [];
    if (type === undefined) {
      if (OTHER.test(text)) return;
      throw new LineError("it is neither JSON nor a line of Jepsen's, such as `INFO  jepsen.util - 0 :ok :read nil`");
    }
    if (!Object.hasOwn(KINDS, name)) throw new LineError(`:${name} is unknown, must be :read, :write or :cas`);
    const called = this.#called.get(process);
    if (type === "invoke") {
      if (called !== undefined) {
        throw new LineError(
          `process ${process} calls :${name}, but its :${called.name} of line ${called.line} is open`,
        );
      }
      this.#called.set(process, { name, line, ...this.#operands(name, value) });
      this.#operations++;
      return;
    }
    if (called === undefined) throw new LineError(`:${type} of process ${process}, which has called nothing`);
    if (called.name !== name) {
      throw new LineError(`process ${process} returns from :${name}, but has called :${called.name}`);
    }
    this.#called.delete(process);
    if (type === "fail") return;
    if (type === "info") return this.#add(process, called, Infinity);
    // What a read has seen is known from its return.
    const read = name === "read" ? { value: this.#numberOf(value) } : {};
    this.#add(process, { ...called, ...read }, line);
  }

  end(): RecordedHistory[] {
    for (const [process, called] of this.#called) this.#add(process, called, Infinity);
    return [this.#register.history()];
  }

  #add(process: string, { name, line, value, expected }: Called, returned: number): void {
    this.#register.add({ process, kind: KINDS[name]!, value, expected, call: line, return: returned });
  }

  #operands(name: string, value: string): Pick<Called, "value" | "expected"> {
    if (name === "read") return { value: ABSENT, expected: ABSENT };
    if (name === "write") return { value: this.#numberOf(value), expected: ABSENT };
    const [, expected, written] = PAIR.exec(value) ?? [];
    if (expected === undefined || written === undefined) {
      throw new LineError(`:cas of ${value}, must be of [EXPECTED NEW]`);
    }
    return { value: this.#numberOf(written), expected: this.#numberOf(expected) };
  }

  #numberOf(value: string): number {
    return this.#register.numberOf(value === "nil" ? ABSENT_TEXT : value);
  }
}
