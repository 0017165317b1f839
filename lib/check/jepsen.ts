/**
 * Reads histories of Jepsen's, in which the call and the return of each operation stand for themselves. One that ended
 * with `:fail` has not taken effect; one of `:info` may have, then or later or never. What others than clients do, such
 * as the nemesis, is left out.
 *
 * @module
 */
import { ABSENT, COMPARE_AND_SET, READ, WRITE } from "../history/history.ts";
import type { RecordedHistory } from "../history/recorded_history.ts";
import { type EdnValue, parseEdn } from "./edn.ts";
import { LineError, Registers } from "./registers.ts";

/** What a line may say of an operation: that it was called, or how it ended. */
const TYPES = ["invoke", "ok", "fail", "info"] as const;

const KINDS: Readonly<Record<string, number>> = { read: READ, write: WRITE, cas: COMPARE_AND_SET };

/** A line of a history. */
interface JepsenLine {
  readonly process: string;
  readonly type: typeof TYPES[number];
  /** What is done, without the colon. */
  readonly name: string;
  /** Empty where there is only one register. */
  readonly key: string;
  /** What is written or was read, in EDN; `nil` for a read that has not returned. */
  readonly value: string;
  /** What a compare-and-set expects. */
  readonly expected: string;
}

/** An operation that has not returned. */
interface Called {
  readonly line: JepsenLine;
  readonly number: number;
}

/**
 * Reads the lines of one history, from the first to the last. The number of the line is when an operation was called,
 * or returned: the order of the lines is that of what happened.
 */
export class JepsenHistory {
  readonly #parse: (text: string) => JepsenLine | undefined;
  readonly #registers = new Registers("line");
  readonly #called = new Map<string, Called>();
  #operations = 0;

  /** @param parse reads a line, by {@linkcode parseLogLine} or {@linkcode parseEdnLine} */
  constructor(parse: (text: string) => JepsenLine | undefined) {
    this.#parse = parse;
  }

  /** How many operations were called. */
  get operations(): number {
    return this.#operations;
  }

  /** @throws {LineError} when it is no line of such a history, or does not fit what came before */
  add(text: string, number: number): void {
    const line = this.#parse(text);
    if (line === undefined) return;
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
      this.#operations++;
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
    return this.#registers.histories();
  }

  #add({ line: { process, name, key, value, expected }, number }: Called, returned: number): void {
    const register = this.#registers.of(key);
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

const OPERATION = /(?:^|\s)(\d+)\s+:(invoke|ok|fail|info)\s+:(\S+)\s+(.*\S)\s*$/;
/** What else Jepsen logs. */
const OTHER = /^(?:\S+\s+)*(?:TRACE|DEBUG|INFO|WARN|ERROR)\b/;
const PAIR = /^\[\s*(\S+)\s+(\S+)\s*\]$/;

/**
 * A line that Jepsen logs of a register: process, `:invoke` or how the operation ended, what it is, and its value.
 *
 * ```text
 * INFO  jepsen.util - 2	:invoke	:cas	[3 0]
 * INFO  jepsen.util - 2	:ok	:cas	[3 0]
 * ```
 *
 * @returns nothing for what else it logs
 * @throws {LineError} when it is not what Jepsen logs
 */
export function parseLogLine(text: string): JepsenLine | undefined {
  const [, process = "", typeName, name = "", operand = ""] = OPERATION.exec(text) ?? [];
  const type = TYPES.find((type) => type === typeName);
  if (type === undefined) {
    if (OTHER.test(text)) return undefined;
    throw new LineError("it is neither JSON nor a line of Jepsen's, such as `INFO  jepsen.util - 0 :ok :read nil`");
  }
  const line = { process, type, name, key: "", value: operand, expected: "nil" };
  if (name !== "cas" || type !== "invoke") return line;
  const [, expected, value] = PAIR.exec(operand) ?? [];
  if (expected !== undefined && value !== undefined) return { ...line, value, expected };
  throw new LineError(`:cas of ${operand}, must be of [EXPECTED NEW]`);
}

const NIL: EdnValue = { text: "nil" };

/**
 * A line of the `history.edn` that Jepsen keeps of each test, which is a map. A value may have a key before it, as
 * those of `jepsen.independent` do.
 *
 * ```text
 * {:type :invoke, :f :cas, :value [3 0], :process 2, :time 3291485317, :index 0}
 * {:type :ok, :f :write, :value ["x" 5], :process 0, :time 3565403674, :index 1}
 * ```
 *
 * @returns nothing for what no client does
 * @throws {LineError} when it is no operation
 */
export function parseEdnLine(text: string): JepsenLine | undefined {
  const { entries } = parseEdn(text);
  if (entries === undefined) throw new LineError("it is not a map");
  const process = entries.get(":process")?.text ?? "nil";
  // A client's is a number.
  if (!/^\d+$/.test(process)) return undefined;
  const typeText = entries.get(":type")?.text ?? "nil";
  const type = TYPES.find((type) => `:${type}` === typeText);
  if (type === undefined) throw new LineError(`:type is ${typeText}, must be :invoke, :ok, :fail or :info`);
  const name = (entries.get(":f")?.text ?? "nil").replace(/^:/, "");
  return { process, type, name, ...operandsOf(name, entries.get(":value") ?? NIL) };
}

/** The key, if there is one, and the operands of an operation; of one that has failed they may have been left out. */
function operandsOf(name: string, whole: EdnValue): { key: string; value: string; expected: string } {
  const [first = NIL, second = NIL, ...others] = whole.items ?? [];
  const isPair = whole.items?.length === 2 && others.length === 0;
  if (name !== "cas") {
    return isPair
      ? { key: keyOf(first), value: second.text, expected: "nil" }
      : { key: "", value: whole.text, expected: "nil" };
  }
  if (!isPair) {
    if (whole.text === "nil") return { key: "", value: "nil", expected: "nil" };
    throw new LineError(`:cas of ${whole.text}, must be of [EXPECTED NEW], or of [KEY [EXPECTED NEW]]`);
  }
  const [expected = first, value = second] = second.items ?? [];
  return { key: second.items === undefined ? "" : keyOf(first), value: value.text, expected: expected.text };
}

/** A key as it is shown: a string without its quotes. */
function keyOf({ text }: EdnValue): string {
  return text.replace(/^"(.*)"$/, "$1");
}
