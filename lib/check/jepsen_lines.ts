/**
 * Reads the lines that Jepsen logs of a register: process, `:invoke` or how the operation ended, what it is, and its
 * value.
 *
 * ```text
 * INFO  jepsen.util - 2	:invoke	:cas	[3 0]
 * INFO  jepsen.util - 2	:ok	:cas	[3 0]
 * ```
 *
 * @module
 */
import type { RecordedHistory } from "../history/recorded_history.ts";
import { JEPSEN_TYPES, JepsenOperations } from "./jepsen_operations.ts";
import { LineError } from "./registers.ts";

const OPERATION = /(?:^|\s)(\d+)\s+:(invoke|ok|fail|info)\s+:(\S+)\s+(.*\S)\s*$/;
/** What else Jepsen logs. */
const OTHER = /^(?:\S+\s+)*(?:TRACE|DEBUG|INFO|WARN|ERROR)\b/;
const PAIR = /^\[\s*(\S+)\s+(\S+)\s*\]$/;

/** Reads the lines of one history, from the first to the last. */
export class JepsenLines {
  readonly #operations = new JepsenOperations();

  /** How many operations were called. */
  get operations(): number {
    return this.#operations.count;
  }

  /** @throws {LineError} when it is not what Jepsen logs, or does not fit what came before */
  add(text: string, number: number): void {
    const [, process = "", typeName, name = "", operand = ""] = OPERATION.exec(text) ?? [];
    const type = JEPSEN_TYPES.find((type) => type === typeName);
    if (type === undefined) {
      if (OTHER.test(text)) return;
      throw new LineError("it is neither JSON nor a line of Jepsen's, such as `INFO  jepsen.util - 0 :ok :read nil`");
    }
    this.#operations.add({ process, type, name, key: "", ...operandsOf({ type, name, operand }) }, number);
  }

  end(): RecordedHistory[] {
    return this.#operations.end();
  }
}

function operandsOf(
  { type, name, operand }: { readonly type: string; readonly name: string; readonly operand: string },
): { readonly value: string; readonly expected: string } {
  if (name !== "cas" || type !== "invoke") return { value: operand, expected: "nil" };
  const [, expected, value] = PAIR.exec(operand) ?? [];
  if (expected === undefined || value === undefined) {
    throw new LineError(`:cas of ${operand}, must be of [EXPECTED NEW]`);
  }
  return { value, expected };
}
