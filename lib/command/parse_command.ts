/**
 * Turns a command line into a typed command, or throws a one-line error that says what is wrong with it. Nothing is
 * started, opened or created here.
 *
 * @module
 */
import type { BackendOptions } from "../backend/backend.ts";
import { ENGINES } from "../engine/engines.ts";
import { type RawArguments, readArguments } from "./arguments.ts";
import { engineBackend, failoverOf, fileBackend, type FileValues, refuseOtherBackends } from "./backend_options.ts";
import type {
  CheckCommand,
  Command,
  CompareCommand,
  CrashCommand,
  DirectoryOptions,
  ReportCommand,
  RunCommand,
  RunDefaults,
} from "./command.ts";
import { BACKEND_NAMES, type BackendName, COMMAND_WORDS, type CommandName, FLAGS, SWITCHES } from "./commands.ts";
import {
  quoteAll,
  read,
  readAll,
  refuseBoth,
  refuseRepeatedAndEmpty,
  refuseStrays,
  refuseUnknownFlags,
} from "./flag_values.ts";
import {
  judgedWorkload,
  measurementOptions,
  numberedMix,
  refuseJudgedReplay,
  refuseScans,
  workloadOptions,
} from "./load_options.ts";
import { isQuiet, outputOptions, refuseSameFile } from "./output_options.ts";
import { refuseTooLargeStore } from "./store_check.ts";
import { sweepCommand } from "./sweep_options.ts";
import { FILE_FLAGS } from "../result/option/file_flags.ts";
import { LOAD_FLAGS, MEASUREMENT_FLAGS } from "../result/option/load_flags.ts";
import { REPLAY_FLAGS } from "../result/option/replay_flags.ts";
import { crashReplay, replayOptions } from "./replay_options.ts";
import { WORKLOAD_FLAGS } from "../result/option/workload_flags.ts";
import { OUTPUT_FLAGS } from "./flags/command_flags.ts";
import { didYouMean, listNames, quote, UsageError } from "../option/wording.ts";
import type { CutPower } from "../crash/crash.ts";
import type { CutName } from "../crash/victim.ts";
import { given } from "../option/given.ts";

/**
 * Parses a command line. `--help` and `--version` win over everything else in it.
 *
 * @param args the arguments, without the program's name
 * @param defaults what a run uses where the arguments do not say
 * @throws {UsageError} when the arguments are not a valid command
 */
export function parseCommand(args: readonly string[], defaults: RunDefaults): Command {
  const raw = readArguments(args);
  if (raw.given.has(SWITCHES.help.name)) return { kind: "help" };
  if (raw.given.has(SWITCHES.version.name)) return { kind: "version" };
  const name = commandName(raw);
  refuseUnknownFlags(name, raw);
  refuseRepeatedAndEmpty(name, raw);
  refuseUnknownWord(raw);
  refuseStrays(name, raw);
  switch (name) {
    case "run":
      return runCommand(raw, defaults);
    case "crash":
      return crashCommand(raw, defaults);
    case "sweep":
      return sweepCommand(raw, defaults);
    case "inspect":
      return { kind: "inspect", format: read(raw, FLAGS.inspectFormat), ...readingOptions(raw) };
    case "export":
      return { kind: "export", format: read(raw, FLAGS.exportFormat), ...readingOptions(raw) };
    case "compare":
      return compareCommand(raw);
    case "check":
      return checkCommand(raw);
    case "report":
      return reportCommand(raw);
  }
}

/** The command selected by the first word; otherwise a run. */
function commandName({ words: [word] }: RawArguments): CommandName {
  return COMMAND_WORDS.find((name) => name === word) ?? "run";
}

const FIRST_WORDS: readonly string[] = [...BACKEND_NAMES, ...COMMAND_WORDS];

function refuseUnknownWord({ words: [word] }: RawArguments): void {
  if (word === undefined || FIRST_WORDS.includes(word)) return;
  const meant = didYouMean(word, FIRST_WORDS) || didYouMean(word, ["help", "version"], { prefix: "--" });
  const allowed = `must be ${listNames(FIRST_WORDS)}${meant}`;
  throw new UsageError(`unknown backend or command ${quote(word)}, ${allowed}`);
}

function runCommand(raw: RawArguments, defaults: RunDefaults): RunCommand {
  // Every value is read before the words, so that `--threads memory` complains about the number, not the backend.
  const load = readLoadValues(raw, defaults);
  const workloadValues = readAll(raw, WORKLOAD_FLAGS);
  const measurementValues = readAll(raw, MEASUREMENT_FLAGS);
  const outputValues = readAll(raw, OUTPUT_FLAGS);
  const file = readAll(raw, FILE_FLAGS);
  refuseAfterDashes(raw);
  const [word, ...others] = raw.words;
  const name = BACKEND_NAMES.find((name) => name === word);
  if (name === undefined) throw new UsageError(`no backend or command given, must be ${listNames(FIRST_WORDS)}`);
  refuseBesideBackend(name, others);
  const backend = backendOptions(name, raw, file);
  const { repeat } = measurementValues;
  const replay = replayOptions(raw, { ...readAll(raw, REPLAY_FLAGS), ...workloadValues });
  const isOpen = load.ratePerSec !== undefined || replay?.speed !== undefined;
  const { pattern } = load;
  const measured = { ...load, ...measurementOptions(raw, measurementValues, { pattern, isOpen, backend: name }) };
  const workload = judgedWorkload(replay ?? workloadOptions(raw, workloadValues, measured), load.check);
  refuseScans(workload, name);
  if (workload.kind === "mix") refuseTooLargeStore(workload, backend, load.threads);
  const output = outputOptions(outputValues, { ...measured, repeat, quiet: isQuiet(raw) });
  return { kind: "run", options: { ...measured, workload, backend }, repeat, ...output };
}

function backendOptions(name: BackendName, raw: RawArguments, file: FileValues): BackendOptions {
  refuseOtherBackends(name, raw);
  switch (name) {
    case "memory":
      return { kind: "memory" };
    case "file":
      return { ...fileBackend(raw, file), deviceProbe: !raw.given.has(SWITCHES.noDeviceProbe.name) };
    default:
      return engineBackend(name, raw);
  }
}

/** @throws {UsageError} when none of the backends is called so */
export function backendNamed<Name extends BackendName>(word: string, names: readonly Name[]): Name {
  const name = names.find((name) => name === word);
  if (name !== undefined) return name;
  throw new UsageError(`unknown backend ${quote(word)}, must be ${listNames(names)}${didYouMean(word, names)}`);
}

/** The latest moment of a kill by default; waiting a default run's time for each would take long. */
export const CRASH_LOAD_TIME_MS = 1000;

function crashCommand(raw: RawArguments, defaults: RunDefaults): CrashCommand {
  const kills = read(raw, FLAGS.kills);
  const cut = read(raw, FLAGS.cut);
  const load = readLoadValues(raw, defaults);
  const workloadValues = readAll(raw, WORKLOAD_FLAGS);
  const file = readAll(raw, FILE_FLAGS);
  const format = read(raw, FLAGS.crashFormat);
  const reportFile = read(raw, FLAGS.reportFile);
  refuseAfterDashes(raw);
  const [, word, ...others] = raw.words;
  const survivors = BACKEND_NAMES.filter((name) => name !== "memory");
  if (word === undefined) throw new UsageError(`crash needs a backend, must be ${listNames(survivors)}`);
  if (word === "memory") {
    throw new UsageError(`crash needs ${listNames(survivors)}, got memory: nothing of it survives a crash`);
  }
  const name = backendNamed(word, survivors);
  refuseBesideBackend(name, others);
  const loadTimeMs = raw.given.has(FLAGS.loadTimeMs.name) ? load.loadTimeMs : CRASH_LOAD_TIME_MS;
  refuseOtherBackends(name, raw);
  const backend = name === "file" ? fileBackend(raw, file) : engineBackend(name, raw);
  const timed = { ...load, loadTimeMs };
  const inFlight = backend.kind === "engine" ? backend.inFlight : 1;
  const replay = replayOptions(raw, { ...readAll(raw, REPLAY_FLAGS), ...workloadValues });
  const numbered = { ...timed, inFlight };
  const workload = replay === undefined
    ? numberedMix(raw, workloadValues, numbered)
    : crashReplay(raw, replay, numbered);
  refuseScans(workload, name);
  if (workload.kind === "mix") refuseTooLargeStore(workload, backend, load.threads);
  const failover = name === "file" ? undefined : failoverOf(name, raw);
  if (failover !== undefined && raw.given.has(FLAGS.ratePerSec.name)) {
    throw new UsageError(
      `crash of a cluster takes no --${FLAGS.ratePerSec.name}: each put begins when the one before has ended`,
    );
  }
  if (failover !== undefined && replay !== undefined) {
    throw new UsageError(`crash of a cluster takes no --${FLAGS.replay.name}: it puts records of its own`);
  }
  const power = powerOptions(raw, cut);
  refuseJudgedReplay(workload, load.check);
  if (power !== undefined && failover !== undefined) {
    throw new UsageError("--cut=power needs a store that fails as a whole, got a cluster, whose replicas take over");
  }
  if (power !== undefined) refuseNotJudged(backend);
  if (cut === "none" && name !== "file" && ENGINES[name].usualProgram !== undefined) {
    throw new UsageError(
      `--cut=none needs a backend that ends with kvlab, got ${name}, whose server is killed at the end`,
    );
  }
  return {
    kind: "crash",
    kills,
    cut,
    options: { ...timed, workload, backend },
    ...given({ power, failover, reportFile }),
    format,
    quiet: isQuiet(raw),
  };
}

/** The flags of which each says how the power is cut. */
const POWER_FLAGS = [FLAGS.states, FLAGS.fileSystem, FLAGS.mountOptions, FLAGS.keep];

/** How the power is cut, if it is. */
function powerOptions(raw: RawArguments, cut: CutName): CutPower | undefined {
  const [states, fileSystem] = [read(raw, FLAGS.states), read(raw, FLAGS.fileSystem)];
  const [mountOptions, keep] = [read(raw, FLAGS.mountOptions), read(raw, FLAGS.keep)];
  if (cut !== "power") {
    const stray = POWER_FLAGS.find(({ name }) => raw.given.has(name));
    if (stray !== undefined) throw new UsageError(`--${stray.name} needs --cut=power, got --cut=${cut}`);
    return undefined;
  }
  refuseOwnDisk(raw);
  return { states, fileSystem, ...given({ mountOptions, keep }) };
}

/** @throws {UsageError} when the engine's files could not be looked at after a power cut */
function refuseNotJudged(backend: BackendOptions): void {
  if (backend.kind !== "engine") return;
  const reason = ENGINES[backend.engine].notJudged?.(backend.settings);
  if (reason !== undefined) throw new UsageError(`--cut=power takes no ${backend.engine} with ${reason}`);
}

/** @throws {UsageError} when a flag says where the files are; power cuts need them on a disk of their own */
function refuseOwnDisk({ given }: RawArguments): void {
  const stray = [FLAGS.output, FLAGS.url].find(({ name }) => given.has(name));
  if (stray !== undefined) {
    throw new UsageError(`--cut=power puts the files on a disk of their own, and takes no --${stray.name}`);
  }
}

function readLoadValues(raw: RawArguments, defaults: RunDefaults) {
  const { threads = defaults.threads, seed = defaults.seed, ratePerSec, check, ...others } = readAll(raw, LOAD_FLAGS);
  refuseBoth(raw, [FLAGS.pattern, FLAGS.ratePerSec], "both say when operations begin");
  const isUnthrottled = ratePerSec !== undefined || raw.given.has(FLAGS.replay.name);
  return {
    threads,
    seed,
    ...others,
    ...(isUnthrottled ? { pattern: "unthrottled" as const } : {}),
    ...given({ ratePerSec, check }),
  };
}

function readingOptions(raw: RawArguments): DirectoryOptions {
  refuseAfterDashes(raw);
  const [command, directory, ...others] = raw.words;
  if (directory === undefined || directory === "") {
    throw new UsageError(`${command} needs a directory: kvlab ${command} DIR`);
  }
  if (others.length > 0) {
    throw new UsageError(
      `unexpected ${quoteAll(others)} beside the directory ${quote(directory)}, must be one directory`,
    );
  }
  return { directory, forceRead: raw.given.has(SWITCHES.forceRead.name) };
}

function compareCommand(raw: RawArguments): CompareCommand {
  const format = read(raw, FLAGS.compareFormat);
  const limits = given({ slower: read(raw, FLAGS.failIfSlower), p99Higher: read(raw, FLAGS.failIfP99Higher) });
  const files = filesIn(raw, 2, "at least two files: kvlab compare A.json B.json");
  return { kind: "compare", format, files, ...(Object.keys(limits).length > 0 ? { limits } : {}) };
}

function checkCommand(raw: RawArguments): CheckCommand {
  const format = read(raw, FLAGS.checkFormat);
  return { kind: "check", files: filesIn(raw, 1, "at least one file: kvlab check HISTORY"), format };
}

function reportCommand(raw: RawArguments): ReportCommand {
  const output = read(raw, FLAGS.reportOutput);
  const mapFile = read(raw, FLAGS.reportMap);
  const files = filesIn(raw, 1, "at least one file: kvlab report RESULT.json");
  refuseSameFile([[FLAGS.reportOutput, output], [FLAGS.reportMap, mapFile]]);
  const overwritten = files.find((file) => file === output || file === mapFile);
  if (overwritten !== undefined) {
    throw new UsageError(`${quote(overwritten)} is one of the results, the report must be another file`);
  }
  return { kind: "report", files, output, ...given({ mapFile }) };
}

/** The files that a command is given. */
function filesIn(raw: RawArguments, least: number, needs: string): readonly string[] {
  refuseAfterDashes(raw);
  const [command, ...files] = raw.words;
  if (files.length >= least && !files.includes("")) return files;
  throw new UsageError(`${command} needs ${needs}, got ${files.length === 0 ? "none" : quoteAll(files)}`);
}

function refuseAfterDashes({ afterDashes }: RawArguments): void {
  if (afterDashes.length === 0) return;
  throw new UsageError(`unexpected ${quoteAll(afterDashes)} after "--", nothing may follow it`);
}

function refuseBesideBackend(name: typeof BACKEND_NAMES[number], [other]: readonly string[]): void {
  if (other === undefined) return;
  if (BACKEND_NAMES.some((name) => name === other)) {
    throw new UsageError(`two backends given, ${name} and ${other}, must be one`);
  }
  const first = COMMAND_WORDS.some((word) => word === other) ? ", the command must be the first word" : "";
  throw new UsageError(`unexpected argument ${quote(other)} beside the backend ${name}${first}`);
}
