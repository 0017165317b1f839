/**
 * Turns the sweep's flags into a command, and reads a plan: a JSON file with what would otherwise be on the command
 * line. `sweep_space.ts` expands the groups into configurations.
 *
 * @module
 */
import type { RawArguments } from "./arguments.ts";
import type { RunDefaults, SweepCommand } from "./command.ts";
import { quoteAll, read, refuseBoth } from "./flag_values.ts";
import type { CRASH_NAMES, PROMISE_NAMES } from "./flags/sweep_flags.ts";
import { FLAG_LIST, FLAGS, SWITCH_LIST, SWITCHES } from "./commands.ts";
import type { FlagName } from "../result/option/flag.ts";
import { isQuiet, refuseSameFile } from "./output_options.ts";
import { quote, UsageError } from "../option/wording.ts";
import { given } from "../option/given.ts";
import { axisOf } from "../sweep/lines.ts";
import { readText } from "../system/file_io.ts";
import { type Fields, isFields } from "../result/json.ts";
import { parseJson } from "../system/json_text.ts";
import { PersistError } from "../system/persist_error.ts";

/** The scopes of the flags that make up the load. */
export const LOAD_SCOPES: readonly FlagName["scope"][] = ["load", "workload", "measurement"];

/** @throws {UsageError} when a value is not allowed or flags contradict each other */
export function sweepCommand(raw: RawArguments, defaults: RunDefaults): SweepCommand {
  refuseLists(raw);
  const limit = read(raw, FLAGS.loseAtMost);
  const on = read(raw, FLAGS.on);
  const promise = read(raw, FLAGS.promise);
  const planFile = read(raw, FLAGS.planFile);
  const resultsFile = read(raw, FLAGS.resultsFile);
  const reportFile = read(raw, FLAGS.reportFile);
  const { words, afterDashes, hasDashes } = raw;
  const has = ({ name }: FlagName) => raw.given.has(name);
  const p99Ms = read(raw, FLAGS.p99AtMost);
  const load = loadFlags(raw.given);
  refuseInLoad(load, p99Ms);
  for (const other of [FLAGS.loseAtMost, FLAGS.on]) {
    refuseBoth(raw, [FLAGS.promise, other], "both say what may be lost");
  }
  if (promise === "nothing-lost-when-power-fails" && has(FLAGS.sweepCut) && read(raw, FLAGS.sweepCut) !== "power") {
    throw new UsageError(`--${FLAGS.promise.name}=${promise} is put to the test by --cut=power alone`);
  }
  refuseBoth(raw, [FLAGS.loadTimeMs, FLAGS.ops], "both say when the load ends");
  if (words.length > 1) {
    throw new UsageError(`unexpected ${quoteAll(words.slice(1))} after sweep, a backend and its flags go after "--"`);
  }
  if (hasDashes && planFile !== undefined) {
    throw new UsageError(`--${FLAGS.planFile.name} defines the groups, got others after "--" as well`);
  }
  if (has(SWITCHES.resume) && resultsFile === undefined) {
    throw new UsageError(`--${SWITCHES.resume.name} needs --${FLAGS.resultsFile.name}=FILE.jsonl to continue from`);
  }
  refuseSameFile([[FLAGS.resultsFile, resultsFile], [FLAGS.reportFile, reportFile], [FLAGS.planFile, planFile]]);
  return {
    kind: "sweep",
    load,
    defaults,
    groups: hasDashes ? splitGroups(afterDashes) : [],
    ...given({ planFile }),
    budgetMs: read(raw, FLAGS.budgetMs),
    ...(promise === undefined
      ? { axis: axisOf({ on, unit: limit?.unit ?? "age_ms" }), limit: limit?.value, isByPromise: false }
      : { axis: axisOf({ on: promisedIn(promise), unit: "writes" }), limit: 0, isByPromise: true }),
    ...given({ p99Ms }),
    kills: read(raw, FLAGS.sweepKills),
    cut: promise === "nothing-lost-when-power-fails" ? "power" : read(raw, FLAGS.sweepCut),
    ...given({ resultsFile, reportFile }),
    resume: has(SWITCHES.resume),
    dryRun: has(SWITCHES.dryRun),
    yes: has(SWITCHES.yes),
    format: read(raw, FLAGS.sweepFormat),
    quiet: isQuiet(raw),
  };
}

/** The kind of crash that a promise is about. */
function promisedIn(promise: typeof PROMISE_NAMES[number]): typeof CRASH_NAMES[number] {
  return promise === "nothing-lost-when-power-fails" ? "power-loss" : "process-crash";
}

/**
 * Refuses flags of the load that a sweep decides for itself.
 *
 * @param load the load's flags, from the command line or a plan
 * @param p99Ms the limit on the p99 latency, if there is one
 * @throws {UsageError} when there is such a flag
 */
export function refuseInLoad(load: ReadonlyMap<string, string>, p99Ms: number | undefined): void {
  const refuse = ({ name }: FlagName, reason: string) => {
    if (load.has(name)) throw new UsageError(`sweep takes no --${name}${reason}`);
  };
  refuse(FLAGS.repeat, ": it goes on in rounds until --budget is up");
  if (p99Ms === undefined) {
    refuse(FLAGS.ratePerSec, ": it compares how fast each configuration can be");
    return;
  }
  const beside = ` with --${FLAGS.p99AtMost.name}`;
  refuse(FLAGS.ratePerSec, `${beside}, which searches for rates`);
  refuse(FLAGS.pattern, `${beside}: operations begin at rates`);
  refuse(FLAGS.ops, `${beside}: at low rates they would take too long, so --load-time-sec ends the load`);
  if (load.get(FLAGS.latencySample.name) === "0") refuse(FLAGS.latencySample, `=0${beside}, which needs latencies`);
}

/** @throws {UsageError} when a flag before the groups has a list as its value, which only a group may */
function refuseLists({ given }: RawArguments): void {
  for (const [name, texts] of given) {
    const [text = ""] = texts;
    const flag = FLAG_LIST.find((flag) => flag.name === name && flag.parse(text) === undefined);
    const isList = flag !== undefined && text.includes(",") &&
      text.split(",").every((part) => flag.parse(part) !== undefined);
    if (!isList) continue;
    throw new UsageError(`--${name} takes one value, got the list ${quote(text)}: only flags after "--" take lists`);
  }
}

/** The load's flags that are given, with their values. */
function loadFlags(given: RawArguments["given"]): Map<string, string> {
  const flags = [...FLAG_LIST, ...SWITCH_LIST].filter(({ scope }) => LOAD_SCOPES.includes(scope));
  return new Map(flags.flatMap(({ name }) => {
    const [text] = given.get(name) ?? [];
    return text === undefined ? [] : [[name, text]];
  }));
}

function splitGroups(args: readonly string[]): string[][] {
  const groups: string[][] = [[]];
  for (const arg of args) {
    if (arg === "--") groups.push([]);
    else groups.at(-1)?.push(arg);
  }
  return groups;
}

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
  if (!isFields(plan)) throw refuse(`it is not a plan, must be {"load": {…}, "groups": [{…}, …]}`);
  const { load = {}, groups, ...others } = plan;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw refuse(`it has ${JSON.stringify(unknown)}, must have only "load" and "groups"`);
  if (!isFields(load)) throw refuse(`"load" must be an object of flags`);
  if (!Array.isArray(groups) || groups.length === 0 || !groups.every(isFields)) {
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

function groupArgs({ backend, ...flags }: Fields, refuse: Refuse): string[] {
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
