/**
 * Collects the histories of several registers from the lines of a file.
 *
 * @module
 */
import { ABSENT } from "../history/history.ts";
import { ABSENT_TEXT, type RecordedHistory, type TimeUnit } from "../history/recorded_history.ts";

/** An operation as it is recorded. */
interface RecordedOperation {
  readonly process: string;
  readonly kind: number;
  /** Not used by a read that has not returned. */
  readonly value: number;
  readonly expected: number;
  readonly call: number;
  readonly return: number;
}

/** The registers of a history, by their keys. */
export class Registers {
  readonly #unit: TimeUnit;
  readonly #registers = new Map<string, Register>();

  /** @param unit what calls and returns are counted in */
  constructor(unit: TimeUnit) {
    this.#unit = unit;
  }

  /** The register of a key; empty where there is only one. */
  of(key: string): Register {
    let register = this.#registers.get(key);
    if (register === undefined) this.#registers.set(key, register = new Register(key, this.#unit));
    return register;
  }

  histories(): RecordedHistory[] {
    return Array.from(this.#registers.values(), (register) => register.history());
  }
}

/** The operations on one register. They may be added in any order. */
class Register {
  readonly #key: string;
  readonly #unit: TimeUnit;
  readonly #values = new Map<string, number>([[ABSENT_TEXT, ABSENT]]);
  readonly #operations: RecordedOperation[] = [];

  constructor(key: string, unit: TimeUnit) {
    this.#key = key;
    this.#unit = unit;
  }

  /** The number that stands for a value, as it is shown. */
  numberOf(value: string): number {
    const known = this.#values.get(value);
    if (known !== undefined) return known;
    this.#values.set(value, this.#values.size);
    return this.#values.size - 1;
  }

  add(operation: RecordedOperation): void {
    this.#operations.push(operation);
  }

  /** The history of a register that held nothing at first. */
  history(): RecordedHistory {
    const sorted = this.#operations.sort((a, b) => a.call - b.call);
    const valueTexts = [...this.#values.keys()];
    return {
      key: this.#key,
      unit: this.#unit,
      history: {
        kinds: Uint8Array.from(sorted, ({ kind }) => kind),
        values: Int32Array.from(sorted, ({ value }) => value),
        expected: Int32Array.from(sorted, ({ expected }) => expected),
        calls: Float64Array.from(sorted, ({ call }) => call),
        returns: Float64Array.from(sorted, (operation) => operation.return),
        valueCount: valueTexts.length,
        initial: [ABSENT],
      },
      callOf: (operation) => sorted[operation]?.call ?? NaN,
      returnOf: (operation) => sorted[operation]?.return ?? NaN,
      processOf: (operation) => sorted[operation]?.process ?? "",
      valueText: (value) => valueTexts[value] ?? ABSENT_TEXT,
    };
  }
}

/** What is wrong with a line of a history. */
export class LineError extends Error {}
