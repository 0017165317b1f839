/**
 * A run's options as its results show them: as arguments, as JSON and in words, and in the line that describes a run on
 * stderr before it starts. Everything comes from the rows of the flags; what is here is only their order.
 *
 * @module
 */
import type { EngineBackendOptions } from "../../backend/backend.ts";
import { nameOf } from "../../backend/backends.ts";
import { withoutCredentials } from "../../option/credentials.ts";
import type { RunOptions } from "../../run/run_options.ts";
import { formatSize } from "../../option/units.ts";
import { escapeControls, snakeCase } from "../format.ts";
import type { JsonObject } from "../json.ts";
import { ENGINE_FLAGS, OWN_FLAGS, REDIS_FLAGS, SERVER_FLAGS } from "./engine_flags.ts";
import { FILE_FLAGS } from "./file_flags.ts";
import type { Flag, FlagScope, Switch } from "./flag.ts";
import { LOAD_FLAGS, MEASUREMENT_FLAGS, MEASUREMENT_SWITCHES } from "./load_flags.ts";
import { REPLAY_FLAGS } from "./replay_flags.ts";
import { WORKLOAD_FLAGS, WORKLOAD_SWITCHES } from "./workload_flags.ts";

/** A flag of a run's options, with its key in its table. */
type Row = (Flag<unknown> | Switch) & { readonly key: string };

const LOAD_ROWS = rowsOf(LOAD_FLAGS, MEASUREMENT_FLAGS, WORKLOAD_FLAGS, REPLAY_FLAGS, WORKLOAD_SWITCHES);
const BACKEND_ROWS = rowsOf(FILE_FLAGS, MEASUREMENT_SWITCHES, SERVER_FLAGS, REDIS_FLAGS, OWN_FLAGS, ENGINE_FLAGS);

function rowsOf(...tables: readonly Readonly<Record<string, Flag<unknown> | Switch>>[]): Row[] {
  return tables.flatMap((table) => Object.entries(table).map(([key, flag]) => ({ ...flag, key })));
}

/** The order of the arguments and of the fields. What is not named here follows what stands before it in its table. */
const IN_RESULTS = orderedBy(
  ["threads", "loadTimeMs", "ops", "warmupMs", "pattern", "ratePerSec", "latencySample", "intervalMs"],
  ["workload", "output", "fileCount", "serializer", "writePeriodUs", "queueDepth", "flushPeriodUs", "commitDelayUs"],
  ["layout", "replace", "blockBytes", "logBytes", "queueMemoryBytes", "sync", "noDeviceProbe", "seed"],
);
/** The order of the words. */
const IN_WORDS = orderedBy(
  ["writePeriodUs", "queueDepth", "flushPeriodUs", "commitDelayUs", "fileCount", "serializer", "replace", "blockBytes"],
  ["logBytes", "sync", "output", "noDeviceProbe", "threads", "workload", "pattern", "ratePerSec", "loadTimeMs", "ops"],
  ["latencySample", "intervalMs", "seed"],
);

/** Puts rows in the order of these keys; one that is not among them stays behind the one before it. */
function orderedBy(...keys: readonly (readonly string[])[]): (rows: readonly Row[]) => Row[] {
  const order = keys.flat();
  return (rows) => {
    let last = -1;
    const ranked = rows.map((row) => {
      const rank = order.indexOf(row.key);
      if (rank >= 0) last = rank;
      return { row, rank: last };
    });
    return ranked.sort((a, b) => a.rank - b.rank).map(({ row }) => row);
  };
}

/**
 * The arguments that give a run its options: those of the load, then the backend, then its own. Those that only repeat
 * a default are left out, and credentials too.
 *
 * @param without scopes whose flags are left out
 */
export function argumentsOf(options: RunOptions, without: readonly FlagScope[] = []): string[] {
  const { backend } = options;
  const args = (rows: readonly Row[]) =>
    IN_RESULTS(rows)
      .filter(({ scope }) => scope === undefined || !without.includes(scope))
      .flatMap((row) => argumentOf(row, options));
  return [...args(LOAD_ROWS), nameOf(backend), ...args(BACKEND_ROWS.filter((row) => isOf(row, backend)))];
}

function argumentOf(row: Row, options: RunOptions): string[] {
  const value = valueOf(row, options);
  if (value === undefined) return [];
  if (!("parse" in row)) return value === true && !row.isUsual?.(options) ? [`--${row.name}`] : [];
  const text = row.text?.(value) ?? String(value);
  const isDefault = "defaultText" in row && isSame(row.parse(text), row.parse(String(row.defaultText)));
  if (row.isUsual?.(options) ?? isDefault) return [];
  return [text === "" ? `--${row.name}` : `--${row.name}=${text}`];
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * What every document says of the load that it is about.
 *
 * @param args the arguments that run it again; by default those of a run
 */
export function loadMembers(options: RunOptions, args: readonly string[] = argumentsOf(options)): JsonObject {
  return { seed: options.seed, options: optionsObject(options), arguments: args };
}

/** The options under the names of their flags. The fields are documented in `result_document.ts`. */
export function optionsObject(options: RunOptions): JsonObject {
  const { backend } = options;
  const fields = (rows: readonly Row[]): JsonObject =>
    Object.assign({}, ...IN_RESULTS(rows).map((row) => fieldsOf(row, options)));
  const load = { ...fields(LOAD_ROWS), backend: nameOf(backend) };
  if (backend.kind !== "engine") return { ...load, ...fields(BACKEND_ROWS.filter((row) => isOf(row, backend))) };
  const { output, inFlight } = { output: rowOf("output"), inFlight: rowOf("inFlight") };
  return { ...load, ...fieldsOf(output, options), ...settingsObject(backend), ...fieldsOf(inFlight, options) };
}

function fieldsOf(row: Row, options: RunOptions): JsonObject {
  if (row.json !== undefined) return row.json(options);
  const value = valueOf(row, options);
  if (value === undefined) return {};
  const name = row.name.replaceAll("-", "_");
  const json = row.toJson?.(value as never) ?? value as string | number | boolean;
  return { [row.suffix === undefined || name.endsWith(row.suffix) ? name : name + row.suffix]: json };
}

/** An engine's settings are plain data, whose names say all. */
function settingsObject({ settings }: EngineBackendOptions): JsonObject {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      snakeCase(name),
      typeof value === "string" ? withoutCredentials(value) : value,
    ]),
  );
}

/** The options in words, such as `128 files`, in the order in which a line gives them. */
export function optionsWords(options: RunOptions): string[] {
  const { backend } = options;
  const rows = IN_WORDS([...BACKEND_ROWS.filter((row) => isOf(row, backend) && !isSetting(row)), ...LOAD_ROWS]);
  const words = rows.map((row) => wordsOf(row, options)).filter((text) => text !== "");
  if (backend.kind === "memory") return ["memory", ...words];
  return backend.kind === "engine" ? [engineText(backend), ...words] : words;
}

function wordsOf(row: Row, options: RunOptions): string {
  const value = valueOf(row, options);
  if (value === undefined || value === false) return "";
  if (row.words !== undefined) return row.words(value as never, options);
  const name = row.name.replaceAll("-", " ");
  return "parse" in row ? `${name} ${row.text?.(value) ?? value}` : name;
}

/** The engine with its settings, such as `sqlite (journal wal, busy timeout 10000 ms)`. */
function engineText({ engine, settings }: EngineBackendOptions): string {
  const texts = Object.entries(settings).map(([name, value]) => settingText(snakeCase(name), value));
  return texts.length === 0 ? engine : `${engine} (${texts.join(", ")})`;
}

function settingText(name: string, value: string | number | boolean): string {
  const [, bare = name, unit] = /^(.*)_(bytes|ms)$/.exec(name) ?? [];
  const text = bare.replaceAll("_", " ");
  if (unit === "bytes") return `${text} ${formatSize(Number(value))}`;
  if (unit === "ms") return `${text} ${value} ms`;
  return value === true || value === "" ? text : `${text} ${escapeControls(withoutCredentials(String(value)))}`;
}

/** Whether a backend takes a flag. */
function isOf({ scope, engines = [] }: Row, backend: RunOptions["backend"]): boolean {
  if (backend.kind === "engine") return engines.includes(backend.engine);
  return backend.kind === "file" && FILE_SCOPES.includes(scope);
}

const FILE_SCOPES: readonly (FlagScope | undefined)[] = ["file", "device"];

/** Whether a flag is one of an engine's settings, which are said together. */
function isSetting({ key, scope }: Row): boolean {
  return scope === "engine" && key !== "inFlight";
}

function rowOf(key: string): Row {
  const row = BACKEND_ROWS.find((row) => row.key === key);
  if (row === undefined) throw new RangeError(`There is no flag ${key}`);
  return row;
}

/** What a run's options say of a flag; `undefined` where it plays no part. */
function valueOf(row: Row, options: RunOptions): unknown {
  if (row.of !== undefined) return row.of(options);
  return placeOf(row.scope, options)[row.key];
}

/** The part of the options that a scope's flags stand in. */
function placeOf(scope: FlagScope | undefined, options: RunOptions): Readonly<Record<string, unknown>> {
  const { workload, backend } = options;
  if (scope === "workload") return workload.kind === "mix" ? { ...workload } : {};
  if (scope === "load" || scope === "history" || scope === "measurement") return { ...options };
  if (backend.kind === "file") return { ...backend, ...backend.policy, ...backend.layout };
  return backend.kind === "engine" ? { ...backend, ...backend.settings } : { ...backend };
}

/**
 * The run's options on one line, without a newline. The seed's workload is not mentioned, nor is whatever is off:
 *
 * ```text
 * kvlab 0.1.0: memory, 4 threads, consistent pattern, 10 s, latency of every operation, seed 123
 * kvlab 0.1.0: file synchronous (write period 500 µs), 128 files, json, temporary directory, 4 threads, …
 * kvlab 0.1.0: file asynchronous (queue depth 1024, 256MiB), 120 files, json, output DIR, 4 threads, …
 * kvlab 0.1.0: memory, 2 threads, workload b (95% read, 5% update), 10000000 keys of 16 B, values of 100 B,
 *   zipfian 0.99, preloaded, rate 10000/s, 1000000 operations after 2 s of warm-up, latency of every 128th, seed 1
 * ```
 */
export function configurationLine(options: RunOptions, version: string): string {
  return `kvlab ${version}: ${optionsWords(options).join(", ")}`;
}
