/**
 * Reads the `history.edn` that Jepsen keeps of each test, with one map on each line. A value may have a key before it,
 * as those of `jepsen.independent` do. What others than clients do, such as the nemesis, is left out.
 *
 * ```text
 * {:type :invoke, :f :cas, :value [3 0], :process 2, :time 3291485317, :index 0}
 * {:type :ok, :f :write, :value ["x" 5], :process 0, :time 3565403674, :index 1}
 * ```
 *
 * @module
 */
import type { RecordedHistory } from "../history/recorded_history.ts";
import { type EdnValue, parseEdn } from "./edn.ts";
import { JEPSEN_TYPES, JepsenOperations } from "./jepsen_operations.ts";
import { LineError } from "./registers.ts";

const NIL: EdnValue = { text: "nil" };

/** Reads the lines of one history, from the first to the last. */
export class EdnLines {
  readonly #operations = new JepsenOperations();

  /** How many operations were called. */
  get operations(): number {
    return this.#operations.count;
  }

  /** @throws {LineError} when it is no operation, or does not fit what came before */
  add(text: string, number: number): void {
    const { entries } = parseEdn(text);
    if (entries === undefined) throw new LineError("it is not a map");
    const process = entries.get(":process")?.text ?? "nil";
    // A client's is a number.
    if (!/^\d+$/.test(process)) return;
    const typeText = entries.get(":type")?.text ?? "nil";
    const type = JEPSEN_TYPES.find((type) => `:${type}` === typeText);
    if (type === undefined) throw new LineError(`:type is ${typeText}, must be :invoke, :ok, :fail or :info`);
    const name = (entries.get(":f")?.text ?? "nil").replace(/^:/, "");
    this.#operations.add({ process, type, name, ...operandsOf(name, entries.get(":value") ?? NIL) }, number);
  }

  end(): RecordedHistory[] {
    return this.#operations.end();
  }
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
