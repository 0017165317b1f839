/**
 * The table of flags: what they are, what they take and what they default to. The parser and the help both read it. To
 * add a flag, add a row to a group: to one of a run's options in `lib/result/option/`, which its results then show, or
 * to a command's in `flags/`. Under its key, its value gets into the options.
 *
 * @module
 */
import { COMMAND_FLAGS, COMMAND_SWITCHES } from "./flags/command_flags.ts";
import { ENGINE_NAMES } from "../engine/engines.ts";
import { ENGINE_FLAGS, OWN_FLAGS, REDIS_FLAGS } from "../result/option/engine_flags.ts";
import { FILE_FLAGS } from "../result/option/file_flags.ts";
import type { Flag, FlagName } from "../result/option/flag.ts";
import { LOAD_FLAGS, MEASUREMENT_FLAGS, MEASUREMENT_SWITCHES } from "../result/option/load_flags.ts";
import { OUTPUT_FLAGS, OUTPUT_SWITCHES } from "./flags/output_flags.ts";
import { SWEEP_FLAGS, SWEEP_SWITCHES } from "./flags/sweep_flags.ts";
import { WORKLOAD_FLAGS, WORKLOAD_SWITCHES } from "../result/option/workload_flags.ts";

/** The names of the backends, in the order shown to users. */
export const BACKEND_NAMES = ["memory", "file", ...ENGINE_NAMES] as const;

export type BackendName = typeof BACKEND_NAMES[number];

/** The flags that take a value, in the order shown to users. No command takes two of the same name. */
export const FLAGS = {
  ...LOAD_FLAGS,
  ...WORKLOAD_FLAGS,
  ...MEASUREMENT_FLAGS,
  ...OUTPUT_FLAGS,
  ...FILE_FLAGS,
  ...ENGINE_FLAGS,
  ...REDIS_FLAGS,
  ...COMMAND_FLAGS,
  ...SWEEP_FLAGS,
} as const;

/** {@linkcode FLAGS} and what engines declare, as a list. */
export const FLAG_LIST: readonly Flag<unknown>[] = Object.values({
  ...LOAD_FLAGS,
  ...WORKLOAD_FLAGS,
  ...MEASUREMENT_FLAGS,
  ...OUTPUT_FLAGS,
  ...FILE_FLAGS,
  ...OWN_FLAGS,
  ...FLAGS,
});

/** The flags that take no value, in the order shown to users. */
export const SWITCHES = {
  ...WORKLOAD_SWITCHES,
  ...MEASUREMENT_SWITCHES,
  ...OUTPUT_SWITCHES,
  ...COMMAND_SWITCHES,
  ...SWEEP_SWITCHES,
  help: { name: "help", short: "h", about: "Print this help." },
  version: { name: "version", short: "V", about: "Print the version." },
} as const satisfies Record<string, FlagName>;

/** {@linkcode SWITCHES} as a list. */
export const SWITCH_LIST: readonly FlagName[] = Object.values(SWITCHES);
