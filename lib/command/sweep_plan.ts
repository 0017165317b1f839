/**
 * Reads a sweep's plan: a JSON file with what would otherwise be on the command line.
 *
 * @module
 */
import { readText } from "../system/file_io.ts";
import { parseJson } from "../system/json_text.ts";
import { PersistError } from "../system/persist_error.ts";
import { FLAG_LIST, SWITCH_LIST } from "./commands.ts";
import { LOAD_SCOPES } from "./sweep_options.ts";

/** The contents of a plan. */
export interface SweepPlan {
  /** The load's flags, without dashes; a switch has an empty value. */
  readonly load: ReadonlyMap<string, string>;
  /** The arguments of each group. */
  readonly groups: readonly (readonly string[])[];
}

/**
 * Reads a plan: `{"load": {FLAG: VALUE, …}, "groups": [{"backend": NAME, FLAG: VALUE or [VALUE, …], …}, …]}`. Flag
 * names are without dashes; a switch has the value `true`.
 *
 * @throws {PersistError} when the file cannot be read or is not a plan
 */
export function readPlan(path: string): SweepPlan {
  return parsePlan(path, readText(path));
}

/** @throws {PersistError} when the text is not a plan */
export function parsePlan(path: string, text: string): SweepPlan {
  const refuse = (reason: string) => new PersistError("read", path, reason);
  let plan: unknown;
  try {
    plan = parseJson(text);
  } catch (error) {
    throw refuse(error instanceof RangeError ? error.message : "it is not JSON");
  }
  if (!isObject(plan)) throw refuse(`it is not a plan, must be {"load": {…}, "groups": [{…}, …]}`);
  const { load = {}, groups, ...others } = plan;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw refuse(`it has ${JSON.stringify(unknown)}, must have only "load" and "groups"`);
  if (!isObject(load)) throw refuse(`"load" must be an object of flags`);
  if (!Array.isArray(groups) || groups.length === 0 || !groups.every(isObject)) {
    throw refuse(`"groups" must be an array of at least one object`);
  }
  return {
    load: new Map(
      Object.entries(load).map(([name, value]) => [checkedLoadFlag(name, refuse), textOf(name, value, refuse)]),
    ),
    groups: groups.map((group) => groupArgs(group, refuse)),
  };
}

type Refuse = (reason: string) => PersistError;

function groupArgs({ backend, ...flags }: Record<string, unknown>, refuse: Refuse): string[] {
  if (typeof backend !== "string") throw refuse(`a group has no "backend"`);
  const args = Object.entries(flags).map(([name, value]) => {
    const text = Array.isArray(value)
      ? value.map((item) => textOf(name, item, refuse)).join(",")
      : textOf(name, value, refuse);
    return text === "" ? `--${name}` : `--${name}=${text}`;
  });
  return [backend, ...args];
}

function checkedLoadFlag(name: string, refuse: Refuse): string {
  const isOne = [...FLAG_LIST, ...SWITCH_LIST].some((flag) => flag.name === name && LOAD_SCOPES.includes(flag.scope));
  if (!isOne) throw refuse(`"load" has ${JSON.stringify(name)}, which is not a flag of the load`);
  return name;
}

/** The value as the command line would have it; empty for `true`. */
function textOf(name: string, value: unknown, refuse: Refuse): string {
  if (value === true) return "";
  if (typeof value === "number" || typeof value === "string" && value !== "") return String(value);
  throw refuse(`${JSON.stringify(name)} must be a number, a string or true, got ${JSON.stringify(value)}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
