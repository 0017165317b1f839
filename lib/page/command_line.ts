/**
 * Reconstructs the command line behind a result from its options.
 *
 * @module
 */
import { FLAG_LIST } from "../cli/flags.ts";
import { READ } from "../load/operation.ts";
import type { DefaultedFlag, Flag, FlagScope } from "../result/option/flag.ts";
import { type Preset, PRESETS } from "../load/presets.ts";
import { shellWord } from "../sweep/shell.ts";
import { formatSize } from "../option/units.ts";
import { type Fields, fieldsIn, numberIn } from "../result/fields.ts";

/** The arguments of a result's load, and those of its backend, starting with the backend's name. */
export interface ResultArguments {
  readonly load: readonly string[];
  readonly backend: readonly string[];
}

/** The arguments that a result's `options` come from, omitting those that only repeat a default. */
export function argumentsOf(options: Fields): ResultArguments {
  const load: string[] = [];
  const backend: string[] = typeof options.backend === "string" ? [options.backend] : [];
  for (const [name, value] of Object.entries(options)) {
    const flags = flagsOf(name, value, options).filter((flag) => !isDefault(flag));
    (LOAD_OPTIONS.has(name) ? load : backend).push(...flags);
  }
  return { load, backend };
}

/** The command, ready for a shell. */
export function commandText({ load, backend }: ResultArguments): string {
  return ["kvlab", ...load, ...backend].map(shellWord).join(" ");
}

/** Options of the load; all others are the backend's. */
const LOAD_OPTIONS = new Set([
  "threads",
  "load_time_sec",
  "ops",
  "warmup_sec",
  "pattern",
  "rate_per_sec",
  "latency_sample",
  "interval_sec",
  "workload",
  "shares",
  "keys",
  "max_keys",
  "key_size_bytes",
  "value_size_bytes_min",
  "value_size_bytes_max",
  "compressible",
  "distribution",
  "zipf_theta",
  "preload",
]);

/** Options whose flag is not simply their name with dashes, or does not take their value as it is. */
const SPECIAL: Readonly<Record<string, (value: unknown, options: Fields) => string[]>> = {
  backend: () => [],
  warmup_sec: (value) => [`--warmup=${milliseconds(value)}`],
  interval_sec: (value) => [`--interval=${milliseconds(value)}`],
  rate_per_sec: (value) => [`--rate=${value}`],
  value_size_bytes_min: (value, { value_size_bytes_max: max }) => [
    `--value-size=${value === max ? `${value}B` : `${value}B-${max}B`}`,
  ],
  value_size_bytes_max: () => [],
  distribution: (value, options) => value === presetOf(options)?.distribution ? [] : [`--distribution=${value}`],
  shares: (_, options) => {
    const reads = numberIn(fieldsIn(options, "shares") ?? {}, "read") ?? 0;
    return reads === presetOf(options)?.shares[READ] ? [] : [`--read-ratio=${reads}`];
  },
  preload: (value, options) =>
    value === presetOf(options)?.preload ? [] : [value === true ? "--preload" : "--no-preload"],
  device_probe: (value) => value === false ? ["--no-device-probe"] : [],
};

function presetOf({ workload }: Fields): Preset | undefined {
  return Object.entries(PRESETS).find(([name]) => name === workload)?.[1];
}

/** How the names of options end that are set by a flag for a size or a time. */
const SIZE = /_bytes$/;
const TIME = /_ms$/;

function flagsOf(name: string, value: unknown, options: Fields): string[] {
  const special = SPECIAL[name];
  if (special !== undefined) return special(value, options);
  if (value === null || value === false || typeof value === "object") return [];
  const flag = name.replace(SIZE, "").replace(TIME, "").replaceAll("_", "-");
  if (value === true) return [`--${flag}`];
  if (SIZE.test(name) && typeof value === "number") return [`--${flag}=${formatSize(value)}`];
  return [`--${flag}=${value}${TIME.test(name) ? "ms" : ""}`];
}

/** The scopes of the flags that determine a run's options. */
const RUN_SCOPES: readonly FlagScope[] = ["load", "workload", "measurement", "file", "engine"];

function isDefault(argument: string): boolean {
  const [, name, text] = /^--([^=]+)=(.*)$/s.exec(argument) ?? [];
  if (text === undefined) return false;
  const flag: (Flag<unknown> & Partial<DefaultedFlag<unknown>>) | undefined = FLAG_LIST.find((flag) =>
    flag.name === name && RUN_SCOPES.includes(flag.scope)
  );
  if (flag?.defaultText === undefined) return false;
  return JSON.stringify(flag.parse(text)) === JSON.stringify(flag.parse(flag.defaultText));
}

/** A number of seconds in the form that a flag takes. */
function milliseconds(value: unknown): string {
  return `${Number((Number(value) * 1000).toFixed(6))}ms`;
}
