/**
 * Reads histories as JSON lines, kvlab's own format: one operation on each line, in any order.
 *
 * ```text
 * {"process":0,"key":"x","operation":"write","value":1,"call_us":10,"return_us":25.5}
 * {"process":1,"key":"x","operation":"read","value":null,"call_us":12,"return_us":14}
 * {"process":1,"key":"x","operation":"compare_and_set","expected":1,"value":2,"call_us":30,"return_us":null}
 * {"process":2,"key":"x","operation":"delete","call_us":50,"return_us":60}
 * ```
 *
 * A value is any JSON; `null` is that of a key that is absent, as each is at first. `return_us` is `null` where it is
 * not known whether the operation took effect. One that is known to have had no effect is left out. `key` and `process`
 * may be left out, where there is only one.
 *
 * @module
 */
import { ABSENT, COMPARE_AND_SET, READ, WRITE } from "../history/history.ts";
import { ABSENT_TEXT, type RecordedHistory } from "../history/recorded_history.ts";
import { listNames } from "../option/wording.ts";
import { type Fields, isFields, numberIn } from "../result/json.ts";
import { parseJson } from "../system/json_text.ts";
import { LineError, Registers } from "./registers.ts";

/** The operations, by their names, and the fields whose values each has. */
const OPERATIONS: Readonly<Record<string, { readonly kind: number; readonly values: readonly string[] }>> = {
  read: { kind: READ, values: ["value"] },
  write: { kind: WRITE, values: ["value"] },
  delete: { kind: WRITE, values: [] },
  compare_and_set: { kind: COMPARE_AND_SET, values: ["expected", "value"] },
};

/** Reads the lines of one file, from the first to the last. */
export class JsonLines {
  readonly #registers = new Registers("us");
  #operations = 0;

  /** How many operations were called. */
  get operations(): number {
    return this.#operations;
  }

  /** @throws {LineError} when it is no operation */
  add(text: string): void {
    const fields = fieldsOf(text);
    const { operation: name, key = "" } = fields;
    const operation = typeof name === "string" && Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
    if (operation === undefined) {
      throw new LineError(`"operation" is ${JSON.stringify(name)}, must be ${listNames(Object.keys(OPERATIONS))}`);
    }
    if (typeof key !== "string") throw new LineError(`"key" is ${JSON.stringify(key)}, must be a string`);
    const call = numberIn(fields, "call_us");
    if (call === undefined) throw new LineError(`"call_us" is ${JSON.stringify(fields.call_us)}, must be a number`);
    const returned = returnOf(fields);
    if (returned < call) throw new LineError(`it returns at ${returned} µs, before its call at ${call} µs`);
    const isRead = operation.kind === READ;
    for (const field of operation.values) {
      // Nobody knows what a read has seen that has not returned.
      if (fields[field] === undefined && !(isRead && returned === Infinity)) {
        throw new LineError(`a ${name} needs ${JSON.stringify(field)}`);
      }
    }
    const register = this.#registers.of(key);
    const valueOf = (field: string) =>
      operation.values.includes(field) ? register.numberOf(textOf(fields[field])) : ABSENT;
    register.add({
      process: typeof fields.process === "string" ? fields.process : JSON.stringify(fields.process) ?? "",
      kind: operation.kind,
      value: valueOf("value"),
      expected: valueOf("expected"),
      call,
      return: returned,
    });
    this.#operations++;
  }

  end(): RecordedHistory[] {
    return this.#registers.histories();
  }
}

function fieldsOf(text: string): Fields {
  let fields: unknown;
  try {
    fields = parseJson(text);
  } catch (error) {
    throw new LineError(error instanceof RangeError ? error.message : "it is not JSON");
  }
  if (!isFields(fields)) throw new LineError("it is not a JSON object");
  return fields;
}

/** When it returned; Infinity if it is not known to have done so. */
function returnOf(fields: Fields): number {
  if (fields.return_us === undefined || fields.return_us === null) return Infinity;
  const returned = numberIn(fields, "return_us");
  if (returned !== undefined) return returned;
  throw new LineError(`"return_us" is ${JSON.stringify(fields.return_us)}, must be a number or null`);
}

function textOf(value: unknown): string {
  return value === undefined || value === null ? ABSENT_TEXT : JSON.stringify(value);
}
